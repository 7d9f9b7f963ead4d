"""Writes WAV files.

It uses the standard library alone: the image of tts with espeak-ng has neither numpy nor soundfile.
"""

import io
import wave


def write_wav(pcm: bytes, sample_rate: int) -> bytes:
    """Return a WAV file of 16 bit mono samples, which `pcm` holds in little-endian order."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(pcm)
    return buffer.getvalue()
