"""The configured language model, reached over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import structlog

from morgan_llm.chat import ChatRequest
from morgan_llm.settings import LlmSettings
from morgan_shared.errors import ServiceError
from morgan_shared.guard import REQUEST_ID_HEADER, current_request_id
from morgan_shared.health import CheckResult

CHECK_TIMEOUT_S = 0.5
CLIENTS_FAULT = (400, 404, 413, 422, 429)
"""Statuses that are about the client's request, and are passed on to the client. Other errors become 503."""

log = structlog.get_logger("morgan.endpoint")


class Endpoint:
    """An OpenAI-compatible API; its session is open while `running` is entered."""

    def __init__(self, base_url: str, settings: LlmSettings) -> None:
        self._base_url = base_url
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open the session; close it at the end."""
        key = self._settings.llm_api_key
        headers = {} if key is None else {"authorization": f"Bearer {key.get_secret_value()}"}
        timeout = aiohttp.ClientTimeout(
            total=None, connect=self._settings.llm_connect_timeout_s, sock_read=self._settings.llm_idle_timeout_s
        )
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as self._session:
            yield

    async def completion(self, request: ChatRequest) -> bytes:
        """Return the endpoint's answer unchanged, as JSON."""
        async with self._open("POST", "/chat/completions", self._body(request)) as response:
            return await response.read()

    async def models(self) -> bytes:
        """Return the endpoint's list of models."""
        async with self._open("GET", "/models") as response:
            return await response.read()

    async def events(self, request: ChatRequest) -> AsyncIterator[bytes]:
        """Yield the endpoint's server-sent events. After the first event, an error is an event too."""
        started = False
        try:
            async with self._open("POST", "/chat/completions", self._body(request)) as response:
                async for part in response.content.iter_any():
                    started = True
                    yield part
        except ServiceError as error:
            if not started:
                raise
            content = {"error": {"code": error.code, "message": error.message, "type": "server_error"}}
            yield f"data: {json.dumps(content)}\n\n".encode()

    async def check(self) -> CheckResult:
        """Check that the endpoint answers."""
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S), self._open("GET", "/models"):
                return CheckResult(ok=True, detail=f"{self._base_url} answers")
        except ServiceError as error:
            return CheckResult(ok=False, detail=error.message)
        except TimeoutError:
            return CheckResult(ok=False, detail=f"{self._base_url} did not answer within {CHECK_TIMEOUT_S:g} s")

    def _body(self, request: ChatRequest) -> dict[str, object]:
        return {**request.model_dump(exclude_unset=True), "model": request.model or self._settings.llm_model}

    @asynccontextmanager
    async def _open(
        self, method: str, path: str, body: dict[str, object] | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        if self._session is None:
            raise RuntimeError("the endpoint is used before it runs")
        headers = {REQUEST_ID_HEADER: current_request_id() or "none"}
        try:
            async with self._session.request(method, self._base_url + path, json=body, headers=headers) as response:
                await _refuse_failure(response)
                yield response
        except aiohttp.ServerTimeoutError:
            message = f"the language model at {self._base_url} did not answer in time"
            raise ServiceError(503, "endpoint_timeout", message) from None
        except aiohttp.ClientError as error:
            message = f"the language model at {self._base_url} cannot be reached: {error}"
            raise ServiceError(503, "endpoint_unavailable", message) from error


async def _refuse_failure(response: aiohttp.ClientResponse) -> None:
    if response.status < 400:
        return
    text = (await response.text(errors="replace"))[:500]
    log.warning("the endpoint refused", status=response.status, body=text)
    if response.status in CLIENTS_FAULT:
        raise ServiceError(response.status, "endpoint_refused", f"the language model refused: {text}")
    raise ServiceError(503, "endpoint_failed", f"the language model answered with {response.status}")
