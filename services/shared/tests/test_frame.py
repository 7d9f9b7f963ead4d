"""The frame round each service: errors, limits, ids, health."""

import asyncio
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

from morgan_shared.app import create_base_app, json_body, wav_body
from morgan_shared.errors import ServiceError
from morgan_shared.guard import current_request_id
from morgan_shared.health import Check, CheckResult
from morgan_shared.settings import CommonSettings


class Letter(BaseModel):
    text: str


async def down() -> CheckResult:
    return CheckResult(ok=False, detail="out of order")


def example_app(*, gates: bool = True, **limits: Any) -> FastAPI:
    settings = CommonSettings(port=1, **{"max_body_bytes": 1000, "request_timeout_s": 0.2} | limits)
    app = create_base_app(settings, service="example", engine="none", checks=[Check("store", down, gates=gates)])

    @app.post("/letter", dependencies=[Depends(json_body)])
    async def letter(letter: Letter) -> Letter:
        return letter

    @app.post("/wav")
    async def wav(body: bytes = Depends(wav_body)) -> int:
        return len(body)

    @app.get("/sleep")
    async def sleep() -> None:
        await asyncio.sleep(60)

    @app.get("/refuse")
    async def refuse() -> None:
        raise ServiceError(503, "broken", "the other one is broken")

    @app.get("/crash")
    async def crash() -> None:
        raise ZeroDivisionError

    @app.get("/id")
    async def request_id() -> str | None:
        return current_request_id()

    return app


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(example_app()) as client:
        yield client


def error_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def test_health_says_what_answers(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok", "service": "example", "engine": "none"}


def test_ready_fails_for_a_check_that_gates(client: TestClient) -> None:
    response = client.get("/ready")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "checks": {"store": {"ok": False, "detail": "out of order"}}}


def test_ready_only_reports_a_check_that_does_not_gate() -> None:
    with TestClient(example_app(gates=False)) as client:
        response = client.get("/ready")
    assert (response.status_code, response.json()["checks"]["store"]["ok"]) == (200, False)


def test_a_wrong_member_is_named(client: TestClient) -> None:
    response = client.post("/letter", json={"text": 5})
    assert error_of(response) == (422, "invalid_request")
    assert response.json()["error"]["field"] == "text"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"text": "\xff"}'])
def test_a_body_that_is_not_the_json_it_should_be_is_refused(client: TestClient, body: bytes) -> None:
    response = client.post("/letter", content=body, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)
    assert response.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/letter", "/wav"])
@pytest.mark.parametrize("content_type", [None, "text/plain"])
def test_another_content_type_is_refused(client: TestClient, path: str, content_type: str | None) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    assert error_of(client.post(path, content=b"{}", headers=headers)) == (415, "unsupported_media_type")


def test_a_content_type_may_have_parameters(client: TestClient) -> None:
    assert client.post("/wav", content=b"abc", headers={"content-type": "Audio/WAV; rate=16000"}).json() == 3


def test_unknown_paths_and_methods_have_the_same_form(client: TestClient) -> None:
    assert error_of(client.get("/nowhere")) == (404, "not_found")
    response = client.get("/letter")
    assert error_of(response) == (405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


def test_a_service_error_is_told_with_when_to_try_again(client: TestClient) -> None:
    response = client.get("/refuse")
    assert error_of(response) == (503, "broken")
    assert response.headers["retry-after"] == "1"


def test_an_unexpected_error_tells_clients_nothing_of_itself(client: TestClient) -> None:
    response = client.get("/crash")
    assert error_of(response) == (500, "internal_error")
    assert "Zero" not in response.text


def test_a_request_that_takes_too_long_is_answered(client: TestClient) -> None:
    assert error_of(client.get("/sleep")) == (504, "timeout")


@pytest.mark.parametrize("size", [1001, 100_000])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_too_large_is_refused(serve: Any, size: int, chunked: bool) -> None:
    async def parts() -> Any:
        for _ in range(size):
            yield b"x"

    data = parts() if chunked else b"x" * size
    headers = {"content-type": "audio/wav"}
    async with serve(example_app(request_timeout_s=5)) as url, aiohttp.ClientSession(headers=headers) as session:
        async with session.post(url + "/wav", data=data) as response:
            assert (response.status, (await response.json())["error"]["code"]) == (413, "body_too_large")
        async with session.post(url + "/wav", data=b"x" * 1000) as response:
            assert response.status == 200


async def test_a_body_that_stalls_is_given_up(serve: Any) -> None:
    async with serve(example_app()) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
        writer.write(b"POST /wav HTTP/1.1\r\nHost: x\r\nContent-Type: audio/wav\r\nContent-Length: 10\r\n\r\nabc")
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n"), 2)
        assert b" 504 " in answer
        writer.close()


async def test_work_ends_when_its_client_leaves(serve: Any) -> None:
    ended = asyncio.Event()
    app = create_base_app(CommonSettings(port=1), service="example", engine="none")

    @app.get("/work")
    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    async with serve(app) as url, aiohttp.ClientSession() as session:
        with pytest.raises(TimeoutError):
            await session.get(url + "/work", timeout=aiohttp.ClientTimeout(total=0.2))
        await asyncio.wait_for(ended.wait(), 2)


def test_a_request_keeps_the_id_it_came_with(client: TestClient) -> None:
    response = client.get("/id", headers={"x-request-id": "abc-1"})
    assert (response.json(), response.headers["x-request-id"]) == ("abc-1", "abc-1")


def test_an_id_that_could_forge_logs_is_replaced(client: TestClient) -> None:
    response = client.get("/id", headers={"x-request-id": "abc {}"})
    assert response.json() == response.headers["x-request-id"] != "abc {}"
