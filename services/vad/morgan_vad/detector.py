"""Speech probabilities from the Silero model on ONNX Runtime."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime

from morgan_shared.audio import Audio, Samples
from morgan_shared.pool import Cancellation
from morgan_vad.segments import FRAME_SAMPLES

CONTEXT_SAMPLES = 64
"""Samples before each frame that the model reads too."""
BLOCK_FRAMES = 256
"""Frames for one run of the model, 8 s; an ended request stops before the next run."""


class SpeechDetector:
    """The loaded model; safe to use from several threads."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            _model_file(), sess_options=options, providers=["CPUExecutionProvider"]
        )

    def probabilities(self, audio: Audio, cancellation: Cancellation) -> Iterator[float]:
        """Yield the probability of speech for each 32 ms frame of 16 kHz audio."""
        hidden = cell = np.zeros((1, 1, 128), np.float32)
        frames = _frames(audio.samples)
        for start in range(0, len(frames), BLOCK_FRAMES):
            cancellation.check()
            block = frames[start : start + BLOCK_FRAMES]
            found, hidden, cell = self._session.run(None, {"input": block, "h": hidden, "c": cell})
            yield from found.tolist()


def _frames(samples: Samples) -> Samples:
    count = -(-len(samples) // FRAME_SAMPLES)
    padded = np.pad(samples, (CONTEXT_SAMPLES, count * FRAME_SAMPLES - len(samples)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, CONTEXT_SAMPLES + FRAME_SAMPLES)
    return np.ascontiguousarray(windows[::FRAME_SAMPLES])


def _model_file() -> Path:
    """Find the model without an import of silero-vad 6.2.3, which would import torch."""
    package = find_spec("silero_vad")
    if package is None or package.origin is None:
        raise FileNotFoundError("the package silero-vad, which holds the model, is not installed")
    return Path(package.origin).parent / "data" / "silero_vad_16k_sequence.onnx"
