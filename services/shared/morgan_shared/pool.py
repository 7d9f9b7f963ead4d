"""Threads for work that would block the event loop, with a bounded queue."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from morgan_shared.slots import busy_error

Result = TypeVar("Result")


class Cancelled(Exception):  # noqa: N818 (not an error: its request has ended)
    """Raised inside a worker whose request has ended."""


class Cancellation:
    """Signals to a worker that its request has ended."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Signal that the request has ended."""
        self._event.set()

    def check(self) -> None:
        """Raise if the request has ended. Workers call this between their steps.

        Raises:
            Cancelled: if the request has ended.

        """
        if self._event.is_set():
            raise Cancelled


class WorkerPool:
    """Runs functions in threads.

    Args:
        workers: number of functions that run at once.
        queue: number of functions that may wait; further functions are refused.

    """

    def __init__(self, *, workers: int, queue: int) -> None:
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        self._limit = workers + queue
        self._pending = 0

    async def run(self, work: Callable[[Cancellation], Result]) -> Result:
        """Run the work in a thread. If the caller is cancelled, the work gets a signal through its `Cancellation`.

        Raises:
            ServiceError: 503 if the queue is full.

        """
        if self._pending >= self._limit:
            raise busy_error()
        cancellation = Cancellation()
        future = self._executor.submit(work, cancellation)
        loop = asyncio.get_running_loop()
        self._pending += 1
        # A thread may end after its request has ended, and keeps its place until then.
        future.add_done_callback(lambda _done: loop.call_soon_threadsafe(self._release))
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            cancellation.cancel()
            raise

    def close(self) -> None:
        """Drop the queue, and end each thread after its current work."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _release(self) -> None:
        self._pending -= 1
