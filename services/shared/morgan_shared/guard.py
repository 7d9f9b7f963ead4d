"""The outermost layer round every service: request ids, the access log, limits on size and time, no bare 500."""

import asyncio
import re
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from morgan_shared.answer import PacedAnswer, SlowClientError
from morgan_shared.body import BodyTooLargeError, ClientGoneError, buffered_body, run_while_connected
from morgan_shared.budget import Budget, Held
from morgan_shared.errors import ServiceError, error_response

REQUEST_ID_HEADER = "x-request-id"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_QUIET_PATHS = ("/health", "/ready")

log = structlog.get_logger("morgan.access")


def current_request_id() -> str | None:
    """Return the id of the current request, for requests to other services; None outside a request."""
    request_id: str | None = structlog.contextvars.get_contextvars().get("request_id")
    return request_id


class RequestGuard:
    """ASGI middleware. It buffers each body, since every service needs the whole body to begin its work."""

    def __init__(self, app: ASGIApp, *, budget: Budget, max_body_bytes: int, timeout_s: float) -> None:
        self._app = app
        self._budget = budget
        self._max_body_bytes = max_body_bytes
        self._timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self._serve(scope, receive, send, request_id)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        started = time.perf_counter()
        status: int | None = None

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
            await send(message)

        failure = await self._admit(scope, receive, send_with_id)
        if failure is not None and status is None:
            await error_response(failure)(scope, receive, send_with_id)
        self._log_access(scope, status, started)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> ServiceError | None:
        try:
            # Many requests must not make a service look unready.
            with self._budget.request(counts=scope["path"] not in _QUIET_PATHS) as held:
                return await self._answer(scope, receive, send, held)
        except ServiceError as error:
            return error

    async def _answer(self, scope: Scope, receive: Receive, send: Send, held: Held) -> ServiceError | None:
        """Run the application. Return its failure, which becomes the answer if no answer has begun."""
        deadline = asyncio.timeout(self._timeout_s)
        answer = PacedAnswer(scope, receive, send, held.add)

        async def send_in_time(message: Message) -> None:
            # The limit is on the time until an answer begins. An answer that streams may take longer.
            deadline.reschedule(None)
            await answer.send(message)

        try:
            async with deadline:
                body = await buffered_body(scope, receive, self._max_body_bytes, held.add)
                await run_while_connected(self._app(scope, body, send_in_time), receive)
        except BodyTooLargeError:
            return ServiceError(413, "body_too_large", f"the body is larger than {self._max_body_bytes} bytes")
        except ClientGoneError:
            return ServiceError(499, "client_gone", "the client left before it had its answer")
        except SlowClientError:
            log.info("an answer was given up, because its client reads too slowly", path=scope["path"])
        except ServiceError as error:
            return error
        except TimeoutError:
            return ServiceError(504, "timeout", f"no answer within {self._timeout_s:g} s")
        except Exception:
            log.exception("unexpected error", path=scope["path"])
            return ServiceError(500, "internal_error", "an unexpected error; the log has it under this request's id")
        return None

    def _log_access(self, scope: Scope, status: int | None, started: float) -> None:
        # Probes come several times a second. health.py logs their results on a change.
        log.log(
            10 if scope["path"] in _QUIET_PATHS else 20,
            "request",
            method=scope["method"],
            path=scope["path"],
            status=status,
            duration_ms=round((time.perf_counter() - started) * 1000, 1),
        )
