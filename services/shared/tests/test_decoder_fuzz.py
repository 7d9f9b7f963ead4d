"""Any bytes at the decoder: it answers or refuses, and its process goes on.

The examples are the same in every run. `MORGAN_FUZZ_EXAMPLES` sets their number.
"""

import io
import os
import struct
from collections.abc import Iterator

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from morgan_shared.audio import Audio
from morgan_shared.decoder import AudioDecoder
from morgan_shared.errors import ServiceError

LONGEST_S = 5
EXAMPLES = int(os.environ.get("MORGAN_FUZZ_EXAMPLES", "400"))
REFUSALS = {(413, "audio_too_long"), (415, "unsupported_media_type"), (422, "invalid_audio")}
KINDS = [
    *(("WAV", "PCM_16"), ("WAVEX", "PCM_24"), ("WAV", "FLOAT"), ("WAV", "IMA_ADPCM"), ("WAV", "MS_ADPCM")),
    *(("RF64", "PCM_16"), ("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III")),
]


def seed(format_: str, subtype: str) -> bytes:
    buffer = io.BytesIO()
    noise = np.random.default_rng(5).normal(0, 0.1, (4000, 2))
    soundfile.write(buffer, noise, 16000, format=format_, subtype=subtype)
    return buffer.getvalue()


SEEDS = [seed(*kind) for kind in KINDS]
NUMBERS = st.sampled_from([0, 1, 0x7FFF, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1]) | st.integers(0, 2**32 - 1)
SHARE = st.floats(0, 1) | st.floats(0, 0.02)


def number(data: bytes, at: float, value: int) -> bytes:
    start = int(at * len(data))
    return data[:start] + struct.pack("<I", value) + data[start + 4 :]


def cut(data: bytes, at: float, size: int) -> bytes:
    start = int(at * len(data))
    return data[:start] + data[start + size % 64 :]


def repeat(data: bytes, at: float, size: int) -> bytes:
    start = int(at * len(data))
    return data[:start] + data[start : start + size % 4096] + data[start:]


def end(data: bytes, at: float, _value: int) -> bytes:
    return data[: int(at * len(data))]


def with_valid_pages(data: bytes) -> bytes:
    """Correct the checksums of Ogg's pages, so that the decoders behind them get the changed bytes."""
    fixed = bytearray(data)
    at = fixed.find(b"OggS")
    while 0 <= at <= len(fixed) - 27:
        lengths = fixed[at + 27 : at + 27 + fixed[at + 26]]
        page = slice(at, at + 27 + len(lengths) + sum(lengths))
        fixed[at + 22 : at + 26] = bytes(4)
        fixed[at + 22 : at + 26] = struct.pack("<I", ogg_checksum(fixed[page]))
        at = fixed.find(b"OggS", at + 27)
    return bytes(fixed)


def ogg_table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)
        table.append(value & 0xFFFFFFFF)
    return table


TABLE = ogg_table()


def ogg_checksum(page: bytes) -> int:
    value = 0
    for byte in page:
        value = (value << 8 & 0xFFFFFFFF) ^ TABLE[value >> 24 ^ byte]
    return value


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Change a good file at some places, more often near its start, where the header is."""
    data = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 8))):
        change = draw(st.sampled_from([number, number, cut, repeat, end]))
        data = change(data, draw(SHARE), draw(NUMBERS))
    return with_valid_pages(data) if draw(st.booleans()) else data


@pytest.fixture(scope="module")
def decoder() -> Iterator[AudioDecoder]:
    decoder = AudioDecoder(sample_rate=16000, max_duration_s=LONGEST_S, processes=1)
    with decoder.running():
        yield decoder


def outcome(decoder: AudioDecoder, data: bytes) -> Audio | tuple[int, str]:
    try:
        return decoder.decode(data)
    except ServiceError as error:
        return error.status, error.code


def decode_or_refuse(decoder: AudioDecoder, data: bytes) -> None:
    with capture_logs() as logs:
        result = outcome(decoder, data)
    assert logs == []
    if isinstance(result, Audio):
        assert 0 < result.duration_s <= LONGEST_S + 0.1
        assert np.abs(result.samples).max() <= 1
    else:
        assert result in REFUSALS


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)
@given(data=damaged())
def test_a_damaged_file_is_decoded_or_refused(decoder: AudioDecoder, data: bytes) -> None:
    decode_or_refuse(decoder, data)


@settings(max_examples=EXAMPLES // 2, deadline=None, derandomize=True, database=None)
@given(
    head=st.sampled_from([b"", b"RIFF\0\0\0\0WAVE", b"RF64\xff\xff\xff\xffWAVEds64", b"RIFX\0\0\0\0WAVEfmt ", b"fLaC"])
    | st.sampled_from([b"OggS", b"ID3\4\0", b"\xff\xfb\x90\x64"]),
    rest=st.binary(max_size=600),
)
def test_bytes_of_any_kind_are_decoded_or_refused(decoder: AudioDecoder, head: bytes, rest: bytes) -> None:
    decode_or_refuse(decoder, head + rest)


@settings(max_examples=EXAMPLES // 2, deadline=None, derandomize=True, database=None)
@given(rate=NUMBERS, channels=st.integers(0, 2**16 - 1) | st.integers(0, 9), bits=st.integers(0, 65), frame=NUMBERS)
def test_no_numbers_in_a_header_take_down_the_decoder(
    decoder: AudioDecoder, rate: int, channels: int, bits: int, frame: int
) -> None:
    form = struct.pack("<IHHIIHH", 16, 1, channels, rate, frame, frame % 2**16, bits)
    decode_or_refuse(decoder, b"RIFF\xff\xff\xff\xffWAVEfmt " + form + b"data\xff\xff\xff\xff" + bytes(range(250)))


def test_the_checksum_is_that_of_ogg() -> None:
    vorbis = seed("OGG", "VORBIS")
    assert with_valid_pages(vorbis) == vorbis
