"""Stand-ins for servers of language models, each as picky about the name of the model as the real server."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from morgan_llm.app import create_app
from morgan_llm.settings import LlmSettings

Gateway = Callable[..., AbstractAsyncContextManager[aiohttp.ClientSession]]


class ModelServer:
    """What the three stand-ins have in common: a list of models, and a record of the requests."""

    def __init__(self, *models: str) -> None:
        self.models = list(models)
        self.listed: int | None = None
        """Status of the answer to GET /models; None for the list."""
        self.lists = 0
        self.asked: list[str | None] = []
        """The model of each request; None if a request has no such member."""
        self.app = FastAPI()
        self.app.add_api_route("/v1/models", self._list, response_model=None)
        self.app.add_api_route("/v1/chat/completions", self._complete, methods=["POST"], response_model=None)

    def refusal(self, body: dict[str, Any]) -> Response | None:
        """Return the refusal of a request; None if it is answered."""
        raise NotImplementedError

    async def _list(self) -> Response:
        self.lists += 1
        if self.listed is not None:
            return PlainTextResponse("no list here", self.listed)
        return JSONResponse({"object": "list", "data": [{"id": name} for name in self.models] or None})

    async def _complete(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append(body.get("model"))
        if refused := self.refusal(body):
            return refused
        content = body.get("model") or "the server's own"
        if body.get("stream"):
            event = {"choices": [{"delta": {"content": content}}]}
            return Response(f"data: {json.dumps(event)}\n\ndata: [DONE]\n\n", media_type="text/event-stream")
        return JSONResponse({"choices": [{"message": {"role": "assistant", "content": content}}]})


class Ollama(ModelServer):
    """Ollama 0.5: 400 for a request without a model, 404 for a model that it does not have."""

    def refusal(self, body: dict[str, Any]) -> Response | None:
        if not body.get("model"):
            return error(400, "model is required", type="invalid_request_error")
        if body["model"] not in self.models:
            return error(404, f'model "{body["model"]}" not found, try pulling it first', type="not_found_error")
        return None


class Vllm(ModelServer):
    """vLLM 0.8: the only model for a request that names none, 404 for another model."""

    def refusal(self, body: dict[str, Any]) -> Response | None:
        if "model" in body and body["model"] not in self.models:
            message = f"The model `{body['model']}` does not exist."
            content = {"object": "error", "message": message, "type": "NotFoundError", "param": None, "code": 404}
            return JSONResponse(content, 404)
        return None


class OpenAi(ModelServer):
    """A server like OpenAI's: 401 without the right key, 400 for a request without a model or for another model."""

    key = "sk-1"

    def __init__(self, *models: str) -> None:
        super().__init__(*models)

        @self.app.middleware("http")
        async def check_key(request: Request, call_next: Callable[[Request], Any]) -> Any:
            if request.headers.get("authorization") != f"Bearer {self.key}":
                return error(401, "Incorrect API key provided", code="invalid_api_key")
            return await call_next(request)

    def refusal(self, body: dict[str, Any]) -> Response | None:
        if body["messages"][-1]["content"] == "too long":
            return error(400, "This model's maximum context length is 8 tokens", code="context_length_exceeded")
        if not body.get("model"):
            return error(400, "you must provide a model parameter")
        if body["model"] not in self.models:
            return error(400, f"Invalid model name passed in model={body['model']}", code="model_not_found")
        return None


def error(status: int, message: str, **members: str) -> Response:
    return JSONResponse({"error": {"message": message, **members}}, status)


SERVERS = {"Ollama": Ollama, "vLLM": Vllm, "OpenAI": OpenAi}


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> ModelServer:
    """Make each of the three servers, with two models."""
    return SERVERS[request.param]("small", "large")


@pytest.fixture
def servers() -> dict[str, type[ModelServer]]:
    """Return the kinds of servers by name."""
    return SERVERS


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let /ready wait for a first answer, however slow this machine is."""
    monkeypatch.setattr("morgan_llm.served_models.CHECK_PATIENCE_S", 30)
    monkeypatch.setattr("morgan_llm.served_models.LIMIT_S", 30)


@pytest.fixture
def gateway(serve: Any) -> Gateway:
    """Serve an endpoint's application, and llm in front of it; yields a session with llm."""

    @asynccontextmanager
    async def gateway(endpoint: FastAPI, path: str = "/v1", **settings: Any) -> AsyncIterator[aiohttp.ClientSession]:
        async with serve(endpoint) as url:
            known = LlmSettings(llm_endpoint=url + path, **settings)
            async with serve(create_app(known)) as llm, aiohttp.ClientSession(llm) as session:
                yield session

    return gateway
