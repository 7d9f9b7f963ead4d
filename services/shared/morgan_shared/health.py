"""Liveness and readiness."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse

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


def health_router(service: str, engine: EngineInfo, checks: Sequence[Check]) -> APIRouter:
    """Make the routes /health, which answers while the process runs, and /ready, which runs the checks.

    Failures are logged when they change, not with every probe.
    """
    router = APIRouter()
    worker = {"engine": engine.name} | ({} if engine.device is None else {"device": engine.device})
    failed: dict[str, str] = {}

    @router.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok", "service": service, **worker}

    @router.get("/ready")
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
