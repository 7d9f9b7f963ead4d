"""The frame of a service's application."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI, Request

from morgan_shared.budget import Budget
from morgan_shared.errors import ServiceError, install_error_handlers
from morgan_shared.guard import RequestGuard
from morgan_shared.health import Check, EngineInfo, health_router
from morgan_shared.interface import AUDIO_TYPES, describe
from morgan_shared.settings import CommonSettings


@dataclass(frozen=True)
class Recording:
    """An audio file as a client sent it."""

    content: bytes
    media_type: str
    """One of `AUDIO_TYPES`."""


@asynccontextmanager
async def _nothing_to_close() -> AsyncIterator[None]:
    yield


def create_base_app(
    settings: CommonSettings,
    *,
    service: str,
    engine: EngineInfo,
    checks: Sequence[Check] = (),
    running: Callable[[], AbstractAsyncContextManager[None]] = _nothing_to_close,
) -> FastAPI:
    """Make an application with health routes, error forms and limits.

    Args:
        settings: the limits.
        service: the service's name.
        engine: the service's engine, as /health and /ready report it.
        checks: the conditions of readiness.
        running: context that is entered before the first request and left after the last answer.

    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with running():
            yield

    app = FastAPI(
        title=f"Morgan {service}",
        version="1",
        # A description is for developers. Clients of a stack need none, so it is served only on request.
        openapi_url="/openapi.json" if settings.openapi else None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        # A redirect would repeat the client's header Host, and the scheme between gateway and service.
        redirect_slashes=False,
    )
    app.add_middleware(
        RequestGuard,
        budget=Budget(requests=settings.max_requests, held_bytes=max(settings.held_bytes, settings.max_body_bytes)),
        max_body_bytes=settings.max_body_bytes,
        timeout_s=settings.request_timeout_s,
    )
    install_error_handlers(app)
    describe(app)
    app.include_router(health_router(service, engine, checks))
    return app


async def audio_body(request: Request) -> Recording:
    """Return the body of a request that must be declared as audio; a dependency of routes."""
    media_type = _require_type(request, AUDIO_TYPES, expected="audio, such as audio/wav")
    return Recording(await request.body(), media_type)


async def json_body(request: Request) -> None:
    """Refuse a body that is not declared as JSON; a dependency of routes."""
    _require_type(request, ("application/json",), expected="application/json")


def _require_type(request: Request, allowed: Sequence[str], *, expected: str) -> str:
    given = request.headers.get("content-type", "").split(";", 1)[0].strip().lower()
    if given not in allowed:
        message = f"the content type must be {expected}, not {given or 'left out'}"
        raise ServiceError(415, "unsupported_media_type", message)
    return given
