"""Recognition with faster-whisper, from weights in a local folder."""

import ctranslate2
from faster_whisper import WhisperModel

from morgan_shared.audio import Audio
from morgan_shared.cuda import require_device
from morgan_shared.engine import EngineUnavailableError, Report
from morgan_shared.pool import Cancellation
from morgan_shared.provide_weights import damaged_weights, provide_weights
from morgan_shared.weights import ModelFiles
from morgan_stt.cuda_libraries import load_cuda_libraries
from morgan_stt.settings import SttSettings

FILES = ModelFiles(
    kind="a faster-whisper model",
    required=("config.json", "model.bin", "tokenizer.json"),
    optional=("preprocessor_config.json", "vocabulary.json", "vocabulary.txt"),
)
COMPUTE_TYPES = {"cuda": "float16", "cpu": "int8"}


class WhisperRecogniser:
    """A loaded Whisper model.

    Args:
        settings: name the device and the weights.
        report: takes the progress of a download.

    """

    def __init__(self, settings: SttSettings, report: Report) -> None:
        device = settings.engine_device
        if device == "cuda":
            require_device(found=ctranslate2.get_cuda_device_count() > 0)
            load_cuda_libraries()
        provide_weights(settings, FILES, report)
        folder, compute_type = str(settings.model_dir), COMPUTE_TYPES[device]
        try:
            self._model = WhisperModel(folder, device=device, compute_type=compute_type, local_files_only=True)
        except Exception as error:
            # Each library has types of its own for damaged files; tokenizers 0.23.3 raises a bare Exception.
            raise EngineUnavailableError(damaged_weights(settings, FILES, error)) from error

    def transcribe(self, audio: Audio, cancellation: Cancellation) -> str:
        """Return the recognised text. The model takes 30 s at a time, and an ended request stops before the next."""
        segments, _ = self._model.transcribe(audio.samples, beam_size=5)
        texts = []
        for segment in segments:
            cancellation.check()
            texts.append(segment.text.strip())
        return " ".join(texts)
