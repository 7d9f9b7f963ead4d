"""What an engine has to do, and which module does it."""

from typing import Protocol

from morgan_shared.engine import Report, in_thread
from morgan_shared.hub import prepare_environment
from morgan_shared.pool import Cancellation
from morgan_shared.wav import Audio
from morgan_stt.settings import SttSettings

SAMPLE_RATE = 16000
"""The rate in Hz that every engine takes."""


class Recogniser(Protocol):
    """A loaded engine; safe to use from several threads."""

    def transcribe(self, audio: Audio, cancellation: Cancellation) -> str:
        """Return what is said in 16 kHz audio; empty if nothing is understood."""
        ...


async def load_recogniser(settings: SttSettings, report: Report) -> Recogniser:
    """Import the chosen engine's package, which is the only one installed, and load its model.

    Raises:
        EngineUnavailableError: if its device or weights are missing.

    """
    return await in_thread(lambda: _load(settings, report))


def _load(settings: SttSettings, report: Report) -> Recogniser:
    if settings.engine == "pocketsphinx":
        from morgan_stt.pocketsphinx_engine import PocketsphinxRecogniser

        return PocketsphinxRecogniser(decoders=settings.workers)
    prepare_environment(settings)
    from morgan_stt.whisper_engine import WhisperRecogniser

    return WhisperRecogniser(settings, report)
