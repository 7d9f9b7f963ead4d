"""The frame round each service: errors, limits, ids, health."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

WORKER = {"engine": "abacus", "device": "cpu"}


def error_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def test_health_names_service_and_engine(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok", "service": "example", **WORKER}


def test_ready_fails_for_a_check_that_gates(client: TestClient) -> None:
    response = client.get("/ready")
    assert response.status_code == 503
    assert response.json() == {"ready": False, **WORKER, "checks": {"store": {"ok": False, "detail": "out of order"}}}


def test_ready_only_reports_a_check_that_does_not_gate(example_app: Any) -> None:
    with TestClient(example_app(gates=False)) as client:
        response = client.get("/ready")
    assert (response.status_code, response.json()["checks"]["store"]["ok"]) == (200, False)


def test_a_failing_check_is_logged_once_and_not_with_every_probe(client: TestClient) -> None:
    with capture_logs() as logs:
        for _ in range(3):
            client.get("/ready")
    logged = [entry for entry in logs if entry["log_level"] != "debug"]
    assert [(entry["event"], entry["failed"]) for entry in logged] == [("not ready", {"store": "out of order"})]


def test_a_wrong_member_is_named(client: TestClient) -> None:
    response = client.post("/letter", json={"text": 5})
    assert error_of(response) == (422, "invalid_request")
    assert response.json()["error"]["field"] == "text"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"text": "\xff"}'])
def test_a_body_of_the_wrong_form_is_refused(client: TestClient, body: bytes) -> None:
    response = client.post("/letter", content=body, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)
    assert response.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/letter", "/audio"])
@pytest.mark.parametrize("content_type", [None, "text/plain"])
def test_another_content_type_is_refused(client: TestClient, path: str, content_type: str | None) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    assert error_of(client.post(path, content=b"{}", headers=headers)) == (415, "unsupported_media_type")


def test_a_content_type_may_have_parameters(client: TestClient) -> None:
    response = client.post("/audio", content=b"abc", headers={"content-type": "Audio/Ogg; codecs=opus"})
    assert response.json() == "3 bytes of audio/ogg"


def test_unknown_paths_and_methods_get_errors_of_the_same_form(client: TestClient) -> None:
    assert error_of(client.get("/nowhere")) == (404, "not_found")
    response = client.get("/letter")
    assert error_of(response) == (405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


def test_a_path_with_a_further_slash_is_unknown_and_no_redirect(client: TestClient) -> None:
    response = client.get("/ready/", headers={"host": "evil.example"}, follow_redirects=False)
    assert error_of(response) == (404, "not_found")


def test_a_service_error_is_returned_with_a_time_to_retry(client: TestClient) -> None:
    response = client.get("/refuse")
    assert error_of(response) == (503, "broken")
    assert response.headers["retry-after"] == "1"


def test_an_unexpected_error_shows_clients_no_details(client: TestClient) -> None:
    response = client.get("/crash")
    assert error_of(response) == (500, "internal_error")
    assert "Zero" not in response.text
