"""Formats, bounds and damage of recordings, in this process."""

import io
import struct
from typing import Any

import numpy as np
import pytest
import soundfile

from morgan_shared.audio import Audio, RefusedAudioError
from morgan_shared.wav_writer import write_wav

RATE = 16000
FORMATS = [
    *(("WAV", subtype) for subtype in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE")),
    *(("WAV", subtype) for subtype in ("ULAW", "ALAW", "IMA_ADPCM", "MS_ADPCM")),
    *(("WAVEX", "PCM_24"), ("WAVEX", "FLOAT"), ("RF64", "PCM_16")),
    *(("FLAC", "PCM_16"), ("FLAC", "PCM_24")),
    *(("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III")),
]
STREAMED = [("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III")]


def sine(frequency: float, rate: int = RATE, seconds: float = 1.0) -> Any:
    return 0.5 * np.sin(2 * np.pi * frequency * np.arange(int(rate * seconds)) / rate)


def encode(samples: Any, format_: str, subtype: str, rate: int = RATE, **options: Any) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format=format_, subtype=subtype, **options)
    return buffer.getvalue()


def level_of(audio: Audio) -> float:
    middle = audio.samples[len(audio.samples) // 4 : -len(audio.samples) // 4]
    return float(np.sqrt(2 * np.mean(np.square(middle))))


def wav(data: bytes = b"\1\0" * RATE, **changes: Any) -> bytes:
    """Make a WAV file, with changes of its header."""
    values = {"encoding": 1, "channels": 1, "rate": RATE, "bits": 16} | changes
    encoding, channels, rate, bits = (values[name] for name in ("encoding", "channels", "rate", "bits"))
    frame = values.get("frame", channels * bits // 8) % 2**16
    form = struct.pack("<HHIIHH", encoding, channels, rate, rate * frame % 2**32, frame, bits)
    riff, size = values.get("riff", 36 + len(data)), values.get("size", len(data))
    head = b"RIFF" + struct.pack("<I", riff) + b"WAVE" + values.get("before", b"")
    return head + b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", size) + data


def refusal(decode: Any, data: bytes, **limits: float) -> tuple[int, str]:
    with pytest.raises(RefusedAudioError) as caught:
        decode(data, **limits)
    return caught.value.status, caught.value.code


@pytest.mark.parametrize(("format_", "subtype"), FORMATS)
@pytest.mark.parametrize("channels", [1, 2])
def test_every_common_format_is_read(decode: Any, format_: str, subtype: str, channels: int) -> None:
    samples = np.stack([sine(440, seconds=2)] * channels, axis=1)
    audio = decode(encode(samples, format_, subtype))
    assert audio.duration_s == pytest.approx(2, abs=0.1)
    assert level_of(audio) == pytest.approx(0.5, abs=0.05)
    crossings = np.count_nonzero(np.diff(np.signbit(audio.samples[RATE // 2 : RATE * 3 // 2])))
    assert crossings == pytest.approx(880, abs=10)


@pytest.mark.parametrize(("bits", "tolerance"), [(8, 0.01), (16, 1e-4), (24, 1e-6), (32, 1e-6)])
def test_samples_keep_their_values(decode: Any, make_wav: Any, bits: int, tolerance: float) -> None:
    audio = decode(make_wav(sine(440), bits=bits))
    assert (audio.sample_rate, audio.duration_s) == (RATE, 1.0)
    np.testing.assert_allclose(audio.samples, sine(440), atol=tolerance)


def test_channels_are_mixed_down(decode: Any, make_wav: Any) -> None:
    assert level_of(decode(make_wav(np.stack([sine(440), -sine(440)], axis=1)))) < 1e-4


def test_samples_beyond_full_scale_are_clipped(decode: Any) -> None:
    assert np.abs(decode(encode(sine(440) * 10, "WAV", "FLOAT")).samples).max() == 1


def test_24_bits_in_blocks_of_4_bytes_are_read(decode: Any) -> None:
    samples = (sine(440) * (2**31 - 1)).astype("<i4") & ~0xFF
    np.testing.assert_allclose(decode(wav(samples.tobytes(), bits=24, frame=4)).samples, sine(440), atol=1e-5)


@pytest.mark.parametrize("riff", [0, 36, 0x7FFFFFFF, 0xFFFFFFFF])
@pytest.mark.parametrize("size", [0, 0x7FFFF000, 0xFFFFFFFF])
@pytest.mark.parametrize("length", [RATE * 2, RATE * 2 - 1])
def test_a_stream_whose_length_was_never_filled_in_is_read_to_its_end(
    decode: Any, riff: int, size: int, length: int
) -> None:
    samples = (sine(440) * 32767).astype("<i2").tobytes()[:length]
    audio = decode(wav(samples, riff=riff, size=size))
    assert len(audio.samples) == length // 2
    assert level_of(audio) == pytest.approx(0.5, abs=0.01)


def test_a_stream_that_begins_with_silence_is_read_to_its_end(decode: Any) -> None:
    assert decode(wav(bytes(2 * RATE), size=0)).duration_s == 1.0


def test_chunks_after_an_empty_recording_are_no_samples(decode: Any) -> None:
    note = b"LIST" + struct.pack("<I", 4) + b"INFO"
    assert refusal(decode, wav(note, size=0)) == (422, "invalid_audio")


@pytest.mark.parametrize(
    "chunk",
    [b"LIST\3\0\0\0abc\0", b"JUNK\34\0\0\0" + bytes(28), b"bext" + struct.pack("<I", 602) + bytes(602)],
)
def test_chunks_before_the_samples_are_skipped(decode: Any, chunk: bytes) -> None:
    assert decode(wav(before=chunk)).duration_s == 1.0
    assert decode(wav(before=chunk * 3, size=0)).duration_s == 1.0


def test_tags_before_an_mp3_are_skipped(decode: Any) -> None:
    mp3 = encode(sine(440), "MP3", "MPEG_LAYER_III")
    tag = b"ID3\4\0\0" + bytes([0, 0, 1, 0]) + bytes(128)
    assert decode(tag + mp3).duration_s == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(("format_", "subtype"), STREAMED)
def test_a_stream_that_was_cut_is_read_up_to_the_cut(decode: Any, format_: str, subtype: str) -> None:
    rng = np.random.default_rng(7)
    whole = encode(rng.normal(0, 0.1, RATE * 8), format_, subtype)
    assert decode(whole[: len(whole) // 2]).duration_s == pytest.approx(4, abs=1.5)


@pytest.mark.parametrize("frames", [0, 1, 2**31, 2**36 - 1])
def test_the_length_in_the_header_of_a_flac_file_takes_no_memory(decode: Any, frames: int) -> None:
    flac = bytearray(encode(sine(440), "FLAC", "PCM_16"))
    flac[21] = flac[21] & 0xF0 | frames >> 32
    flac[22:26] = (frames & 0xFFFFFFFF).to_bytes(4, "big")
    assert len(decode(bytes(flac)).samples) == (1 if frames == 1 else RATE)


def test_a_written_file_can_be_read(decode: Any) -> None:
    pcm = (sine(440) * 32767).astype("<i2").tobytes()
    np.testing.assert_allclose(decode(write_wav(pcm, RATE)).samples, sine(440), atol=1e-4)


@pytest.mark.parametrize("data", [b"", b"RIFF", b"hello", b"\x1aE\xdf\xa3webm", b"FORM\0\0\0\0AIFF" + bytes(50), b"{}"])
def test_other_formats_are_refused(decode: Any, data: bytes) -> None:
    assert refusal(decode, data) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "data",
    [
        *(wav()[:20], wav()[:36], wav()[:44], wav()[:12] + wav()[36:], b"RIFF....WAVE"),
        *(wav(encoding=0x161), wav(bits=77), wav(channels=0), wav(channels=9), wav(channels=0xFFFF)),
        *(wav(rate=0), wav(rate=1), wav(rate=7999), wav(rate=192_001), wav(rate=4_000_000_000)),
        wav(struct.pack("<f", float("nan")), encoding=3, bits=32),
        wav(struct.pack("<f", float("inf")), encoding=3, bits=32),
        wav(bytes(2), rate=192_000),
        *(b"OggS" + bytes(100), b"fLaC" + bytes(100), b"ID3\4" + bytes(100), b"\xff\xfb" + bytes(100)),
    ],
)
def test_damaged_files_are_refused(decode: Any, data: bytes) -> None:
    assert refusal(decode, data) == (422, "invalid_audio")


@pytest.mark.parametrize(("format_", "subtype"), [("WAV", "PCM_16"), *STREAMED])
def test_audio_too_long_is_refused(decode: Any, format_: str, subtype: str) -> None:
    data = encode(sine(440), format_, subtype)
    assert refusal(decode, data, max_duration_s=0.8) == (413, "audio_too_long")
    assert decode(data, max_duration_s=1.2).duration_s == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("rate", [8000, 8001, 11025, 22050, 44100, 47999, 48000, 96000, 191_999, 192_000])
def test_resampling_keeps_frequencies_that_both_rates_can_hold(decode: Any, make_wav: Any, rate: int) -> None:
    audio = decode(make_wav(sine(1000, rate), rate=rate))
    assert audio.duration_s == pytest.approx(1.0, abs=1e-3)
    inner = slice(1000, 15000)
    np.testing.assert_allclose(audio.samples[inner], sine(1000)[inner], atol=1e-3)


@pytest.mark.parametrize("frequency", [9000, 12000, 15000])
def test_resampling_does_not_alias(decode: Any, make_wav: Any, frequency: float) -> None:
    assert level_of(decode(make_wav(sine(frequency, 48000), rate=48000))) < 1e-3
