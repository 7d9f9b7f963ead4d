"""Loads the engine that the settings name."""

from morgan_shared.engine import Report, in_thread
from morgan_shared.hub import prepare_environment
from morgan_stt.recogniser import Recogniser
from morgan_stt.settings import SttSettings


async def load_recogniser(settings: SttSettings, report: Report) -> Recogniser:
    """Import the chosen engine, the only one whose packages are in the image, and load its model.

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
