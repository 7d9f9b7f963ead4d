"""The llm service with a stand-in for a language model's endpoint."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import SecretStr

from morgan_llm.app import create_app
from morgan_llm.settings import LlmSettings

SETTINGS: dict[str, Any] = {"llm_model": "llama", "llm_idle_timeout_s": 0.3}


def upstream(seen: list[Any]) -> FastAPI:
    app = FastAPI()

    @app.post("/v1/chat/completions", response_model=None)
    async def completions(request: Request) -> Response:
        body = await request.json()
        seen.append((body, request.headers))
        match body["messages"][-1]["content"]:
            case "too long":
                return JSONResponse({"error": {"message": "the context is too long"}}, status_code=400)
            case "crash":
                return Response("Internal Server Error", status_code=500)
            case "key":
                return JSONResponse({"error": {"message": "wrong key"}}, status_code=401)
            case "hang":
                await asyncio.sleep(1)
        if body.get("stream"):
            return StreamingResponse(parts(body["messages"][-1]["content"]), media_type="text/event-stream")
        return JSONResponse({"choices": [{"message": {"role": "assistant", "content": "hi"}}], "extra": 1})

    async def parts(content: str) -> AsyncIterator[bytes]:
        yield b'data: {"n": 1}\n\n'
        if content == "stall":
            await asyncio.sleep(1)
        yield b"data: [DONE]\n\n"

    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [{"id": "llama"}]}

    return app


def chat(text: str, **members: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}], **members}


async def test_requests_and_answers_are_passed_on(gateway: Any) -> None:
    seen: list[Any] = []
    async with gateway(upstream(seen), **SETTINGS, llm_api_key=SecretStr("key-1")) as session:
        options: dict[str, Any] = {"json": chat("hi", temperature=0.5), "headers": {"x-request-id": "id-1"}}
        async with session.post("/v1/chat/completions", **options) as response:
            assert (response.status, (await response.json())["extra"]) == (200, 1)
        async with session.get("/v1/models") as response:
            assert (await response.json())["data"] == [{"id": "llama"}]
        async with session.get("/ready") as response:
            assert (await response.json())["checks"]["endpoint"]["ok"] is True
    ((body, headers),) = seen
    assert body == {"model": "llama", "messages": [{"role": "user", "content": "hi"}], "temperature": 0.5}
    assert (headers["authorization"], headers["x-request-id"]) == ("Bearer key-1", "id-1")


async def test_a_stream_is_passed_on(gateway: Any) -> None:
    async with (
        gateway(upstream([]), **SETTINGS) as session,
        session.post("/v1/chat/completions", json=chat("hi", stream=True)) as response,
    ):
        assert await response.text() == 'data: {"n": 1}\n\ndata: [DONE]\n\n'


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ("too long", 400, "endpoint_refused"),
        ("crash", 503, "endpoint_failed"),
        ("key", 503, "endpoint_failed"),
        ("hang", 503, "endpoint_timeout"),
    ],
)
async def test_a_failure_of_the_endpoint_is_reported(
    gateway: Any, content: str, status: int, code: str, stream: bool
) -> None:
    async with (
        gateway(upstream([]), **SETTINGS) as session,
        session.post("/v1/chat/completions", json=chat(content, stream=stream)) as response,
    ):
        error = (await response.json())["error"]
        assert (response.status, error["code"]) == (status, code)
        assert {"message", "type", "code"} <= error.keys()


async def test_a_stream_that_stalls_ends_with_an_error(gateway: Any) -> None:
    async with (
        gateway(upstream([]), **SETTINGS) as session,
        session.post("/v1/chat/completions", json=chat("stall", stream=True)) as response,
    ):
        first, last = [part for part in (await response.text()).split("\n\n") if part]
    assert first == 'data: {"n": 1}'
    assert json.loads(last.removeprefix("data: "))["error"]["code"] == "endpoint_timeout"


async def test_a_dead_endpoint_is_reported_and_leaves_the_service_ready(serve: Any) -> None:
    app = create_app(LlmSettings(llm_endpoint="http://127.0.0.1:9", llm_model="llama"))
    async with serve(app) as url, aiohttp.ClientSession(url) as session:
        for stream in (False, True):
            async with session.post("/v1/chat/completions", json=chat("hi", stream=stream)) as response:
                assert (response.status, (await response.json())["error"]["code"]) == (503, "endpoint_unavailable")
        async with session.get("/ready") as response:
            assert response.status == 200
            assert (await response.json())["checks"]["endpoint"]["ok"] is False
