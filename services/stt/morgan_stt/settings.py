"""Settings of the stt service."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from morgan_shared.settings import AudioSettings

EngineName = Literal["pocketsphinx", "faster-whisper"]


class SttSettings(AudioSettings):
    """What stt takes from its environment."""

    port: int = 8003
    engine: EngineName = "pocketsphinx"
    """What recognises: pocketsphinx on the CPU, or faster-whisper, which needs weights in `model_dir`."""
    model_dir: Path = Path("/models")
    """Folder of a faster-whisper model; pocketsphinx brings its own."""
    device: Literal["cuda", "cpu"] = "cuda"
    """Where faster-whisper runs."""
    max_audio_s: float = Field(default=60, gt=0)
    """Longest recording in seconds; more is answered with 413. Decoding takes up to half as long as the recording."""
