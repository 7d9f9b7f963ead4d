"""Limits the requests that run and wait at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from morgan_shared.errors import ServiceError


def busy_error() -> ServiceError:
    """Make the error for a request beyond the limit."""
    return ServiceError(503, "busy", "too many requests are waiting; try again in a moment")


class Slots:
    """Lets `workers` run at once and `queue` more wait."""

    def __init__(self, *, workers: int, queue: int) -> None:
        self._semaphore = asyncio.Semaphore(workers)
        self._limit = workers + queue
        self._pending = 0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold a place, after a wait if all places are taken.

        Raises:
            ServiceError: 503 if too many wait already.

        """
        if self._pending >= self._limit:
            raise busy_error()
        self._pending += 1
        try:
            async with self._semaphore:
                yield
        finally:
            self._pending -= 1
