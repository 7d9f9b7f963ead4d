"""The HTTP interface of the vad service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel

from morgan_shared.app import Recording, audio_body, create_base_app
from morgan_shared.audio import Audio
from morgan_shared.decoder import AudioDecoder
from morgan_shared.engine import LoadedEngine, in_thread
from morgan_shared.health import EngineInfo
from morgan_shared.interface import RECORDING, errors
from morgan_shared.pool import Cancellation, WorkerPool
from morgan_vad.segments import SAMPLE_RATE, Segment, find_segments
from morgan_vad.settings import VadSettings

if TYPE_CHECKING:
    from morgan_vad.detector import SpeechDetector


class Segments(BaseModel):
    """The stretches of speech in a recording."""

    sample_rate: int
    """The rate in Hz at which the recording was examined."""
    duration_s: float
    segments: list[Segment]


def create_app(settings: VadSettings) -> FastAPI:
    """Make the application; its model loads in the background once it runs."""
    pool = WorkerPool(workers=settings.workers, queue=settings.queue)
    decoder = AudioDecoder(sample_rate=SAMPLE_RATE, max_duration_s=settings.max_audio_s, processes=settings.workers)
    detector = LoadedEngine(lambda _report: in_thread(_load_detector))

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        with decoder.running():
            async with detector.loading():
                yield
        pool.close()

    engine = EngineInfo("silero-onnx", "cpu")
    app = create_base_app(settings, service="vad", engine=engine, checks=[detector.check], running=running)

    @app.post("/v1/segments", responses=errors(body=True), openapi_extra=RECORDING, summary="The stretches of speech")
    async def segments(recording: Annotated[Recording, Depends(audio_body)]) -> Segments:
        with detector.using() as loaded:
            return await pool.run(
                lambda cancellation: _segments(loaded, decoder.decode(recording.content), cancellation)
            )

    return app


def _load_detector() -> "SpeechDetector":
    from morgan_vad.detector import SpeechDetector

    return SpeechDetector()


def _segments(detector: "SpeechDetector", audio: Audio, cancellation: Cancellation) -> Segments:
    found = find_segments(detector.probabilities(audio, cancellation), audio.duration_s)
    return Segments(sample_rate=audio.sample_rate, duration_s=round(audio.duration_s, 3), segments=found)
