"""Errors in the form that clients get, a status and `{"error": {"code", "message"}}`."""

from collections.abc import Sequence
from typing import TypedDict

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

MAX_PROBLEMS = 5
"""Problems of a request that its error names."""


class ValidationProblem(TypedDict):
    """The part of FastAPI's validation errors that clients get."""

    type: str
    loc: tuple[str | int, ...]
    msg: str


class ServiceError(Exception):
    """A request cannot be served, and the client gets the reason.

    Args:
        status: HTTP status, 4xx or 5xx.
        code: stable name of the reason, for programs.
        message: the problem and its solution, for people.
        field: the wrong member of the request's body; None if the error is not about a member.

    """

    def __init__(self, status: int, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field


def error_body(error: ServiceError) -> dict[str, dict[str, str]]:
    """Return the body of an error's response. Its member `type` is for clients of OpenAI's API."""
    kind = "invalid_request_error" if error.status < 500 else "server_error"
    body = {"code": error.code, "message": error.message, "type": kind}
    if error.field is not None:
        body["field"] = error.field
    return {"error": body}


def error_response(error: ServiceError) -> JSONResponse:
    """Return the error as a response."""
    headers = {"retry-after": "1"} if error.status == 503 else {}
    return JSONResponse(error_body(error), status_code=error.status, headers=headers)


def install_error_handlers(app: FastAPI) -> None:
    """Give every error of FastAPI, such as 404, the form of a `ServiceError`."""

    @app.exception_handler(ServiceError)
    async def service_error(_request: Request, error: ServiceError) -> JSONResponse:
        return error_response(error)

    @app.exception_handler(RequestValidationError)
    async def invalid_request(_request: Request, error: RequestValidationError) -> JSONResponse:
        problems = [_field_and_message(problem, error.body) for problem in error.errors()[:MAX_PROBLEMS]]
        message = "; ".join(dict.fromkeys(f"{field}: {text}" for field, text in problems))
        return error_response(ServiceError(422, "invalid_request", message, field=problems[0][0]))

    @app.exception_handler(HTTPException)
    async def http_error(_request: Request, error: HTTPException) -> JSONResponse:
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
        response = error_response(ServiceError(error.status_code, code, str(error.detail)))
        response.headers.update(error.headers or {})
        return response


def _field_and_message(problem: ValidationProblem, body: object) -> tuple[str, str]:
    if problem["type"] == "json_invalid":
        return "body", "is not valid JSON"
    place, *path = problem["loc"]
    names = _members(path, body) if place == "body" else problem["loc"]
    return ".".join(map(str, names)) or "body", problem["msg"].removeprefix("Value error, ")


def _members(path: Sequence[str | int], body: object) -> list[str | int]:
    """Leave out what is no member of the body: pydantic 2.14 also names the type of a union that it has tried."""
    found: list[str | int] = []
    for place, part in enumerate(path):
        if isinstance(body, dict) and (part in body or place == len(path) - 1):
            body = body.get(part)
        elif isinstance(body, list) and isinstance(part, int):
            body = body[part]
        else:
            continue
        found.append(part)
    return found
