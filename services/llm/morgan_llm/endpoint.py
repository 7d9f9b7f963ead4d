"""The configured language model."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import structlog

from morgan_llm.chat import ChatRequest
from morgan_llm.served_models import ServedModels
from morgan_llm.settings import LlmSettings
from morgan_llm.upstream import RefusedError, Upstream
from morgan_shared.errors import ServiceError

if TYPE_CHECKING:
    import aiohttp

log = structlog.get_logger("morgan.endpoint")


class Endpoint:
    """An OpenAI-compatible API, to which requests are passed on while `running` is entered."""

    def __init__(self, base_url: str, settings: LlmSettings) -> None:
        self._upstream = Upstream(base_url, settings)
        self._served = ServedModels(self._upstream)
        self._model = settings.llm_model
        self.check = self._served.check

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the connections to the API open."""
        async with self._upstream.running():
            try:
                yield
            finally:
                await self._served.close()

    async def completion(self, request: ChatRequest) -> bytes:
        """Return the endpoint's answer unchanged, as JSON."""
        async with self._answer(request) as response:
            return await response.read()

    async def models(self) -> bytes:
        """Return the endpoint's list of models."""
        with _logged_refusals():
            async with self._upstream.open("GET", "/models") as response:
                return await response.read()

    async def events(self, request: ChatRequest) -> AsyncIterator[bytes]:
        """Yield the endpoint's server-sent events. After the first event, an error is an event too."""
        started = False
        try:
            async with self._answer(request) as response:
                async for part in response.content.iter_any():
                    started = True
                    yield part
        except ServiceError as error:
            if not started:
                raise
            content = {"error": {"code": error.code, "message": error.message, "type": "server_error"}}
            yield f"data: {json.dumps(content)}\n\n".encode()

    @asynccontextmanager
    async def _answer(self, request: ChatRequest) -> AsyncIterator["aiohttp.ClientResponse"]:
        named = request.model or self._model
        model = named or await self._served.choice()
        async with AsyncExitStack() as stack:
            with _logged_refusals():
                try:
                    response = await stack.enter_async_context(self._open(request, model))
                except RefusedError as refusal:
                    if named or not refusal.may_be_about_model:
                        raise
                    other = await self._served.choice_after(model)
                    if other == model:
                        raise refusal.with_hint(_origin(model)) from None
                    log.info("the endpoint serves another model", before=model, now=other)
                    response = await stack.enter_async_context(self._open(request, other))
            yield response

    def _open(self, request: ChatRequest, model: str | None) -> "AbstractAsyncContextManager[aiohttp.ClientResponse]":
        body = request.model_dump(exclude_unset=True, exclude={"model"})
        return self._upstream.open("POST", "/chat/completions", body if model is None else {"model": model, **body})


def _origin(model: str | None) -> str:
    if model is None:
        return "the request named no model, because the server lists none; MORGAN_LLM_MODEL sets one"
    return f"the model {model} was chosen from the server's list; MORGAN_LLM_MODEL sets another"


@contextmanager
def _logged_refusals() -> Iterator[None]:
    try:
        yield
    except RefusedError as refusal:
        log.warning("the endpoint refused", status=refusal.answered, body=refusal.text)
        raise
