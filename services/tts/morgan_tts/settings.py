"""Settings of the tts service."""

from typing import Literal

from pydantic import Field

from morgan_shared.model_settings import Device, ModelSettings

EngineName = Literal["espeak-ng", "torch"]


class TtsSettings(ModelSettings):
    """Settings of tts."""

    port: int = 8002
    engine: EngineName = "espeak-ng"
    """espeak-ng is a program for the CPU; torch runs a VITS model, whose weights are in `model_dir`."""
    synthesis_timeout_s: float = Field(default=20, gt=0)
    """Seconds until a text that is still being spoken is answered with 504."""
    max_speech_s: float = Field(default=120, ge=1)
    """Longest speech in seconds; the rest of a longer text is not spoken."""
    workers: int = Field(default=2, ge=1, le=64)
    """Texts that are spoken at once."""
    queue: int = Field(default=16, ge=0)
    """Texts that may wait; further texts are answered with 503."""

    @property
    def engine_device(self) -> Device:
        """The engine's device; only torch supports several."""
        return self.device if self.engine == "torch" else "cpu"
