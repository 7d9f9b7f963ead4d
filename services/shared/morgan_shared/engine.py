"""An engine that takes time to load: the service answers /health meanwhile and says on /ready how far it is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Generic, TypeVar

import structlog

from morgan_shared.errors import ServiceError
from morgan_shared.health import Check, CheckResult

RETRY_S = 5.0

Engine = TypeVar("Engine")
log = structlog.get_logger("morgan.engine")


class EngineUnavailableError(Exception):
    """The engine cannot be loaded as things are; the message names what is missing."""


class LoadedEngine(Generic[Engine]):
    """Loads an engine once at start, in the background, and again every few seconds while something is missing.

    Args:
        load: loads it; raises `EngineUnavailableError` for what an operator can put right.

    """

    def __init__(self, load: Callable[[], Awaitable[Engine]]) -> None:
        self._load = load
        self._engine: Engine | None = None
        self._state = CheckResult(ok=False, detail="loading")
        self.check = Check("engine", self._report)

    @asynccontextmanager
    async def loading(self) -> AsyncIterator[None]:
        """Load while the context is entered."""
        task = asyncio.create_task(self._load_until_done())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def get(self) -> Engine:
        """Return the engine.

        Raises:
            ServiceError: 503 while it is not loaded.

        """
        if self._engine is None:
            raise ServiceError(503, "not_ready", f"the engine is not ready: {self._state.detail}")
        return self._engine

    async def _report(self) -> CheckResult:
        return self._state

    async def _load_until_done(self) -> None:
        while self._engine is None:
            try:
                self._engine = await self._load()
                self._state = CheckResult(ok=True, detail="loaded")
            except EngineUnavailableError as error:
                if self._state.detail != str(error):
                    log.warning("the engine cannot be loaded", reason=str(error))
                self._state = CheckResult(ok=False, detail=str(error))
                await asyncio.sleep(RETRY_S)
            except Exception:
                log.exception("the engine failed to load")
                self._state = CheckResult(ok=False, detail="failed to load; the log says why")
                await asyncio.sleep(RETRY_S)
