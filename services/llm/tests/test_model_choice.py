"""The model of requests that name none, with stand-ins for Ollama, vLLM and OpenAI's own server."""

from typing import Any

import pytest
from pydantic import SecretStr

KEY = SecretStr("sk-1")


async def ask(session: Any, text: str = "hi", **members: Any) -> tuple[int, Any]:
    body = {"messages": [{"role": "user", "content": text}], **members}
    async with session.post("/v1/chat/completions", json=body) as response:
        if members.get("stream") and response.status == 200:
            return response.status, await response.text()
        answer = await response.json()
        return response.status, answer["choices"][0]["message"]["content"] if response.ok else answer["error"]


@pytest.mark.parametrize("stream", [False, True])
async def test_without_a_model_the_first_of_the_list_answers(gateway: Any, server: Any, stream: bool) -> None:
    async with gateway(server.app, llm_api_key=KEY) as session:
        for _ in range(3):
            status, content = await ask(session, stream=stream)
            assert status == 200, content
            assert "small" in content
    assert (server.asked, server.lists) == (["small"] * 3, 1)


async def test_a_model_that_is_named_is_passed_on(gateway: Any, server: Any) -> None:
    async with gateway(server.app, llm_api_key=KEY, llm_model="large") as session:
        assert await ask(session) == (200, "large")
        assert await ask(session, model="small") == (200, "small")
    assert server.lists == 0


@pytest.mark.parametrize("stream", [False, True])
async def test_a_server_that_has_changed_its_model_is_asked_for_the_new_one(
    gateway: Any, server: Any, stream: bool
) -> None:
    async with gateway(server.app, llm_api_key=KEY) as session:
        assert (await ask(session))[0] == 200
        server.models = ["larger"]
        for _ in range(2):
            status, content = await ask(session, stream=stream)
            assert status == 200, content
            assert "larger" in content
    assert (server.asked, server.lists) == (["small", "small", "larger", "larger"], 2)


async def test_the_choice_stays_if_the_list_has_another_order(gateway: Any, servers: Any) -> None:
    server = servers["OpenAI"]("small", "large")
    async with gateway(server.app, llm_api_key=KEY) as session:
        assert await ask(session) == (200, "small")
        server.models = ["new", "large", "small"]
        status, error = await ask(session, "too long")
        assert (status, error["code"], server.lists) == (400, "endpoint_refused", 2)
        assert "maximum context length" in error["message"]
        assert "small was chosen from the server's list; MORGAN_LLM_MODEL sets another" in error["message"]
        assert await ask(session) == (200, "small")


async def test_a_request_names_no_model_if_there_is_no_list(gateway: Any, server: Any) -> None:
    server.listed = 404
    async with gateway(server.app, llm_api_key=KEY) as session:
        status, content = await ask(session)
        assert server.asked[0] is None
        if status != 200:
            assert (status, content["code"]) == (400, "endpoint_refused")
            assert "the request named no model" in content["message"]
        server.listed = None
        assert await ask(session) == (200, "the server's own" if status == 200 else "small")


async def test_a_server_with_no_model_is_asked_again_when_it_has_one(gateway: Any, servers: Any) -> None:
    server = servers["Ollama"]()
    async with gateway(server.app) as session:
        status, error = await ask(session)
        assert (status, "the server lists none" in error["message"]) == (400, True)
        server.models = ["first"]
        assert await ask(session) == (200, "first")


@pytest.mark.parametrize(("key", "cause"), [(None, "has no key"), (SecretStr("old"), "the server does not accept")])
async def test_a_wrong_key_is_named(gateway: Any, servers: Any, key: SecretStr | None, cause: str) -> None:
    async with gateway(servers["OpenAI"]("small").app, llm_api_key=key) as session:
        status, error = await ask(session)
        assert (status, error["code"]) == (503, "endpoint_failed")
        assert "MORGAN_LLM_API_KEY_FILE" in error["message"]
        assert cause in error["message"]
        async with session.get("/ready") as response:
            ready = await response.json()
        assert (ready["ready"], ready["checks"]["endpoint"]["ok"]) == (True, False)
        assert cause in ready["checks"]["endpoint"]["detail"]


async def test_a_wrong_base_url_is_named(gateway: Any, server: Any) -> None:
    async with gateway(server.app, path="", llm_api_key=KEY) as session:
        status, error = await ask(session)
    assert (status, error["code"]) == (404, "endpoint_refused")
    assert "which ends in /v1 for most servers" in error["message"]
