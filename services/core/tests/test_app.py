"""Turns and readiness, with stand-ins for neighbours and stores."""

import base64
import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from morgan_core.turn import Fill
from morgan_shared.errors import ServiceError

WAV = {"content-type": "audio/wav"}


def unavailable(name: str) -> ServiceError:
    return ServiceError(503, "neighbour_unavailable", f"{name} cannot be reached")


def sent_to_llm(fakes: Any) -> list[tuple[str, str]]:
    (body,) = [body for name, _, body, _ in fakes.neighbours.requests[-1:] if name == "llm"]
    return [(message["role"], message["content"]) for message in json.loads(body)["messages"]]


def test_a_text_turn_gets_a_reply_and_is_kept(client: TestClient, fakes: Any) -> None:
    answer = client.post("/v1/chat", json={"text": " hello "}).json()
    assert answer["reply"] == "Going."
    session = answer["session_id"]
    history = client.get(f"/v1/sessions/{session}/history").json()
    assert (history["session_id"], len(history["turns"])) == (session, 1)
    assert (history["turns"][0]["text"], history["turns"][0]["reply"]) == ("hello", "Going.")
    assert fakes.sessions.kept == fakes.history.kept


def test_a_reply_is_kept_without_nul_characters(client: TestClient, fakes: Any) -> None:
    fakes.neighbours.answers["llm"] = b'{"choices": [{"message": {"content": "a\\u0000b"}}]}'
    assert client.post("/v1/chat", json={"text": "hello"}).json()["reply"] == "ab"


def test_the_language_model_gets_the_turns_before(client: TestClient, fakes: Any) -> None:
    session = client.post("/v1/chat", json={"text": "one"}).json()["session_id"]
    client.post("/v1/chat", json={"text": "two", "session_id": session})
    assert sent_to_llm(fakes)[1:] == [("user", "one"), ("assistant", "Going."), ("user", "two")]
    client.post("/v1/chat", json={"text": "three"})
    assert sent_to_llm(fakes)[1:] == [("user", "three")]


def test_a_voice_turn_goes_through_all_neighbours(client: TestClient, fakes: Any) -> None:
    answer = client.post("/v1/voice?session_id=s-1", content=b"RIFF-the-question", headers=WAV).json()
    assert answer == {
        "session_id": "s-1",
        "transcript": "go forward",
        "reply": "Going.",
        "audio": base64.b64encode(b"RIFF-the-reply").decode(),
        "segments": [{"start_s": 0.5, "end_s": 1.5}],
    }
    assert [name for name, *_ in fakes.neighbours.requests] == ["vad", "stt", "llm", "tts"]
    assert [request[2:] for request in fakes.neighbours.requests[:2]] == [(b"RIFF-the-question", "audio/wav")] * 2
    assert json.loads(fakes.neighbours.requests[3][2]) == {"text": "Going."}
    assert fakes.history.kept["s-1"][0].text == "go forward"


def test_vad_and_stt_get_the_format_that_the_client_declared(client: TestClient, fakes: Any) -> None:
    headers = {"content-type": "Audio/Ogg; codecs=opus"}
    assert client.post("/v1/voice", content=b"OggS-the-question", headers=headers).status_code == 200
    assert [request[2:] for request in fakes.neighbours.requests[:2]] == [(b"OggS-the-question", "audio/ogg")] * 2


@pytest.mark.parametrize(
    ("name", "answer"), [("vad", b'{"segments": []}'), ("stt", b'{"text": "  ", "engine": "fake", "duration_s": 2}')]
)
def test_a_recording_without_speech_is_refused(client: TestClient, fakes: Any, name: Any, answer: bytes) -> None:
    fakes.neighbours.answers[name] = answer
    response = client.post("/v1/voice", content=b"RIFF", headers=WAV)
    assert (response.status_code, response.json()["error"]["code"]) == (422, "no_speech")
    assert fakes.history.kept == {}


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        *((name, unavailable(name)) for name in ("vad", "stt", "llm", "tts")),
        *((name, b"<html>") for name in ("vad", "stt", "llm")),
        ("llm", b'{"choices": []}'),
        ("llm", b'{"choices": [{"message": {"content": " "}}]}'),
    ],
)
def test_a_neighbour_that_fails_is_named(client: TestClient, fakes: Any, name: Any, answer: Any) -> None:
    fakes.neighbours.answers[name] = answer
    response = client.post("/v1/voice", content=b"RIFF", headers=WAV)
    assert (response.status_code, response.json()["error"]["code"]) == (503, "neighbour_unavailable")
    assert response.json()["error"]["message"].startswith(name)
    assert fakes.history.kept == {}


