"""Loads the engine that the settings name."""

from morgan_shared.engine import Report, in_thread
from morgan_shared.hub import prepare_environment
from morgan_tts.espeak_engine import EspeakSpeaker
from morgan_tts.settings import TtsSettings
from morgan_tts.speaker import Speaker


async def load_speaker(settings: TtsSettings, report: Report) -> Speaker:
    """Load the chosen engine.

    Raises:
        EngineUnavailableError: if its program, device or weights are missing.

    """
    if settings.engine == "espeak-ng":
        return await EspeakSpeaker.load("espeak-ng", settings)
    return await in_thread(lambda: _load_vits(settings, report))


def _load_vits(settings: TtsSettings, report: Report) -> Speaker:
    prepare_environment(settings)
    from morgan_tts.vits_engine import VitsSpeaker

    return VitsSpeaker(settings, report)
