"""The checks that decide core's readiness, and the checks that are only reported."""

import asyncio
from collections.abc import Awaitable, Callable

from morgan_core.backends import Backends
from morgan_core.turn import NEIGHBOURS, History, Name
from morgan_shared.errors import ServiceError
from morgan_shared.health import Check, CheckResult

CHECK_TIMEOUT_S = 0.8


def core_checks(backends: Callable[[], Backends]) -> list[Check]:
    """Make the checks; `backends` returns the open connections when a check runs."""

    def neighbour(name: Name) -> Check:
        # Text chat works without vad, stt and tts. Requests that need a missing neighbour get an error with its name.
        return Check(name, lambda: _result(backends().neighbours.check(name)), gates=False)

    return [
        Check("redis", lambda: _result(backends().sessions.check())),
        Check("postgres", lambda: _history(backends().history)),
        *map(neighbour, NEIGHBOURS),
    ]


async def _history(history: History) -> CheckResult:
    result = await _result(history.check())
    fill = history.fill()
    return CheckResult(ok=True, detail=f"answers; {fill}") if result.ok and fill is not None else result


async def _result(check: Awaitable[None]) -> CheckResult:
    try:
        await asyncio.wait_for(check, CHECK_TIMEOUT_S)
    except ServiceError as error:
        return CheckResult(ok=False, detail=error.message)
    except TimeoutError:
        return CheckResult(ok=False, detail=f"no answer within {CHECK_TIMEOUT_S:g} s")
    return CheckResult(ok=True, detail="answers")
