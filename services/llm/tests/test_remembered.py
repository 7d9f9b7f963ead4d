"""An answer that is kept, and the requests that /ready causes."""

import asyncio
from typing import Any

import aiohttp
import pytest
import structlog

from morgan_llm.remembered import Remembered
from morgan_llm.served_models import ServedModels
from morgan_llm.settings import LlmSettings
from morgan_llm.upstream import Upstream


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Question:
    """A question that is answered with its number when it may be."""

    def __init__(self) -> None:
        self.asked = 0
        self.free = asyncio.Event()
        self.free.set()

    async def __call__(self) -> int:
        self.asked += 1
        number = self.asked
        await self.free.wait()
        return number


async def test_an_answer_is_kept_for_its_time() -> None:
    clock, question = Clock(), Question()
    kept = Remembered(question, lambda number: 10 * number, clock)
    times = {0: 1, 9.9: 1, 10: 2, 29.9: 2, 30: 3}
    for clock.now, number in times.items():
        assert await kept.latest(patience_s=60) == number


async def test_readers_share_the_question_that_is_under_way() -> None:
    question = Question()
    question.free.clear()
    kept = Remembered(question, lambda _: 10, Clock())
    readers = [asyncio.create_task(kept.latest(patience_s=60)) for _ in range(9)]
    await asyncio.sleep(0)
    readers[0].cancel()
    question.free.set()
    assert await asyncio.gather(*readers[1:]) == [1] * 8
    assert (question.asked, readers[0].cancelled()) == (1, True)


async def test_a_reader_without_patience_gets_the_old_answer() -> None:
    clock, question = Clock(), Question()
    kept = Remembered(question, lambda _: 10, clock)
    question.free.clear()
    assert await kept.latest(patience_s=0) is None
    question.free.set()
    assert await kept.latest(patience_s=60) == 1
    question.free.clear()
    clock.now = 10
    assert await kept.latest(patience_s=0) == 1
    question.free.set()
    assert await kept.latest(patience_s=60) == 2
    await kept.close()


async def test_the_end_ends_the_question() -> None:
    question = Question()
    question.free.clear()
    kept = Remembered(question, lambda _: 10, Clock())
    assert await kept.latest(patience_s=0) is None
    await kept.close()
    assert len(asyncio.all_tasks()) == 1


@pytest.mark.parametrize(
    ("listed", "ok", "requests"), [(None, True, 4), (404, True, 4), (429, True, 4), (500, False, 12), (401, False, 12)]
)
async def test_an_idle_minute_causes_a_few_requests_and_no_warning(
    serve: Any, servers: Any, listed: int | None, ok: bool, requests: int
) -> None:
    clock, server = Clock(), servers["vLLM"]("small")
    server.listed = listed
    async with serve(server.app) as url:
        upstream = Upstream(url + "/v1", LlmSettings())
        async with upstream.running():
            served = ServedModels(upstream, clock)
            with structlog.testing.capture_logs() as logged:
                for quarter in range(240):
                    clock.now = quarter / 4
                    assert (await asyncio.gather(served.check(), served.check()))[1].ok == ok
    assert (server.lists, logged) == (requests, [])


async def test_a_recovery_is_seen_after_some_seconds(serve: Any, servers: Any) -> None:
    clock, server = Clock(), servers["vLLM"]("small")
    server.listed = 500
    async with serve(server.app) as url:
        upstream = Upstream(url + "/v1", LlmSettings())
        async with upstream.running():
            served = ServedModels(upstream, clock)
            assert not (await served.check()).ok
            server.listed = None
            clock.now = 5
            assert (await served.check()).ok


@pytest.mark.parametrize("listed", [404, 429, 500])
async def test_llm_is_ready_and_asks_once_whatever_the_list(
    gateway: Any, servers: Any, monkeypatch: pytest.MonkeyPatch, listed: int
) -> None:
    for kept in ("KEEP_GOOD_S", "KEEP_BAD_S"):
        monkeypatch.setattr(f"morgan_llm.served_models.{kept}", 3600)
    server = servers["Ollama"]("small")
    server.listed = listed

    async def ready(session: aiohttp.ClientSession) -> bool:
        async with session.get("/ready") as response:
            return response.status == 200 and (await response.json())["checks"]["endpoint"]["ok"] == (listed != 500)

    async with gateway(server.app) as session:
        assert all(await asyncio.gather(*(ready(session) for _ in range(20))))
    assert server.lists == 1
