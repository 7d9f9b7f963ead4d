import struct
from typing import Any

import numpy as np
import pytest

from morgan_shared.errors import ServiceError
from morgan_shared.resample import resample
from morgan_shared.wav import Audio, read_wav
from morgan_shared.wav_writer import write_wav

RATE = 16000


def sine(frequency: float, rate: int = RATE, seconds: float = 1.0, level: float = 0.5) -> Any:
    return level * np.sin(2 * np.pi * frequency * np.arange(int(rate * seconds)) / rate)


def level_of(audio: Audio) -> float:
    middle = audio.samples[len(audio.samples) // 4 : -len(audio.samples) // 4]
    return float(np.sqrt(2 * np.mean(np.square(middle))))


@pytest.mark.parametrize(("bits", "tolerance"), [(8, 0.01), (16, 1e-4), (24, 1e-6), (32, 1e-6)])
def test_every_width_of_samples_is_read(make_wav: Any, bits: int, tolerance: float) -> None:
    audio = read_wav(make_wav(sine(440), bits=bits), max_duration_s=10)
    assert audio.sample_rate == RATE
    assert audio.duration_s == 1.0
    np.testing.assert_allclose(audio.samples, sine(440), atol=tolerance)


def test_float_samples_are_read() -> None:
    data = sine(440).astype("<f4").tobytes()
    head = struct.pack("<4sI8sIHHIIHH4sI", b"RIFF", 0, b"WAVEfmt ", 16, 3, 1, RATE, 4 * RATE, 4, 32, b"data", len(data))
    np.testing.assert_allclose(read_wav(head + data, max_duration_s=10).samples, sine(440), atol=1e-6)


def test_channels_are_mixed_down(make_wav: Any) -> None:
    stereo = np.stack([sine(440), -sine(440)], axis=1)
    assert level_of(read_wav(make_wav(stereo), max_duration_s=10)) < 1e-4


def test_chunks_before_the_samples_are_skipped(make_wav: Any) -> None:
    wav = make_wav(sine(440))
    with_note = wav[:36] + b"LIST" + struct.pack("<I", 3) + b"abc\0" + wav[36:]
    assert read_wav(with_note, max_duration_s=10).duration_s == 1.0


def test_a_stream_of_unknown_length_is_read_to_its_end(make_wav: Any) -> None:
    wav = make_wav(sine(440))
    assert read_wav(wav[:40] + struct.pack("<I", 0x7FFFF000) + wav[44:], max_duration_s=10).duration_s == 1.0


def test_a_written_file_can_be_read() -> None:
    pcm = (sine(440) * 32767).astype("<i2").tobytes()
    np.testing.assert_allclose(read_wav(write_wav(pcm, RATE), max_duration_s=10).samples, sine(440), atol=1e-4)


def header(**changes: int) -> bytes:
    values = {"encoding": 1, "channels": 1, "rate": RATE, "bits": 16} | changes
    return struct.pack(
        "<4sI8sIHHIIHH4sI4x",
        *(b"RIFF", 0, b"WAVEfmt ", 16, values["encoding"], values["channels"], values["rate"], 0, 0, values["bits"]),
        *(b"data", 4),
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        b"OggS" + bytes(100),
        header()[:20],
        header()[:36],
        header()[:44],
        header()[:12] + header()[36:],
        header(encoding=6),
        header(bits=12),
        header(channels=0),
        header(channels=9),
        header(rate=100),
        header(rate=4_000_000_000),
        header(encoding=3, bits=32)[:-4] + struct.pack("<f", float("nan")),
    ],
)
def test_other_data_than_audio_is_refused(data: bytes) -> None:
    with pytest.raises(ServiceError) as caught:
        read_wav(data, max_duration_s=10)
    assert (caught.value.status, caught.value.code) == (400, "invalid_audio")


def test_audio_too_long_is_refused(make_wav: Any) -> None:
    with pytest.raises(ServiceError) as caught:
        read_wav(make_wav(sine(440)), max_duration_s=0.9)
    assert (caught.value.status, caught.value.code) == (413, "audio_too_long")


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 44100, 48000, 96000, 192_000])
def test_resampling_keeps_frequencies_that_both_rates_can_hold(rate: int) -> None:
    audio = resample(Audio(sine(1000, rate).astype(np.float32), rate), RATE)
    assert audio.sample_rate == RATE
    assert audio.duration_s == pytest.approx(1.0, abs=1e-3)
    inner = slice(1000, 15000)
    np.testing.assert_allclose(audio.samples[inner], sine(1000)[inner], atol=2e-3)


@pytest.mark.parametrize("frequency", [9000, 12000, 15000])
def test_resampling_does_not_alias(frequency: float) -> None:
    assert level_of(resample(Audio(sine(frequency, 48000).astype(np.float32), 48000), RATE)) < 1e-3


def test_resampling_to_the_same_rate_changes_nothing() -> None:
    audio = Audio(sine(440).astype(np.float32), RATE)
    assert resample(audio, RATE) is audio