def test_text_chat_works_without_vad_stt_and_tts(client: TestClient, fakes: Any) -> None:
    for name in ("vad", "stt", "tts"):
        fakes.neighbours.answers[name] = unavailable(name)
    assert client.post("/v1/chat", json={"text": "hello"}).status_code == 200


@pytest.mark.parametrize("store", ["sessions", "history"])
def test_a_store_that_is_down_is_named_and_no_turn_is_kept(client: TestClient, fakes: Any, store: str) -> None:
    getattr(fakes, store).down = True
    response = client.post("/v1/chat", json={"text": "hello"})
    name = {"sessions": "redis", "history": "postgres"}[store]
    assert (response.status_code, response.json()["error"]["code"]) == (503, f"{name}_unavailable")
    assert fakes.sessions.kept == fakes.history.kept == {}
    getattr(fakes, store).down = False
    assert client.post("/v1/chat", json={"text": "hello"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": "\n"}, "text"),
        ({"text": None}, "text"),
        ({"text": "a" * 8001}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"text": "\ud800"}, "text"),
        ({"text": "a", "session_id": "../b"}, "session_id"),
        ({"text": "a", "session_id": "b" * 65}, "session_id"),
    ],
)
def test_a_wrong_request_is_refused_with_its_field(client: TestClient, body: Any, field: str) -> None:
    headers = {"content-type": "application/json"}
    response = client.post("/v1/chat", content=json.dumps(body), headers=headers)
    assert (response.status_code, response.json()["error"]["field"]) == (422, field)


def test_wrong_types_and_ids_are_refused(client: TestClient) -> None:
    assert client.post("/v1/chat", content=b"hello", headers={"content-type": "text/plain"}).status_code == 415
    assert client.post("/v1/voice", json={}).status_code == 415
    assert client.post("/v1/voice?session_id=a.b", content=b"RIFF", headers=WAV).status_code == 422
    assert client.get("/v1/sessions/a.b/history").status_code == 422


def test_an_unknown_session_has_no_turns(client: TestClient) -> None:
    expected = {"session_id": "unknown", "turns": [], "before": None}
    assert client.get("/v1/sessions/unknown/history").json() == expected


def test_a_history_has_pages_from_the_newest_to_the_oldest(client: TestClient) -> None:
    for number in range(5):
        client.post("/v1/chat", json={"text": str(number), "session_id": "s-1"})
    pages, query = [], "limit=2"
    while True:
        page = client.get(f"/v1/sessions/s-1/history?{query}").json()
        pages.append([turn["text"] for turn in page["turns"]])
        if page["before"] is None:
            break
        assert page["before"] == page["turns"][0]["id"]
        query = f"limit=2&before={page['before']}"
    assert pages == [["3", "4"], ["1", "2"], ["0"]]


@pytest.mark.parametrize(("name", "value"), [("limit", "0"), ("limit", "501"), ("limit", "many"), ("before", "5")])
def test_a_wrong_page_is_refused_with_its_parameter(client: TestClient, name: str, value: str) -> None:
    response = client.get("/v1/sessions/s-1/history", params={name: value})
    assert (response.status_code, response.json()["error"]["field"]) == (422, f"query.{name}")


def test_a_long_reply_is_cut_so_that_a_turn_has_a_largest_size(client: TestClient, fakes: Any) -> None:
    answer = {"choices": [{"message": {"content": "a" * 40_000}}]}
    fakes.neighbours.answers["llm"] = json.dumps(answer).encode()
    assert client.post("/v1/chat", json={"text": "hello"}).json()["reply"] == "a" * 32_000


def test_readiness_reports_how_full_the_history_is(client: TestClient, fakes: Any) -> None:
    assert client.get("/ready").json()["checks"]["postgres"]["detail"] == "answers"
    fakes.history.fullness = Fill(5 * 2**20, 20 * 2**20)
    assert client.get("/ready").json()["checks"]["postgres"]["detail"] == "answers; 5.0 of 20 MiB used"


def test_readiness_needs_the_stores_and_reports_the_neighbours(client: TestClient, fakes: Any) -> None:
    fakes.neighbours.answers["tts"] = unavailable("tts")
    response = client.get("/ready")
    assert (response.status_code, response.json()["ready"]) == (200, True)
    checks = response.json()["checks"]
    assert list(checks) == ["redis", "postgres", "vad", "stt", "llm", "tts"]
    assert checks["tts"] == {"ok": False, "detail": "tts cannot be reached"}
    for store in (fakes.sessions, fakes.history):
        store.down = True
        assert client.get("/ready").status_code == 503
        store.down = False
    assert client.get("/ready").status_code == 200
