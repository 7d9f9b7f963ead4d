"""The HTTP interface of the tts service."""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Response
from pydantic import BaseModel, Field, StringConstraints

from morgan_shared.app import create_base_app, json_body
from morgan_shared.cuda import is_gpu_failure
from morgan_shared.engine import LoadedEngine
from morgan_shared.health import EngineInfo
from morgan_shared.interface import BINARY, errors
from morgan_tts.load import load_speaker
from morgan_tts.settings import TtsSettings

MAX_TEXT = 5000


class SpeechRequest(BaseModel):
    """A text to speak."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT)]
    voice: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    """One of the engine's voices; if left out, the default voice."""
    speed: float = Field(default=1.0, ge=0.5, le=2.0)
    """1 is the normal pace, 2 is twice as fast."""


def create_app(settings: TtsSettings) -> FastAPI:
    """Make the application; its engine loads in the background once it runs."""
    speaker = LoadedEngine(lambda report: load_speaker(settings, report), is_gpu_failure)

    app = create_base_app(
        settings,
        service="tts",
        engine=EngineInfo(settings.engine, settings.engine_device),
        checks=[speaker.check],
        running=speaker.loading,
    )

    spoken: dict[int | str, dict[str, Any]] = {
        200: {"description": "The speech, as a WAV file.", "content": {"audio/wav": BINARY}}
    }

    @app.post(
        "/v1/speech",
        dependencies=[Depends(json_body)],
        response_class=Response,
        responses=errors(body=True) | spoken,
        summary="A spoken text",
    )
    async def speech(request: SpeechRequest) -> Response:
        with speaker.using() as loaded:
            wav = await loaded.speak(request.text, request.voice, request.speed)
        return Response(wav, media_type="audio/wav")

    return app
