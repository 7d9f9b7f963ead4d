"""The description of the HTTP interface is complete, and docs/http-api.md is what `npm run docs` makes of it."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from morgan_core.app import create_app
from morgan_shared.interface import AUDIO_TYPES, DESCRIPTIONS

PROJECT = Path(__file__).parents[3]
sys.path.append(str(PROJECT / "docs"))

import http_api  # noqa: E402


@pytest.fixture(scope="module")
def described() -> Any:
    return http_api.openapi()


def words(text: str) -> list[str]:
    """Return the words without the spaces and dashes by which prettier aligns tables."""
    return re.sub(r"-{3,}", "---", text).split()


def operations(described: Any) -> Iterator[tuple[str, Any]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_the_page_is_what_the_program_makes(described: Any) -> None:
    page = http_api.PAGE.read_text(encoding="utf-8")
    assert words(page) == words(http_api.render(page, described)), "the page is old: npm run docs"


def test_the_page_has_a_request_with_curl_for_every_route(described: Any) -> None:
    assert {name for name, _ in operations(described)} == set(http_api.EXAMPLES)
    for name, example in http_api.EXAMPLES.items():
        path = name.split(" ")[1].replace("{session_id}", "my-session")
        assert f"$ENDPOINT{path}" in example
        assert example.startswith("curl ")


def test_every_route_lists_its_errors_in_the_one_form(described: Any) -> None:
    for name, operation in operations(described):
        listed = {int(status) for status in operation["responses"]} - {200}
        assert {400, 404, 405, 408, 422, 429, 500, 503, 504} <= listed, name
        if name.startswith("POST"):
            assert listed == set(DESCRIPTIONS), name
        for status in listed - ({503} if name == "GET /ready" else set()):
            schema = operation["responses"][str(status)]["content"]["application/json"]["schema"]
            assert schema["$ref"].endswith("/ErrorAnswer"), (name, status)


def test_a_voice_turn_is_described_as_a_binary_body(described: Any) -> None:
    body = described["paths"]["/v1/voice"]["post"]["requestBody"]
    assert body["required"]
    assert set(body["content"]) == set(AUDIO_TYPES)
    assert body["content"]["audio/wav"]["schema"] == {"type": "string", "format": "binary"}


def test_every_member_and_every_parameter_is_described(described: Any) -> None:
    for name, schema in described["components"]["schemas"].items():
        for member, found in schema["properties"].items():
            assert "description" in found or "$ref" in found, (name, member)
    for name, operation in operations(described):
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (name, parameter["name"])


def test_the_description_is_served_only_on_request(client: TestClient, fakes: Any, core_settings: Any) -> None:
    for path in ("/openapi.json", "/docs", "/redoc"):
        assert (client.get(path).status_code, client.get(path).json()["error"]["code"]) == (404, "not_found")
    with TestClient(create_app(core_settings(openapi=True), fakes.open)) as open_client:
        assert open_client.get("/openapi.json").json()["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
        assert open_client.get("/docs").status_code == 404
