"""Decodes a file of any common audio format into mono samples at one rate, block by block."""

import os
from collections.abc import Iterator

import numpy as np
import soundfile
import soxr

from morgan_shared.audio import RefusedAudioError, Samples, invalid_audio
from morgan_shared.wav_stream import complete_header

MAX_CHANNELS = 8
MIN_RATE, MAX_RATE = 8000, 192_000
BLOCKS_PER_S = 10
"""Blocks for a second of audio. If libsndfile 1.2.2 fails inside a block, that block is lost."""


class _Stream(soundfile.SoundFile):
    """A file that is read once, from its start.

    For a file that can seek, soundfile 0.14.0 seeks after each block, which in Ogg and MP3 costs a new search.
    """

    def seekable(self) -> bool:
        """Return False."""
        return False


def decode(file: int, *, sample_rate: int, max_duration_s: float) -> Samples:
    """Decode the file behind a descriptor, mix its channels down to one, and change its rate.

    The lengths in a header do not count: samples are read up to the end of the file or the limit. A file that was cut
    gives the samples before the cut.

    Args:
        file: descriptor of the file, which may be written to; it stays open.
        sample_rate: rate of the result in Hz.
        max_duration_s: longest audio in seconds.

    Raises:
        RefusedAudioError: 415 if the format is unknown; 413 if the audio is longer than `max_duration_s`; 422 if the
            file is damaged, holds no samples, or has a rate or a number of channels out of bounds.

    """
    _require_known_format(file)
    complete_header(file)
    # The sender's writing has moved the position, which both share.
    os.lseek(file, 0, os.SEEK_SET)
    try:
        source = _Stream(file, closefd=False)
    except soundfile.LibsndfileError as error:
        raise invalid_audio(error.error_string.rstrip(".")) from error
    with source:
        _require_bounds(source)
        resampler = soxr.ResampleStream(source.samplerate, sample_rate, 1, dtype="float32")
        parts = [resampler.resample_chunk(block) for block in _mono_blocks(source, max_duration_s)]
    parts.append(resampler.resample_chunk(np.empty(0, np.float32), last=True))
    samples: Samples = np.concatenate(parts)
    if len(samples) == 0:
        # The file has none, or too few for one at the new rate.
        raise invalid_audio("it holds no samples")
    return np.clip(samples, -1, 1, out=samples)


def _require_known_format(file: int) -> None:
    head = os.pread(file, 12, 0)
    wave = head[:4] in (b"RIFF", b"RIFX", b"RF64") and head[8:] == b"WAVE"
    # The frame of an MPEG file begins with 11 bits of 1; then come the version and the layer, 0 for none.
    mpeg = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 != 0
    if not (wave or mpeg or head.startswith((b"fLaC", b"OggS", b"ID3"))):
        message = "the body begins as none of the formats that can be read: WAV, FLAC, Ogg (Vorbis or Opus), MP3"
        raise RefusedAudioError(415, "unsupported_media_type", message)


def _require_bounds(source: soundfile.SoundFile) -> None:
    if not 1 <= source.channels <= MAX_CHANNELS:
        raise invalid_audio(f"it has {source.channels} channels; 1 to {MAX_CHANNELS} can be read")
    if not MIN_RATE <= source.samplerate <= MAX_RATE:
        raise invalid_audio(f"its sample rate is {source.samplerate} Hz; {MIN_RATE} to {MAX_RATE} Hz can be read")


def _mono_blocks(source: soundfile.SoundFile, max_duration_s: float) -> Iterator[Samples]:
    buffer = np.empty((source.samplerate // BLOCKS_PER_S, source.channels), np.float32)
    remaining = int(max_duration_s * source.samplerate)
    while len(block := _read(source, buffer)) > 0:
        remaining -= len(block)
        if remaining < 0:
            raise RefusedAudioError(413, "audio_too_long", f"the audio is longer than {max_duration_s:g} s, the limit")
        with np.errstate(all="ignore"):
            mono = block.mean(axis=1, dtype=np.float32)
        if not np.isfinite(mono).all():
            raise invalid_audio("it holds samples that are not numbers")
        yield mono


def _read(source: soundfile.SoundFile, buffer: Samples) -> Samples:
    try:
        block: Samples = source.read(out=buffer)
    except soundfile.LibsndfileError:
        # The file was cut, or is damaged from here on.
        return buffer[:0]
    return block
