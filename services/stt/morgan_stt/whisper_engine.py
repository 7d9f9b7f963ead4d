"""Recognition with faster-whisper, from weights in a local folder."""

from pathlib import Path

# CTranslate2 finds CUDA's libraries only if something has loaded them, and torch's wheels bring them.
import torch
from faster_whisper import WhisperModel

from morgan_shared.engine import EngineUnavailableError
from morgan_shared.pool import Cancellation
from morgan_shared.wav import Audio

WEIGHTS = ("config.json", "model.bin", "tokenizer.json")


class WhisperRecogniser:
    """A Whisper model, loaded."""

    def __init__(self, model_dir: Path, device: str) -> None:
        missing = [name for name in WEIGHTS if not (model_dir / name).is_file()]
        if missing:
            raise EngineUnavailableError(f"{model_dir / missing[0]} is missing: it needs a faster-whisper model")
        if device == "cuda" and not torch.cuda.is_available():
            raise EngineUnavailableError("no CUDA device can be used: check the container's GPU and the host's driver")
        compute_type = "float16" if device == "cuda" else "int8"
        self._model = WhisperModel(str(model_dir), device=device, compute_type=compute_type, local_files_only=True)

    def transcribe(self, audio: Audio, cancellation: Cancellation) -> str:
        """Return what is said; the model works on 30 s at a time, and a request that has ended stops in between."""
        segments, _ = self._model.transcribe(audio.samples, beam_size=5)
        texts = []
        for segment in segments:
            cancellation.check()
            texts.append(segment.text.strip())
        return " ".join(texts)
