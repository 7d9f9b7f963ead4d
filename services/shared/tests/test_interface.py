"""The OpenAPI description of every service."""

from importlib import import_module
from typing import Any

import pytest

from morgan_core.settings import CoreSettings
from morgan_llm.settings import LlmSettings
from morgan_stt.settings import SttSettings
from morgan_tts.settings import TtsSettings
from morgan_vad.settings import VadSettings

NOWHERE: Any = dict.fromkeys(("vad_url", "stt_url", "llm_url", "tts_url"), "http://nowhere")


def describe(name: str) -> Any:
    """Return the operations of a service, by method and path."""
    settings: Any = {
        "core": lambda: CoreSettings(**NOWHERE),
        "llm": LlmSettings,
        "stt": SttSettings,
        "tts": TtsSettings,
        "vad": VadSettings,
    }
    paths = import_module(f"morgan_{name}.app").create_app(settings[name]()).openapi()["paths"]
    return {f"{method.upper()} {path}": one for path, methods in paths.items() for method, one in methods.items()}


@pytest.mark.parametrize("name", ["core", "llm", "stt", "tts", "vad"])
def test_every_route_has_its_body_its_answer_and_its_errors(name: str) -> None:
    described = describe(name)
    assert {"GET /health", "GET /ready"} < set(described)
    for route, operation in described.items():
        assert operation["summary"], route
        assert operation["responses"]["200"]["content"], route
        assert ("requestBody" in operation) == route.startswith("POST"), route
        expected = {"400", "404", "405", "408", "413", "415", "422", "429", "500", "503", "504"}
        missing = expected - set(operation["responses"])
        assert missing == (set() if route.startswith("POST") else {"413", "415"}), route
        assert "HTTPValidationError" not in str(operation), route


def test_bodies_and_answers_that_are_no_json_have_their_types() -> None:
    for name, route in (("vad", "POST /v1/segments"), ("stt", "POST /v1/transcribe")):
        assert "audio/flac" in describe(name)[route]["requestBody"]["content"]
    assert list(describe("tts")["POST /v1/speech"]["responses"]["200"]["content"]) == ["audio/wav"]
    answer = describe("llm")["POST /v1/chat/completions"]["responses"]["200"]["content"]
    assert {"application/json", "text/event-stream"} <= set(answer)
