"""Settings of the stt service."""

from typing import Literal

from pydantic import Field

from morgan_shared.model_settings import Device, ModelSettings
from morgan_shared.settings import AudioSettings

EngineName = Literal["pocketsphinx", "faster-whisper"]


class SttSettings(AudioSettings, ModelSettings):
    """Settings of stt."""

    port: int = 8003
    engine: EngineName = "pocketsphinx"
    """pocketsphinx uses the CPU and a model of its own; faster-whisper uses the model in `model_dir`."""
    max_audio_s: float = Field(default=60, gt=0)
    """Longest recording in seconds; a longer one is answered with 413. Decoding takes up to half of that time."""

    @property
    def engine_device(self) -> Device:
        """The engine's device; only faster-whisper supports several."""
        return self.device if self.engine == "faster-whisper" else "cpu"
