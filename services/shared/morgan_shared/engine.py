"""Loads an engine in the background. Meanwhile the service answers /health, and reports the progress on /ready."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Generic, TypeVar

import structlog

from morgan_shared.errors import ServiceError
from morgan_shared.health import Check, CheckResult

RETRY_S = 5.0

Engine = TypeVar("Engine")
Report = Callable[[str], None]
"""Takes the progress of loading, as a text for people. Any thread may call it."""

log = structlog.get_logger("morgan.engine")


class EngineUnavailableError(Exception):
    """The engine cannot be loaded for now.

    Args:
        reason: the missing part, and how to provide it.
        retry_s: seconds until loading is tried again.

    """

    def __init__(self, reason: str, *, retry_s: float = RETRY_S) -> None:
        super().__init__(reason)
        self.retry_s = retry_s


def end_process() -> None:
    """End the service as SIGTERM does, after the requests in flight. Its container is then started again."""
    signal.raise_signal(signal.SIGTERM)


class LoadedEngine(Generic[Engine]):
    """An engine that loads in the background at start. A failed load is tried again after a pause.

    Args:
        load: loads the engine and reports progress; raises `EngineUnavailableError` for what an operator can solve.
        is_final: returns True for an error after which the engine serves no request in this process.

    """

    def __init__(
        self, load: Callable[[Report], Awaitable[Engine]], is_final: Callable[[Exception], bool] = lambda _error: False
    ) -> None:
        self._load = load
        self._is_final = is_final
        self._engine: Engine | None = None
        self._state = CheckResult(ok=False, detail="loading")
        self.check = Check("engine", self._check)

    @asynccontextmanager
    async def loading(self) -> AsyncIterator[None]:
        """Load in the background while the context is entered."""
        task = asyncio.create_task(self._load_until_done())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    @contextmanager
    def using(self) -> Iterator[Engine]:
        """Give the engine to one request. After a final error of the request, the service is not ready, and ends.

        Raises:
            ServiceError: 503 while the engine is not loaded.

        """
        if not self._state.ok or self._engine is None:
            raise ServiceError(503, "not_ready", f"the engine is not ready: {self._state.detail}")
        try:
            yield self._engine
        except Exception as error:
            if self._state.ok and self._is_final(error):
                log.exception("the engine has failed for good; the service ends, to be started again")
                self._state = CheckResult(ok=False, detail="the engine has failed; the log has the reason")
                end_process()
            raise

    async def _check(self) -> CheckResult:
        return self._state

    def _report(self, progress: str) -> None:
        self._state = CheckResult(ok=False, detail=progress)

    async def _load_until_done(self) -> None:
        while self._engine is None:
            try:
                self._engine = await self._load(self._report)
                self._state = CheckResult(ok=True, detail="loaded")
            except EngineUnavailableError as error:
                if self._state.detail != str(error):
                    log.warning("the engine cannot be loaded", reason=str(error), exc_info=error.__cause__)
                self._state = CheckResult(ok=False, detail=str(error))
                await asyncio.sleep(error.retry_s)
            except Exception:
                log.exception("the engine failed to load")
                self._state = CheckResult(ok=False, detail="failed to load; the log has the reason")
                await asyncio.sleep(RETRY_S)


async def in_thread(work: Callable[[], Engine]) -> Engine:
    """Run the work in a daemon thread, so that the process can end during a load, which may take minutes."""
    future: Future[Engine] = Future()
    future.set_running_or_notify_cancel()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, name="loading", daemon=True).start()
    return await asyncio.wrap_future(future)
