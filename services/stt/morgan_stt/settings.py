"""Settings of the stt service."""

from typing import Literal

from pydantic import Field

from morgan_shared.model_settings import Device, ModelSettings
from morgan_shared.settings import AudioSettings

EngineName = Literal["pocketsphinx", "faster-whisper"]


class SttSettings(AudioSettings, ModelSettings):
    """What stt takes from its environment."""

    port: int = 8003
    engine: EngineName = "pocketsphinx"
    """What recognises: pocketsphinx on the CPU, which brings its model, or faster-whisper, with that in `model_dir`."""
    max_audio_s: float = Field(default=60, gt=0)
    """Longest recording in seconds; more is answered with 413. Decoding takes up to half as long as the recording."""

    @property
    def engine_device(self) -> Device:
        """Where the engine works; only faster-whisper has a choice."""
        return self.device if self.engine == "faster-whisper" else "cpu"
