"""Reads WAV files into mono samples, and refuses other data."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from morgan_shared.errors import ServiceError

Samples = NDArray[np.float32]

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
MAX_CHANNELS = 8
MIN_RATE, MAX_RATE = 8000, 192_000


@dataclass(frozen=True)
class Audio:
    """Mono audio, with samples from -1 to 1."""

    samples: Samples
    sample_rate: int

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate


@dataclass(frozen=True)
class _Format:
    encoding: int
    channels: int
    sample_rate: int
    bits: int


def read_wav(data: bytes, *, max_duration_s: float) -> Audio:
    """Read a RIFF WAVE file of 8 to 32 bit PCM or 32 bit float samples, mixing its channels down to one.

    The header of a stream may announce more samples than the data holds. Then the samples up to the end are read.

    Raises:
        ServiceError: 400 if the data is no such file or holds no samples, 413 if it is longer than `max_duration_s`.

    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise _invalid("it does not begin as a RIFF WAVE file")
    audio_format: _Format | None = None
    for name, chunk in _chunks(data):
        if name == b"fmt ":
            audio_format = _read_format(chunk)
        elif name == b"data":
            if audio_format is None:
                raise _invalid("its samples come before their format")
            return _read_samples(chunk, audio_format, max_duration_s)
    raise _invalid("it holds no samples")


def _invalid(reason: str) -> ServiceError:
    return ServiceError(400, "invalid_audio", f"the body is not a WAV file that can be read: {reason}")


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    view = memoryview(data)
    at = 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], view[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _read_format(chunk: memoryview) -> _Format:
    try:
        encoding, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
        if encoding == EXTENSIBLE:
            (encoding,) = struct.unpack_from("<H", chunk, 24)
    except struct.error:
        raise _invalid("its format is cut short") from None
    if (encoding, bits) not in {(PCM, 8), (PCM, 16), (PCM, 24), (PCM, 32), (FLOAT, 32)}:
        raise _invalid(f"its samples are neither PCM nor 32 bit float (format {encoding}, {bits} bit)")
    if not 1 <= channels <= MAX_CHANNELS:
        raise _invalid(f"it has {channels} channels; 1 to {MAX_CHANNELS} can be read")
    if not MIN_RATE <= rate <= MAX_RATE:
        raise _invalid(f"its sample rate is {rate} Hz; {MIN_RATE} to {MAX_RATE} Hz can be read")
    return _Format(encoding, channels, rate, bits)


def _read_samples(chunk: memoryview, audio_format: _Format, max_duration_s: float) -> Audio:
    frame_bytes = audio_format.channels * audio_format.bits // 8
    frames = len(chunk) // frame_bytes
    if frames == 0:
        raise _invalid("it holds no samples")
    duration_s = frames / audio_format.sample_rate
    if duration_s > max_duration_s:
        message = f"the audio is {duration_s:.1f} s long; {max_duration_s:g} s is the limit"
        raise ServiceError(413, "audio_too_long", message)
    samples = _decode(chunk[: frames * frame_bytes], audio_format).reshape(frames, audio_format.channels)
    mono = samples.mean(axis=1, dtype=np.float32)
    if not np.isfinite(mono).all():
        raise _invalid("it holds samples that are not numbers")
    return Audio(np.clip(mono, -1, 1), audio_format.sample_rate)


def _decode(raw: memoryview, audio_format: _Format) -> Samples:
    if audio_format.encoding == FLOAT:
        return np.frombuffer(raw, "<f4").astype(np.float32)
    if audio_format.bits == 8:
        return (np.frombuffer(raw, np.uint8).astype(np.float32) - np.float32(128)) / np.float32(128)
    if audio_format.bits == 24:
        octets = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        padded = np.zeros((len(octets), 4), np.uint8)
        padded[:, 1:] = octets
        return padded.view("<i4").reshape(-1).astype(np.float32) / np.float32(2**31)
    integers = np.frombuffer(raw, f"<i{audio_format.bits // 8}")
    return integers.astype(np.float32) / np.float32(2 ** (audio_format.bits - 1))
