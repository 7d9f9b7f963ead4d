"""Lists of models, from any server."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from morgan_llm.model_list import choose_model, parse_models

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["data", "id", "object"]), inner),
)
NAMES = st.lists(st.text(min_size=1), unique=True)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_answer_is_a_list_of_names_or_none(body: bytes) -> None:
    names = parse_models(body)
    assert names is None or all(isinstance(name, str) and name for name in names)


@given(NAMES, JSON)
def test_the_names_of_a_list_are_read_in_its_order(names: list[str], other: Any) -> None:
    entries = [{"id": name, "object": other} for name in names]
    assert parse_models(json.dumps({"object": "list", "data": entries}).encode()) == names


@pytest.mark.parametrize(
    ("body", "names"), [(b'{"data":null}', []), (b'{"data":[]}', []), (b"[]", None), (b"{}", None), (b"[" * 9999, None)]
)
def test_a_list_may_be_empty_or_missing(body: bytes, names: list[str] | None) -> None:
    assert parse_models(body) == names


@given(NAMES, st.text())
def test_a_choice_is_listed_and_changes_only_if_it_has_to(names: list[str], before: str) -> None:
    choice = choose_model(names, before)
    assert choice == (before if before in names else next(iter(names), None))
    assert choose_model(list(reversed(names)), choice) == choice
