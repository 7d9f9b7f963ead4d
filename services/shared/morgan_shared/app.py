"""The frame of a service's application."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI, Request

from morgan_shared.errors import ServiceError, install_error_handlers
from morgan_shared.guard import RequestGuard
from morgan_shared.health import Check, EngineInfo, health_router
from morgan_shared.settings import CommonSettings

WAV_TYPES = ("audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave")


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

    app = FastAPI(title=f"Morgan {service}", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.add_middleware(RequestGuard, max_body_bytes=settings.max_body_bytes, timeout_s=settings.request_timeout_s)
    install_error_handlers(app)
    app.include_router(health_router(service, engine, checks))
    return app


async def wav_body(request: Request) -> bytes:
    """Return the body of a request that must be declared as a WAV file; a dependency of routes."""
    _require_type(request, WAV_TYPES)
    return await request.body()


async def json_body(request: Request) -> None:
    """Refuse a body that is not declared as JSON; a dependency of routes."""
    _require_type(request, ("application/json",))


def _require_type(request: Request, allowed: Sequence[str]) -> None:
    given = request.headers.get("content-type", "").split(";", 1)[0].strip().lower()
    if given not in allowed:
        message = f"the content type must be {allowed[0]}, not {given or 'left out'}"
        raise ServiceError(415, "unsupported_media_type", message)
