"""Limits on size and time, request ids, and clients that leave."""

import asyncio
from typing import Any

import aiohttp
import pytest
from fastapi.testclient import TestClient

from morgan_shared.app import create_base_app
from morgan_shared.health import EngineInfo
from morgan_shared.settings import CommonSettings


def error_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def test_a_request_that_takes_too_long_gets_an_error(client: TestClient) -> None:
    assert error_of(client.get("/sleep")) == (504, "timeout")


@pytest.mark.parametrize("size", [1001, 100_000])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_too_large_body_is_refused(serve: Any, example_app: Any, size: int, chunked: bool) -> None:
    async def parts() -> Any:
        for _ in range(size):
            yield b"x"

    data = parts() if chunked else b"x" * size
    headers = {"content-type": "audio/wav"}
    async with serve(example_app(request_timeout_s=5)) as url, aiohttp.ClientSession(headers=headers) as session:
        async with session.post(url + "/audio", data=data) as response:
            assert (response.status, (await response.json())["error"]["code"]) == (413, "body_too_large")
        async with session.post(url + "/audio", data=b"x" * 1000) as response:
            assert response.status == 200


async def test_a_body_that_stalls_is_given_up(serve: Any, example_app: Any) -> None:
    async with serve(example_app()) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
        writer.write(b"POST /audio HTTP/1.1\r\nHost: x\r\nContent-Type: audio/wav\r\nContent-Length: 10\r\n\r\nabc")
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n"), 2)
        assert b" 504 " in answer
        writer.close()


async def test_work_ends_when_its_client_leaves(serve: Any) -> None:
    ended = asyncio.Event()
    app = create_base_app(CommonSettings(port=1), service="example", engine=EngineInfo("abacus"))

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
