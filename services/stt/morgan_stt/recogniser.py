"""The interface of an engine that recognises speech."""

from typing import Protocol

from morgan_shared.audio import Audio
from morgan_shared.pool import Cancellation

SAMPLE_RATE = 16000
"""The rate in Hz that every engine takes."""


class Recogniser(Protocol):
    """A loaded engine; safe to use from several threads."""

    def transcribe(self, audio: Audio, cancellation: Cancellation) -> str:
        """Return the text of 16 kHz audio; empty if no words are recognised."""
        ...
