"""Settings of the tts service."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from morgan_shared.settings import CommonSettings

EngineName = Literal["espeak-ng", "torch"]


class TtsSettings(CommonSettings):
    """What tts takes from its environment."""

    port: int = 8002
    engine: EngineName = "espeak-ng"
    """What speaks: the program espeak-ng, or a VITS model on torch, which needs weights in `model_dir`."""
    model_dir: Path = Path("/models")
    """Folder of a VITS model as transformers saves it."""
    device: Literal["cuda", "cpu"] = "cuda"
    """Where the VITS model runs."""
    synthesis_timeout_s: float = Field(default=20, gt=0)
    """Seconds until a text that is still being spoken is given up with 504."""
    workers: int = Field(default=2, ge=1, le=64)
    """Texts spoken at once."""
    queue: int = Field(default=16, ge=0)
    """Texts that may wait; more are answered with 503."""
