"""Limits on the work that runs and waits at once."""

import asyncio
import time

import pytest

from morgan_shared.pool import Cancellation, WorkerPool
from morgan_shared.slots import Slots


async def test_the_pool_refuses_work_beyond_its_queue() -> None:
    pool = WorkerPool(workers=1, queue=1)
    release = asyncio.Event()
    loop = asyncio.get_running_loop()

    def work(_cancellation: Cancellation) -> str:
        asyncio.run_coroutine_threadsafe(release.wait(), loop).result(5)
        return "done"

    waiting = [asyncio.create_task(pool.run(work)) for _ in range(2)]
    await asyncio.sleep(0.05)
    with pytest.raises(Exception, match="too many requests"):
        await pool.run(work)
    release.set()
    assert await asyncio.gather(*waiting) == ["done", "done"]
    await asyncio.sleep(0.05)
    assert await pool.run(work) == "done"
    pool.close()


async def test_work_in_the_pool_stops_when_its_request_ends() -> None:
    pool = WorkerPool(workers=1, queue=0)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()

    def work(cancellation: Cancellation) -> None:
        try:
            while True:
                cancellation.check()
                time.sleep(0.01)
        finally:
            loop.call_soon_threadsafe(stopped.set)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pool.run(work), 0.1)
    await asyncio.wait_for(stopped.wait(), 2)
    pool.close()


async def test_slots_refuse_requests_beyond_their_limit_and_become_free() -> None:
    slots = Slots(workers=1, queue=0)
    async with slots.slot():
        with pytest.raises(Exception, match="too many requests"):
            async with slots.slot():
                pass
    async with slots.slot():
        pass
