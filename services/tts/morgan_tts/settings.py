"""Settings of the tts service."""

from typing import Literal

from pydantic import Field

from morgan_shared.model_settings import Device, ModelSettings

EngineName = Literal["espeak-ng", "torch"]


class TtsSettings(ModelSettings):
    """What tts takes from its environment."""

    port: int = 8002
    engine: EngineName = "espeak-ng"
    """What speaks: the program espeak-ng on the CPU, or a VITS model on torch, which needs weights in `model_dir`."""
    synthesis_timeout_s: float = Field(default=20, gt=0)
    """Seconds until a text that is still being spoken is given up with 504."""
    workers: int = Field(default=2, ge=1, le=64)
    """Texts spoken at once."""
    queue: int = Field(default=16, ge=0)
    """Texts that may wait; more are answered with 503."""

    @property
    def engine_device(self) -> Device:
        """Where the engine works; only torch has a choice."""
        return self.device if self.engine == "torch" else "cpu"
