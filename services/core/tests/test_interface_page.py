"""The page on the HTTP interface has every request that the application answers."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

PAGE = Path(__file__).parents[3] / "docs" / "http-api.md"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_every_request_is_on_the_page(client: TestClient, page: str) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    requests = [
        (method.upper(), path.replace("{session_id}", "{id}")) for path, methods in paths.items() for method in methods
    ]
    assert len(requests) == 5
    for method, path in requests:
        assert f"`{method} {path}" in page


def test_every_member_of_an_answer_is_on_the_page(client: TestClient, page: str) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    members = {
        name
        for schema in ("ChatRequest", "TextReply", "VoiceReply", "Turn", "Segment")
        for name in schemas[schema]["properties"]
    }
    assert "segments" in members
    for name in members:
        assert f"`{name}`" in page
