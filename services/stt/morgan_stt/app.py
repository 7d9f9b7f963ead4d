"""The HTTP interface of the stt service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel

from morgan_shared.app import Recording, audio_body, create_base_app
from morgan_shared.audio import Audio
from morgan_shared.cuda import is_gpu_failure
from morgan_shared.decoder import AudioDecoder
from morgan_shared.engine import LoadedEngine
from morgan_shared.health import EngineInfo
from morgan_shared.interface import RECORDING, errors
from morgan_shared.pool import Cancellation, WorkerPool
from morgan_stt.load import load_recogniser
from morgan_stt.recogniser import SAMPLE_RATE, Recogniser
from morgan_stt.settings import SttSettings


class Transcript(BaseModel):
    """The text of a recording."""

    text: str
    """Empty if no words were recognised."""
    engine: str
    duration_s: float


def create_app(settings: SttSettings) -> FastAPI:
    """Make the application; its model loads in the background once it runs."""
    pool = WorkerPool(workers=settings.workers, queue=settings.queue)
    decoder = AudioDecoder(sample_rate=SAMPLE_RATE, max_duration_s=settings.max_audio_s, processes=settings.workers)
    recogniser = LoadedEngine(lambda report: load_recogniser(settings, report), is_gpu_failure)

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        with decoder.running():
            async with recogniser.loading():
                yield
        pool.close()

    app = create_base_app(
        settings,
        service="stt",
        engine=EngineInfo(settings.engine, settings.engine_device),
        checks=[recogniser.check],
        running=running,
    )

    @app.post("/v1/transcribe", responses=errors(body=True), openapi_extra=RECORDING, summary="The text of a recording")
    async def transcribe(recording: Annotated[Recording, Depends(audio_body)]) -> Transcript:
        with recogniser.using() as loaded:

            def work(cancellation: Cancellation) -> Transcript:
                return _transcribe(loaded, decoder.decode(recording.content), settings, cancellation)

            return await pool.run(work)

    return app


def _transcribe(engine: Recogniser, audio: Audio, settings: SttSettings, cancellation: Cancellation) -> Transcript:
    text = engine.transcribe(audio, cancellation)
    return Transcript(text=text, engine=settings.engine, duration_s=round(audio.duration_s, 3))
