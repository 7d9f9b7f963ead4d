"""The parts of the OpenAPI description that all services share: the forms of errors and of recordings."""

from typing import Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel, Field

AUDIO_TYPES = (
    *("audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"),
    *("audio/flac", "audio/x-flac"),
    *("audio/ogg", "application/ogg", "audio/opus", "audio/vorbis"),
    *("audio/mpeg", "audio/mp3", "audio/x-mp3", "audio/x-mpeg"),
)
"""Media types of the formats that decoding.py reads. The format itself is found by the first bytes of the body."""

BINARY = {"schema": {"type": "string", "format": "binary"}}

RECORDING: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A recording. Its first bytes decide the format.",
        "content": dict.fromkeys(AUDIO_TYPES, BINARY),
    }
}
"""The body of a route that takes a recording, as `openapi_extra`."""

TOKEN: dict[str, Any] = {"security": [{}, {"token": []}]}
"""The token of a route of the published service, as `openapi_extra`: a stack may have one."""


class ErrorDetail(BaseModel):
    """The reason of a refusal."""

    code: str = Field(description="Name of the reason, for programs. It stays as it is.")
    message: str = Field(description="The problem and what to do, for people.")
    type: Literal["invalid_request_error", "server_error"] = Field(description="For clients of OpenAI's API.")
    field: str | None = Field(default=None, description="The wrong member of the request, if there is one.")


class ErrorAnswer(BaseModel):
    """The form of every error."""

    error: ErrorDetail


DESCRIPTIONS = {
    400: "`bad_request`: the request is no valid HTTP, or its body cannot be read.",
    401: "`unauthorized`: the stack has a token, and the request does not bring it. From the gateway.",
    404: "`not_found`: there is no such path.",
    405: "`method_not_allowed`: the path has other methods; the header `allow` has them.",
    408: "`timeout`: the request did not arrive in time. From the gateway.",
    413: "`body_too_large`, `audio_too_long`: send less.",
    414: "`uri_too_long`: path and query have at most 8192 bytes. From the gateway.",
    415: "`unsupported_media_type`: send a format that the route takes, and name it in `content-type`.",
    422: "`invalid_request`, `invalid_audio`: put the request right. `no_speech`: speak.",
    429: "`too_many_requests`: wait as long as `retry-after` says. From the gateway.",
    431: "`headers_too_large`: the headers have at most 32 kB. From the gateway.",
    500: "`internal_error`: a fault of the service. Its log has the reason under the id in `x-request-id`.",
    502: "`bad_gateway`: the service ended while it had the request, perhaps because of it. From the gateway.",
    503: "`unavailable`, `busy`, `…_unavailable`, others: try again after a second, or as long as `retry-after` says.",
    504: "`timeout`, `neighbour_timeout`: try again, with less.",
}
"""The codes of each status of an error, and what a client does."""


def errors(*, body: bool, token: bool = True) -> dict[int | str, dict[str, Any]]:
    """Return the answers of a route other than success, as `responses`.

    Args:
        body: True if the route takes a body.
        token: True if the route needs the token of a stack that has one.

    """
    without = (() if body else (413, 415)) + (() if token else (401,))
    return {
        status: {"model": ErrorAnswer, "description": text}
        for status, text in DESCRIPTIONS.items()
        if status not in without
    }


def describe(app: FastAPI) -> None:
    """Complete the OpenAPI description of an application by what FastAPI 0.165 does not know."""
    complete = app.openapi

    def openapi() -> dict[str, Any]:
        made = complete()
        schemes = made.setdefault("components", {}).setdefault("securitySchemes", {})
        schemes["token"] = {"type": "http", "scheme": "bearer", "description": "The stack's apiToken, if it has one."}
        return made

    app.openapi = openapi  # type: ignore[method-assign]
