"""Threads for work that would block the event loop, with a bounded queue."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from morgan_shared.slots import busy_error

Result = TypeVar("Result")


class Cancelled(Exception):  # noqa: N818 (no error: nobody waits for the result any more)
    """Raised inside a worker whose request has ended."""


class Cancellation:
    """Tells a worker that nobody waits for its result any more."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the worker to stop."""
        self._event.set()

    def check(self) -> None:
        """Call between steps of the work.

        Raises:
            Cancelled: if the request has ended.

        """
        if self._event.is_set():
            raise Cancelled


class WorkerPool:
    """Runs functions in threads.

    Args:
        workers: how many run at once.
        queue: how many more may wait; beyond that, requests are refused.

    """

    def __init__(self, *, workers: int, queue: int) -> None:
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        self._limit = workers + queue
        self._pending = 0

    async def run(self, work: Callable[[Cancellation], Result]) -> Result:
        """Run the work in a thread; if the caller is cancelled, the work is told so.

        Raises:
            ServiceError: 503 if too much is waiting already.

        """
        if self._pending >= self._limit:
            raise busy_error()
        cancellation = Cancellation()
        future = self._executor.submit(work, cancellation)
        loop = asyncio.get_running_loop()
        self._pending += 1
        # The place is free when the thread is done, which can be after its request has ended.
        future.add_done_callback(lambda _done: loop.call_soon_threadsafe(self._release))
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            cancellation.cancel()
            raise

    def close(self) -> None:
        """Let go of the threads once their work is done."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _release(self) -> None:
        self._pending -= 1
