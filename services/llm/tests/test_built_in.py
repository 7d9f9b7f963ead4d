"""The llm service without an endpoint."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from morgan_llm.app import create_app
from morgan_llm.settings import LlmSettings

ASK = {"messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "go forward ten meters"}]}


@pytest.fixture
def built_in() -> TestClient:
    return TestClient(create_app(LlmSettings()))


def events_of(text: str) -> list[Any]:
    *events, last = [part.removeprefix("data: ") for part in text.split("\n\n") if part]
    assert last == "[DONE]"
    return [json.loads(event) for event in events]


def test_the_built_in_responder_repeats_the_message(built_in: TestClient) -> None:
    answer = built_in.post("/v1/chat/completions", json=ASK).json()
    assert (answer["object"], answer["model"]) == ("chat.completion", "built-in")
    assert answer["choices"][0]["message"] == {"role": "assistant", "content": "I understood: go forward ten meters"}
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["usage"]["total_tokens"] == answer["usage"]["prompt_tokens"] + answer["usage"]["completion_tokens"]


def test_the_built_in_responder_streams_the_same(built_in: TestClient) -> None:
    response = built_in.post("/v1/chat/completions", json={**ASK, "stream": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    choices = [event["choices"][0] for event in events_of(response.text)]
    assert "".join(choice["delta"].get("content", "") for choice in choices) == "I understood: go forward ten meters"
    assert choices[-1]["finish_reason"] == "stop"


def test_the_built_in_responder_repeats_the_message_before(built_in: TestClient) -> None:
    messages = [{"role": "user", "content": [{"type": "text", "text": "one"}]}, {"role": "user", "content": "two"}]
    answer = built_in.post("/v1/chat/completions", json={"messages": messages}).json()
    assert answer["choices"][0]["message"]["content"] == "I understood: two Before that you said: one"


@pytest.mark.parametrize(
    ("messages", "field"),
    [
        ([{"role": "user", "content": "\ud800"}], "messages.0.content"),
        ([{"role": "user", "content": 5}], "messages.0.content"),
        ([{"role": "user", "content": [{"type": "text", "text": "\ud800"}]}], "messages.0.content.0.text"),
        ([{"role": "user", "content": [{"text": "a"}]}], "messages.0.content.0.type"),
        ([{"role": "wizard", "content": "x"}], "messages.0.role"),
        ([5], "messages.0"),
        ("hello", "messages"),
    ],
)
def test_a_wrong_member_is_named_as_the_client_knows_it(built_in: TestClient, messages: Any, field: str) -> None:
    body = json.dumps({"messages": messages})
    error = built_in.post("/v1/chat/completions", content=body, headers={"content-type": "application/json"}).json()[
        "error"
    ]
    assert field in error["message"]
    for internal in ("function-", "[", "TextPart", "Value error", "str:", ".str"):
        assert internal not in error["message"]


LEAVES = st.none() | st.integers() | st.sampled_from(["", "text", "\ud800"])
PARTS = st.dictionaries(st.sampled_from(["type", "text", "x"]), LEAVES)
CONTENTS = LEAVES | PARTS | st.lists(LEAVES | PARTS, max_size=3)
MESSAGE = st.fixed_dictionaries({"role": st.just("user"), "content": CONTENTS})


@settings(max_examples=200, deadline=None)
@given(messages=st.lists(MESSAGE, min_size=1, max_size=3))
def test_the_field_of_an_error_is_a_place_in_the_body(messages: Any) -> None:
    body = {"messages": messages}
    headers = {"content-type": "application/json"}
    with TestClient(create_app(LlmSettings())) as client:
        response = client.post("/v1/chat/completions", content=json.dumps(body), headers=headers)
    if response.status_code == 200:
        return
    assert response.status_code == 422
    *parents, _last = response.json()["error"]["field"].split(".")
    place: Any = body
    for part in parents:
        place = place[int(part)] if isinstance(place, list) else place[part]
    assert isinstance(place, dict | list)


def test_an_error_names_some_of_many_wrong_members(built_in: TestClient) -> None:
    error = built_in.post("/v1/chat/completions", json={"messages": [5] * 1000}).json()["error"]
    assert error["message"].count("messages.") == 5


def test_models_are_listed(built_in: TestClient) -> None:
    assert [model["id"] for model in built_in.get("/v1/models").json()["data"]] == ["built-in"]
    assert built_in.get("/health").json()["engine"] == "built-in"
    assert built_in.get("/ready").json() == {"ready": True, "engine": "built-in", "checks": {}}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"messages": []},
        {"messages": [{"role": "wizard", "content": "x"}]},
        {"messages": [{"role": "user", "content": "\ud800"}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "\ud800"}]}]},
    ],
)
def test_a_wrong_conversation_is_refused_in_openais_form(built_in: TestClient, body: dict[str, Any]) -> None:
    headers = {"content-type": "application/json"}
    response = built_in.post("/v1/chat/completions", content=json.dumps(body), headers=headers)
    error = response.json()["error"]
    assert (response.status_code, error["type"]) == (422, "invalid_request_error")
    assert error["field"].startswith("messages")
