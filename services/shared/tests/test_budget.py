"""What the requests of a service may hold together."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from fastapi import FastAPI, Response

from morgan_shared import answer
from morgan_shared.budget import FREE_BYTES, Budget
from morgan_shared.errors import ServiceError

MB = 1_000_000


@asynccontextmanager
async def connection(url: str, sent: bytes) -> AsyncIterator[asyncio.StreamReader]:
    """Open a connection that sends this, and reads as little as it can unless the reader is used."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]), limit=1)
    try:
        writer.write(sent)
        await writer.drain()
        yield reader
    finally:
        writer.close()


def with_large_answer(app: FastAPI) -> FastAPI:
    @app.get("/large")
    async def large() -> Response:
        return Response(bytes(20 * MB))

    return app


class Client:
    """An ordinary client; an answer is its status, and the code of an error or the length of the body."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def get(self, path: str) -> tuple[int, str | int]:
        async with self._session.get(path) as response:
            return await self._read(response)

    async def post(self, size: int) -> tuple[int, str | int]:
        async with self._session.post("/audio", data=bytes(size), headers={"content-type": "audio/wav"}) as response:
            return await self._read(response)

    async def _read(self, response: aiohttp.ClientResponse) -> tuple[int, str | int]:
        body = await response.read()
        assert response.status != 503 or response.headers["retry-after"] == "1"
        return response.status, json.loads(body)["error"]["code"] if response.status >= 400 else len(body)


@asynccontextmanager
async def client_of(serve: Any, app: FastAPI) -> AsyncIterator[tuple[str, Client]]:
    async with serve(app) as url, aiohttp.ClientSession(url) as session:
        yield url, Client(session)


async def until(ask: Callable[[], Awaitable[tuple[int, str | int]]], status: int) -> str | int:
    """Repeat a request until its answer has this status."""
    async with asyncio.timeout(10):
        while (answered := await ask())[0] != status:
            await asyncio.sleep(0.02)
    return answered[1]


def head(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"{path} HTTP/1.1", "Host: x", *headers, "", ""]).encode()


async def test_large_bodies_are_refused_when_others_hold_all_bytes(serve: Any, example_app: Any) -> None:
    app = example_app(request_timeout_s=30, max_body_bytes=MB, held_bytes=3 * MB)
    begun = head("POST /audio", "Content-Type: audio/wav", f"Content-Length: {MB}") + bytes(MB - 5)
    async with client_of(serve, app) as (url, client):
        async with AsyncExitStack() as opened:
            for _ in range(3):
                await opened.enter_async_context(connection(url, begun))
            assert await until(lambda: client.post(MB), 503) == "busy"
            assert (await client.post(FREE_BYTES))[0] == 200, "a small body has room anyway"
        await until(lambda: client.post(MB), 200)


async def test_one_body_of_the_limit_always_has_room(serve: Any, example_app: Any) -> None:
    app = example_app(request_timeout_s=30, max_body_bytes=MB, held_bytes=0)
    async with client_of(serve, app) as (_, client):
        assert (await client.post(MB))[0] == 200


async def test_answers_count_until_their_clients_have_read_them(serve: Any, example_app: Any) -> None:
    app = with_large_answer(example_app(request_timeout_s=30, held_bytes=50 * MB))
    async with client_of(serve, app) as (url, client):
        async with AsyncExitStack() as opened:
            for _ in range(2):
                reader = await opened.enter_async_context(connection(url, head("GET /large")))
                assert (await reader.read(1)) == b"H", "the answer has begun"
            assert await client.get("/large") == (503, "busy")
            assert (await client.get("/id"))[0] == 200
        assert await until(lambda: client.get("/large"), 200) == 20 * MB


async def test_a_client_that_reads_too_slowly_does_not_get_all_of_its_answer(
    serve: Any, example_app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer, "PATIENCE_S", 0.1)
    monkeypatch.setattr(answer, "SLOWEST_BYTES_PER_S", 1000 * MB)
    app = with_large_answer(example_app(request_timeout_s=30, held_bytes=25 * MB))
    async with (
        client_of(serve, app) as (url, client),
        connection(url, head("GET /large")) as reader,
    ):
        await reader.read(1)
        monkeypatch.undo()
        await until(lambda: client.get("/large"), 200)
        async with asyncio.timeout(10):
            assert len(await reader.read()) < 20 * MB


async def test_requests_beyond_the_number_are_refused_and_probes_are_not(serve: Any, example_app: Any) -> None:
    async with client_of(serve, example_app(request_timeout_s=30, max_requests=1)) as (url, client):
        async with connection(url, head("GET /sleep")):
            assert await until(lambda: client.get("/id"), 503) == "busy"
            assert (await client.get("/health"))[0] == 200
        await until(lambda: client.get("/id"), 200)


def test_a_budget_gets_back_what_was_held() -> None:
    budget = Budget(requests=2, held_bytes=10)
    for _ in range(3):
        with budget.request() as held:
            held.add(FREE_BYTES - 1)
            held.add(11)
            with pytest.raises(ServiceError), budget.request() as other:
                other.add(FREE_BYTES + 1)
