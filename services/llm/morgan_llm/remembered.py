"""An answer that is kept for a while, so that many readers cause few questions."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Remembered(Generic[Answer]):
    """The last answer to a question. One question is under way at a time, and every reader waits for the same one.

    Args:
        ask: asks within a time limit of its own, and does not raise.
        keep_s: returns the seconds for which an answer is kept.
        clock: returns the time in seconds.

    """

    def __init__(
        self,
        ask: Callable[[], Awaitable[Answer]],
        keep_s: Callable[[Answer], float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._keep_s = keep_s
        self._clock = clock
        self._answer: Answer | None = None
        self._old_at = 0.0
        self._question: asyncio.Task[None] | None = None

    async def latest(self, *, patience_s: float) -> Answer | None:
        """Return the kept answer. If it is too old, ask again, and return the old one if that takes too long.

        Returns None if nothing has been answered yet.
        """
        if self._answer is None or self._clock() >= self._old_at:
            await self.renew(patience_s=patience_s)
        return self._answer

    async def renew(self, *, patience_s: float) -> None:
        """Ask again, even if the kept answer is new. A question that is under way counts as this one."""
        if self._question is None or self._question.done():
            self._question = asyncio.create_task(self._answer_question())
        # The question goes on if its reader leaves: others may wait for it.
        await asyncio.wait([self._question], timeout=patience_s)

    async def close(self) -> None:
        """End the question that is under way."""
        if self._question is not None:
            self._question.cancel()
            await asyncio.wait([self._question])

    async def _answer_question(self) -> None:
        answer = await self._ask()
        self._answer, self._old_at = answer, self._clock() + self._keep_s(answer)
