"""Audio as the engines take it, and the refusal of other data.

The decoder's processes import this module, so it imports nothing but numpy.
"""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

SAMPLE_TYPE = np.dtype("<f4")
"""Type of the samples that a decoder's process sends."""
ANSWER_HEAD = struct.Struct("<HQ")
"""Head of its answer: an HTTP status, and the number of bytes that follow: samples for 200, else JSON."""


@dataclass(frozen=True)
class Audio:
    """Mono audio, with samples from -1 to 1."""

    samples: Samples
    sample_rate: int

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate


class RefusedAudioError(Exception):
    """A file is not decoded.

    Args:
        status: HTTP status, 4xx.
        code: stable name of the reason, for programs.
        message: the reason, for people.

    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def invalid_audio(reason: str) -> RefusedAudioError:
    """Make the refusal of a file whose format is known and whose content cannot be decoded."""
    return RefusedAudioError(422, "invalid_audio", f"the recording cannot be decoded: {reason}")
