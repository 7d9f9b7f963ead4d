"""The services that core calls: vad, stt, llm and tts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from pydantic import BaseModel, ValidationError

from morgan_core.settings import CoreSettings
from morgan_core.turn import Name
from morgan_shared.errors import ServiceError
from morgan_shared.guard import REQUEST_ID_HEADER, current_request_id
from morgan_shared.settings import MIB

CONNECT_TIMEOUT_S = 2.0
MAX_ANSWER_BYTES = 16 * MIB
"""Longest answer of a neighbour. tts speaks for two minutes at most, which is 12 MB at 48 kHz."""
CHECK_TIMEOUT_S = 0.5
TAKE_RECORDINGS: tuple[Name, ...] = ("vad", "stt")
"""Neighbours that get the client's recording unchanged, so that the client gets their refusals."""


class HttpNeighbours:
    """The neighbours, over one HTTP session."""

    def __init__(self, session: aiohttp.ClientSession, settings: CoreSettings) -> None:
        self._session = session
        self._urls: dict[Name, str] = {
            "vad": settings.vad_url,
            "stt": settings.stt_url,
            "llm": settings.llm_url,
            "tts": settings.tts_url,
        }

    async def post(self, name: Name, path: str, body: bytes, content_type: str) -> bytes:
        """Return a neighbour's answer.

        Raises:
            ServiceError: the neighbour's refusal of a recording, or 503 or 504 with the neighbour's name.

        """
        try:
            try:
                return await self._post(name, path, body, content_type)
            except aiohttp.ClientConnectorError:
                # The gateway may just have been replaced. Nothing was sent. What was sent may have ended a neighbour,
                # and only the gateway knows when it may be sent again.
                return await self._post(name, path, body, content_type)
        except TimeoutError:
            raise ServiceError(504, "neighbour_timeout", f"{name} did not answer in time") from None
        except aiohttp.ClientError as error:
            raise ServiceError(503, "neighbour_unavailable", f"{name} cannot be reached: {error}") from error

    async def check(self, name: Name) -> None:
        """Raise `ServiceError` unless the neighbour is ready."""
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S), self._session.get(self._urls[name] + "/ready") as response:
                if response.status != 200:
                    raise ServiceError(503, "neighbour_unavailable", f"{name} is not ready")
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = str(error) or "no answer in time"
            raise ServiceError(503, "neighbour_unavailable", f"{name} cannot be reached: {reason}") from error

    async def _post(self, name: Name, path: str, body: bytes, content_type: str) -> bytes:
        headers = {"content-type": content_type, REQUEST_ID_HEADER: current_request_id() or "none"}
        async with self._session.post(self._urls[name] + path, data=body, headers=headers) as response:
            answer = await _read(name, response)
            if response.status == 200:
                return answer
            raise _refusal(name, response.status, answer)


@asynccontextmanager
async def open_neighbours(settings: CoreSettings) -> AsyncIterator[HttpNeighbours]:
    """Open the session; close it at the end."""
    timeout = aiohttp.ClientTimeout(total=settings.neighbour_timeout_s, sock_connect=CONNECT_TIMEOUT_S)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        yield HttpNeighbours(session, settings)


async def _read(name: Name, response: aiohttp.ClientResponse) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > MAX_ANSWER_BYTES:
            raise ServiceError(
                503, "neighbour_unavailable", f"{name} gave an answer of more than {MAX_ANSWER_BYTES} bytes"
            )
        parts.append(part)
    return b"".join(parts)


class _Error(BaseModel):
    code: str
    message: str
    field: str | None = None


class _ErrorBody(BaseModel):
    error: _Error


def _refusal(name: Name, status: int, answer: bytes) -> ServiceError:
    try:
        error = _ErrorBody.model_validate_json(answer).error
    except ValidationError:
        error = _Error(code="", message=f"status {status}")
    if name in TAKE_RECORDINGS and status < 500 and error.code:
        return ServiceError(status, error.code, error.message, field=error.field)
    return ServiceError(503, "neighbour_unavailable", f"{name} cannot serve the request now: {error.message}")
