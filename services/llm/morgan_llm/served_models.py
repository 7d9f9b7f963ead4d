"""The models that the endpoint serves, as it lists them itself."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from morgan_llm.model_list import choose_model, parse_models
from morgan_llm.remembered import Remembered
from morgan_llm.upstream import RefusedError, Upstream
from morgan_shared.errors import ServiceError
from morgan_shared.health import CheckResult

KEEP_GOOD_S, KEEP_BAD_S = 15.0, 5.0
"""Seconds for which an answer is kept. /ready is requested several times a second, and a recovery is to be seen."""
LIMIT_S = 5.0
"""Seconds until a request for the list is given up."""
CHECK_PATIENCE_S = 0.3
"""Seconds that /ready waits for an answer; less than core waits for /ready."""
NO_LIST = (404, 405, 429, 501)
"""Statuses of a server that works, and does not list its models, or not now."""


@dataclass(frozen=True)
class Listing:
    """An answer to the request for the list of models."""

    check: CheckResult
    names: list[str] | None = None
    """None if the list cannot be had."""


class ServedModels:
    """The list of models, and the model for requests that name none."""

    def __init__(self, upstream: Upstream, clock: Callable[[], float] = time.monotonic) -> None:
        self._upstream = upstream
        self._listing = Remembered(self._list, lambda found: KEEP_GOOD_S if found.check.ok else KEEP_BAD_S, clock)
        self._choice: str | None = None

    async def choice(self) -> str | None:
        """Return the model for requests that name none; None if the list cannot be had or is empty."""
        if self._choice is None:
            await self._listing.latest(patience_s=LIMIT_S)
        return self._choice

    async def choice_after(self, refused: str | None) -> str | None:
        """Return the choice from a new list, after the endpoint has refused this choice."""
        if self._choice == refused:
            await self._listing.renew(patience_s=LIMIT_S)
        return self._choice

    async def check(self) -> CheckResult:
        """Check that the endpoint answers, by an answer that may be some seconds old."""
        found = await self._listing.latest(patience_s=CHECK_PATIENCE_S)
        return found.check if found else CheckResult(ok=False, detail=f"waiting for {self._upstream.base_url}")

    async def close(self) -> None:
        """End the request that is under way."""
        await self._listing.close()

    async def _list(self) -> Listing:
        url = self._upstream.base_url
        try:
            async with asyncio.timeout(LIMIT_S), self._upstream.open("GET", "/models") as response:
                names = parse_models(await response.read())
        except RefusedError as error:
            if error.answered in NO_LIST:
                return Listing(CheckResult(ok=True, detail=f"{url} answers, without a list of models"))
            return Listing(CheckResult(ok=False, detail=error.message))
        except ServiceError as error:
            return Listing(CheckResult(ok=False, detail=error.message))
        except TimeoutError:
            return Listing(CheckResult(ok=False, detail=f"{url} did not answer within {LIMIT_S:g} s"))
        if names is not None:
            self._choice = choose_model(names, self._choice)
        return Listing(CheckResult(ok=True, detail=f"{url} answers"), names)
