"""Failures of neighbours and stores, with core's real clients."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from morgan_core.backends import open_backends
from morgan_core.neighbours import open_neighbours
from morgan_core.sessions import open_sessions
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


@asynccontextmanager
async def served(answer: Any) -> AsyncIterator[str]:
    """Serve connections with a function of reader and writer; yields host and port."""
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_request_that_ended_a_connection_is_not_sent_again(core_settings: Any) -> None:
    requests = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        requests += 1
        await reader.readuntil(b"hello")
        writer.close()

    async with served(answer) as address, open_neighbours(core_settings(tts_url=f"http://{address}")) as neighbours:
        with pytest.raises(ServiceError) as caught:
            await neighbours.post("tts", "/v1/speech", b"hello", "application/json")
    assert (caught.value.status, caught.value.code) == (503, "neighbour_unavailable")
    assert requests == 1


async def test_an_endless_answer_of_a_neighbour_is_given_up(core_settings: Any) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"hello")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(ConnectionError):
            while True:
                writer.write(bytes(1_000_000))
                await writer.drain()

    async with served(answer) as address, open_neighbours(core_settings(tts_url=f"http://{address}")) as neighbours:
        with pytest.raises(ServiceError, match="tts gave an answer of more than") as caught:
            await neighbours.post("tts", "/v1/speech", b"hello", "application/json")
    assert caught.value.status == 503


async def test_requests_wait_for_a_connection_to_redis(core_settings: Any) -> None:
    connections = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while line := await reader.readline():
            words = []
            for _ in range(int(line[1:])):
                await reader.readline()
                words.append((await reader.readline()).strip())
            await asyncio.sleep(0.01)
            writer.write({b"HELLO": b"%0\r\n", b"LRANGE": b"*0\r\n"}.get(words[0], b"+OK\r\n"))
        writer.close()

    async with served(answer) as address, open_sessions(core_settings(redis_url=f"redis://{address}/0")) as sessions:
        found = await asyncio.gather(*(sessions.recent(str(index)) for index in range(200)))
    assert found == [[]] * 200
    assert connections == 20


@pytest.mark.parametrize(("store", "code"), [("sessions", "redis_unavailable"), ("history", "postgres_unavailable")])
async def test_a_missing_store_is_reported_at_once(core_settings: Any, store: str, code: str) -> None:
    known = core_settings(redis_url="redis://127.0.0.1:9/0", database_url="postgresql://morgan@127.0.0.1:9/morgan")
    async with asyncio.timeout(2), open_backends(known) as backends:
        with pytest.raises(ServiceError) as caught:
            await getattr(backends, store).check()
        with pytest.raises(ServiceError, match="tts cannot be reached"):
            await backends.neighbours.post("tts", "/v1/speech", b"", "application/json")
    assert (caught.value.status, caught.value.code) == (503, code)
