"""Recognition with faster-whisper, from weights in a local folder."""

from pathlib import Path

import ctranslate2
from faster_whisper import WhisperModel

from morgan_shared.audio import Audio
from morgan_shared.cuda import require_device
from morgan_shared.engine import EngineUnavailableError, Report
from morgan_shared.model_settings import Device
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
COMPUTE_TYPES = {"cuda": ("float16", "int8", "float32"), "cpu": ("int8",)}
"""Types of numbers, the best first. CTranslate2 4.8.5 refuses float16 on GPUs of a compute capability below 7.0."""


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
        folder, compute_type = str(settings.model_dir), _compute_type(device)
        try:
            self._model = WhisperModel(folder, device=device, compute_type=compute_type, local_files_only=True)
        except Exception as error:
            # Each library has types of its own for damaged files; tokenizers 0.23.3 raises a bare Exception.
            raise EngineUnavailableError(damaged_weights(settings, FILES, error)) from error
        self._require_fitting_features(settings.model_dir / "preprocessor_config.json")

    def _require_fitting_features(self, file: Path) -> None:
        """Refuse a model whose every request would fail. Without the file, faster-whisper 1.2.1 computes 80 bands."""
        taken, computed = self._model.model.n_mels, len(self._model.feature_extractor.mel_filters)
        if taken != computed:
            fault = "is of another model" if file.is_file() else "is missing"
            raise EngineUnavailableError(
                f"{file} {fault}: the model takes {taken} mel bands, and faster-whisper would compute {computed}; "
                "put the file there that belongs to the model"
            )

    def transcribe(self, audio: Audio, cancellation: Cancellation) -> str:
        """Return the recognised text. The model takes 30 s at a time, and an ended request stops before the next."""
        segments, _ = self._model.transcribe(audio.samples, beam_size=5)
        texts = []
        for segment in segments:
            cancellation.check()
            texts.append(segment.text.strip())
        return " ".join(texts)


def _compute_type(device: Device) -> str:
    supported = ctranslate2.get_supported_compute_types(device)
    return next(kind for kind in COMPUTE_TYPES[device] if kind in supported)
