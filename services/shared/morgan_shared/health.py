"""Liveness and readiness."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from morgan_shared.interface import errors

log: structlog.stdlib.BoundLogger = structlog.get_logger()


@dataclass(frozen=True)
class CheckResult:
    """The result of a check, with a detail for people."""

    ok: bool
    detail: str


@dataclass(frozen=True)
class Check:
    """One condition of readiness."""

    name: str
    run: Callable[[], Awaitable[CheckResult]]
    """Runs the check within a time limit of its own, and does not raise."""
    gates: bool = True
    """True if the service is unready while this check fails; False if the failure is only reported."""


@dataclass(frozen=True)
class EngineInfo:
    """The engine of a service."""

    name: str
    device: str | None = None
    """The device on which the engine computes; None if the engine computes nothing."""


class Health(BaseModel):
    """The service runs."""

    status: str = Field(description='"ok".')
    service: str = Field(description="Name of the service.")
    engine: str = Field(description="Name of the engine that does the service's work.")
    device: str | None = Field(default=None, description="Device on which the engine computes, if it computes.")


class CheckReport(BaseModel):
    """The result of one check."""

    ok: bool = Field(description="False if the check failed.")
    detail: str = Field(description="The reason, for people.")


class Readiness(BaseModel):
    """The conditions of readiness, and of what is only reported."""

    ready: bool = Field(description="False if the service can take no request now.")
    engine: str = Field(description="Name of the engine that does the service's work.")
    device: str | None = Field(default=None, description="Device on which the engine computes, if it computes.")
    checks: dict[str, CheckReport] = Field(description="Checks by name. Some gate readiness, the others are reported.")


NOT_READY: dict[int | str, dict[str, Any]] = errors(body=False, token=False) | {
    503: {"model": Readiness, "description": "The service is not ready; the failing check has the reason."}
}


def health_router(service: str, engine: EngineInfo, checks: Sequence[Check]) -> APIRouter:
    """Make the routes /health, which answers while the process runs, and /ready, which runs the checks.

    Failures are logged when they change, not with every probe.
    """
    router = APIRouter()
    worker = {"engine": engine.name} | ({} if engine.device is None else {"device": engine.device})
    failed: dict[str, str] = {}

    open_to_all = errors(body=False, token=False)

    @router.get("/health", response_model=Health, responses=open_to_all, summary="An answer while the service runs")
    async def health() -> JSONResponse:
        return JSONResponse({"status": "ok", "service": service, **worker})

    @router.get("/ready", response_model=Readiness, responses=NOT_READY, summary="Readiness and its reasons")
    async def ready() -> JSONResponse:
        results = await asyncio.gather(*(check.run() for check in checks))
        is_ready = all(result.ok for check, result in zip(checks, results, strict=True) if check.gates)
        found = {
            check.name: {"ok": result.ok, "detail": result.detail}
            for check, result in zip(checks, results, strict=True)
        }
        nonlocal failed
        before, failed = failed, {name: str(check["detail"]) for name, check in found.items() if not check["ok"]}
        if failed != before:
            log.log(20 if is_ready else 30, "ready" if is_ready else "not ready", failed=failed)
        return JSONResponse({"ready": is_ready, **worker, "checks": found}, status_code=200 if is_ready else 503)

    return router
