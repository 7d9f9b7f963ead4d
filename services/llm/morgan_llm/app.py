"""The HTTP interface of the llm service."""

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse, Response, StreamingResponse

from morgan_llm import built_in
from morgan_llm.chat import ChatRequest
from morgan_llm.settings import LlmSettings
from morgan_shared.app import create_base_app, json_body
from morgan_shared.health import Check, EngineInfo
from morgan_shared.interface import errors

if TYPE_CHECKING:
    from morgan_llm.endpoint import Endpoint

COMPLETION: dict[int | str, dict[str, Any]] = errors(body=True) | {
    200: {
        "description": "A chat completion as in OpenAI's API; with `stream`, its chunks as events.",
        "content": {"application/json": {}, "text/event-stream": {"schema": {"type": "string"}}},
    }
}
COMPLETIONS_ROUTE: dict[str, Any] = {
    "dependencies": [Depends(json_body)],
    "response_model": None,
    "responses": COMPLETION,
    "summary": "A reply",
}
"""The description of the route, which both responders have."""
MODELS: dict[int | str, dict[str, Any]] = errors(body=False) | {
    200: {"description": "A list of models as in OpenAI's API."}
}


def create_app(settings: LlmSettings) -> FastAPI:
    """Make the application: a gateway if an endpoint is configured, else the built-in responder."""
    if settings.llm_endpoint is None:
        app = create_base_app(settings, service="llm", engine=EngineInfo(built_in.MODEL))
        _serve_built_in(app)
        return app
    # Only a gateway needs an HTTP client, whose import lengthens the start.
    from morgan_llm.endpoint import Endpoint

    endpoint = Endpoint(settings.llm_endpoint, settings)
    # A failing endpoint does not gate: a ready service returns the reason, and an unready one gets no requests.
    check = Check("endpoint", endpoint.check, gates=False)
    engine = EngineInfo(settings.llm_model or "the endpoint's choice")
    app = create_base_app(settings, service="llm", engine=engine, checks=[check], running=endpoint.running)
    _serve_endpoint(app, endpoint)
    return app


def _serve_built_in(app: FastAPI) -> None:
    @app.post("/v1/chat/completions", **COMPLETIONS_ROUTE)
    async def completions(request: ChatRequest) -> Response:
        if request.stream:
            return _event_stream(built_in.events(request))
        return JSONResponse(built_in.completion(request))

    @app.get("/v1/models", responses=MODELS, summary="The models")
    async def models() -> dict[str, object]:
        return built_in.models()


def _serve_endpoint(app: FastAPI, endpoint: "Endpoint") -> None:
    @app.post("/v1/chat/completions", **COMPLETIONS_ROUTE)
    async def completions(request: ChatRequest) -> Response:
        if not request.stream:
            return _json(await endpoint.completion(request))
        events = endpoint.events(request)
        # The status depends on the first event: it is an answer's, or an error is raised.
        first = await anext(events, b"")
        return _event_stream(_joined(first, events))

    @app.get("/v1/models", response_model=None, responses=MODELS, summary="The models")
    async def models() -> Response:
        return _json(await endpoint.models())


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


def _event_stream(events: Iterator[bytes] | AsyncIterator[bytes]) -> StreamingResponse:
    return StreamingResponse(events, media_type="text/event-stream", headers={"cache-control": "no-store"})
