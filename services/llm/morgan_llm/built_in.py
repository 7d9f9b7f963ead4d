"""The built-in responder, which repeats the user's message if no language model is configured."""

import json
import time
import uuid
from collections.abc import Iterator

from morgan_llm.chat import ChatRequest

MODEL = "built-in"


def reply(request: ChatRequest) -> str:
    """Return the reply, which depends only on the conversation."""
    said = [message.text.strip() for message in request.messages if message.role == "user"]
    if not said or not said[-1]:
        return "I did not understand anything."
    before = f" Before that you said: {said[-2]}" if len(said) > 1 else ""
    return f"I understood: {said[-1]}{before}"


def completion(request: ChatRequest) -> dict[str, object]:
    """Return the answer as OpenAI's API does; tokens are counted as words."""
    answer = reply(request)
    asked = sum(len(message.text.split()) for message in request.messages)
    given = len(answer.split())
    choice = {"index": 0, "message": {"role": "assistant", "content": answer}, "finish_reason": "stop"}
    usage = {"prompt_tokens": asked, "completion_tokens": given, "total_tokens": asked + given}
    return {**_head("chat.completion"), "choices": [choice], "usage": usage}


def events(request: ChatRequest) -> Iterator[bytes]:
    """Yield the answer word by word as server-sent events."""
    head = _head("chat.completion.chunk")
    deltas: list[dict[str, str]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": word} for word in _words(reply(request))]
    for delta in deltas:
        yield _event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    yield _event({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    yield b"data: [DONE]\n\n"


def models() -> dict[str, object]:
    """Return the list of models, with the built-in responder only."""
    return {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": "morgan"}]}


def _words(text: str) -> list[str]:
    first, *rest = text.split(" ")
    return [first, *(f" {word}" for word in rest)]


def _head(kind: str) -> dict[str, object]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": MODEL}


def _event(content: dict[str, object]) -> bytes:
    return f"data: {json.dumps(content)}\n\n".encode()
