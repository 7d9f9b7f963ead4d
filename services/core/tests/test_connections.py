"""Failures of neighbours and stores, with core's real clients."""

import asyncio
from typing import Any

import pytest

from morgan_core.backends import open_backends
from morgan_core.neighbours import open_neighbours
from morgan_shared.errors import ServiceError


async def test_a_neighbour_gets_body_and_request_id(serve: Any, neighbour: Any, core_settings: Any) -> None:
    async with serve(neighbour) as url, open_neighbours(core_settings(stt_url=url)) as neighbours:
        answer = await neighbours.post("stt", "/echo", b"hello", "audio/wav")
        assert answer == b'{"body":"hello","id":"none"}'
        await neighbours.check("stt")


@pytest.mark.parametrize(
    ("name", "behaviour", "status", "code"),
    [
        ("stt", "refuse", 400, "invalid_audio"),
        ("llm", "refuse", 503, "neighbour_unavailable"),
        ("stt", "busy", 503, "neighbour_unavailable"),
        ("stt", "crash", 503, "neighbour_unavailable"),
        ("stt", "hang", 504, "neighbour_timeout"),
    ],
)
async def test_a_failure_of_a_neighbour_is_reported(
    serve: Any, neighbour: Any, core_settings: Any, name: Any, behaviour: str, status: int, code: str
) -> None:
    async with serve(neighbour) as url:
        known = core_settings(stt_url=url, llm_url=url, neighbour_timeout_s=0.3)
        async with open_neighbours(known) as neighbours:
            with pytest.raises(ServiceError) as caught:
                await neighbours.post(name, f"/{behaviour}", b"hello", "audio/wav")
    assert (caught.value.status, caught.value.code) == (status, code)
    assert code == "invalid_audio" or caught.value.message.startswith(name)


async def test_a_neighbour_that_drops_a_connection_gets_the_request_again(core_settings: Any) -> None:
    requests = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        requests += 1
        await reader.readuntil(b"hello")
        if requests > 1:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with open_neighbours(core_settings(tts_url=url)) as neighbours:
            assert await neighbours.post("tts", "/v1/speech", b"hello", "application/json") == b"ok"
    assert requests == 2


@pytest.mark.parametrize(("store", "code"), [("sessions", "redis_unavailable"), ("history", "postgres_unavailable")])
async def test_a_missing_store_is_reported_at_once(core_settings: Any, store: str, code: str) -> None:
    known = core_settings(redis_url="redis://127.0.0.1:9/0", database_url="postgresql://morgan@127.0.0.1:9/morgan")
    async with asyncio.timeout(2), open_backends(known) as backends:
        with pytest.raises(ServiceError) as caught:
            await getattr(backends, store).check()
        with pytest.raises(ServiceError, match="tts cannot be reached"):
            await backends.neighbours.post("tts", "/v1/speech", b"", "application/json")
    assert (caught.value.status, caught.value.code) == (503, code)
