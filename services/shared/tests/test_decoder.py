"""The decoder's processes: memory, time, failures."""

import io
import os
import signal
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from structlog.testing import capture_logs

from morgan_shared.audio import invalid_audio
from morgan_shared.decoder import AudioDecoder
from morgan_shared.errors import ServiceError

RATE = 16000
LONGEST_S = 20
SILENCE_S = 60


@pytest.fixture
def decoder() -> Iterator[AudioDecoder]:
    decoder = AudioDecoder(sample_rate=RATE, max_duration_s=LONGEST_S, processes=1)
    with decoder.running():
        yield decoder


def process_of(decoder: AudioDecoder) -> int:
    process = decoder._free.get()
    decoder._free.put(process)
    assert process is not None
    return process._process.pid


def refusal(decoder: AudioDecoder, data: bytes) -> tuple[int, str]:
    with pytest.raises(ServiceError) as caught:
        decoder.decode(data)
    return caught.value.status, caught.value.code


def bomb(format_: str, subtype: str, *, rate: int, channels: int) -> bytes:
    """Make a small file of long silence."""
    buffer = io.BytesIO()
    with soundfile.SoundFile(buffer, "w", rate, channels, subtype, format=format_) as file:
        for _ in range(SILENCE_S):
            file.write(np.zeros((rate, channels), np.float32))
    return buffer.getvalue()


def test_a_recording_is_decoded_by_one_process_again_and_again(decoder: AudioDecoder, make_wav: Any) -> None:
    samples = np.linspace(-0.5, 0.5, RATE)
    before = process_of(decoder)
    for _ in range(3):
        audio = decoder.decode(make_wav(samples, bits=32))
        np.testing.assert_allclose(audio.samples, samples, atol=1e-6)
        assert refusal(decoder, b"hello") == (415, "unsupported_media_type")
    assert process_of(decoder) == before


@pytest.mark.parametrize(
    ("format_", "subtype", "rate", "channels"),
    [
        ("FLAC", "PCM_16", 192_000, 8),
        ("OGG", "OPUS", 48000, 2),
        ("OGG", "VORBIS", 48000, 8),
        ("MP3", "MPEG_LAYER_III", 48000, 2),
    ],
)
def test_a_small_file_of_long_silence_takes_little_memory(
    decoder: AudioDecoder, format_: str, subtype: str, rate: int, channels: int
) -> None:
    data = bomb(format_, subtype, rate=rate, channels=channels)
    decoded = SILENCE_S * rate * channels * 4
    assert len(data) < decoded / 20
    assert refusal(decoder, data) == (413, "audio_too_long")
    assert peak_mib(process_of(decoder)) < 100


@pytest.mark.parametrize("rate", [1, 7999, 8001, 131_071, 150_001, 191_999, 192_000, 2**31 - 1, 2**32 - 1])
def test_no_rate_takes_much_memory(decoder: AudioDecoder, rate: int) -> None:
    head = struct.pack("<4sI8sIHHIIHH", b"RIFF", 0xFFFFFFFF, b"WAVEfmt ", 16, 1, 1, rate, rate, 2, 16)
    data = head + b"data" + b"\xff" * 4 + bytes(200)
    if 8000 <= rate <= 192_000:
        assert len(decoder.decode(data).samples) == pytest.approx(100 * RATE / rate, abs=1)
    else:
        assert refusal(decoder, data) == (422, "invalid_audio")
    assert peak_mib(process_of(decoder)) < 100


def peak_mib(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(peak) / 1024


def test_the_memory_of_a_process_has_a_limit(decoder: AudioDecoder) -> None:
    decoder.decode(soundfile_of(RATE))
    lines = Path(f"/proc/{process_of(decoder)}/limits").read_text().splitlines()
    (limit,) = (int(line.split()[3]) for line in lines if line.startswith("Max data size"))
    assert limit <= 200 * 1024 * 1024


def soundfile_of(frames: int) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, np.zeros(frames), RATE, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


def test_a_process_that_died_while_it_was_free_is_replaced(decoder: AudioDecoder) -> None:
    before = process_of(decoder)
    os.kill(before, signal.SIGKILL)
    os.waitid(os.P_PID, before, os.WEXITED | os.WNOWAIT)
    assert decoder.decode(soundfile_of(RATE)).duration_s == 1.0
    assert process_of(decoder) != before


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGSTOP])
def test_a_process_that_dies_or_hangs_ends_one_request_alone(
    decoder: AudioDecoder, monkeypatch: pytest.MonkeyPatch, ending: signal.Signals
) -> None:
    decoder.decode(soundfile_of(RATE))
    before = process_of(decoder)
    process = decoder._free.get()
    assert process is not None
    process._connection.settimeout(0.5)
    decoder._free.put(process)
    os.kill(before, signal.SIGSTOP)
    if ending is signal.SIGKILL:
        threading.Timer(0.1, os.kill, (before, ending)).start()
    with capture_logs() as logs:
        assert refusal(decoder, soundfile_of(RATE)) == (422, "invalid_audio")
    assert [entry["event"] for entry in logs] == ["an audio decoder ended"]
    assert decoder.decode(soundfile_of(RATE)).duration_s == 1.0
    assert process_of(decoder) != before
    assert not Path(f"/proc/{before}").exists()


def test_several_threads_take_turns(make_wav: Any) -> None:
    decoder = AudioDecoder(sample_rate=RATE, max_duration_s=LONGEST_S, processes=2)
    lengths: list[int] = []

    def work(frames: int) -> None:
        lengths.append(len(decoder.decode(soundfile_of(frames)).samples))

    with decoder.running():
        threads = [threading.Thread(target=work, args=(1000 * count,)) for count in range(1, 9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(lengths) == [1000 * count for count in range(1, 9)]


def test_no_process_outlives_the_decoder() -> None:
    decoder = AudioDecoder(sample_rate=RATE, max_duration_s=LONGEST_S, processes=1)
    with decoder.running():
        process = process_of(decoder)
    assert not Path(f"/proc/{process}").exists()


def test_a_process_gets_no_variable_of_the_service(decoder: AudioDecoder, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {entry.split("=")[0] for entry in Path(f"/proc/{process_of(decoder)}/environ").read_text().split("\0")}
    assert names == {"PYTHONPATH", "OPENBLAS_NUM_THREADS", ""}


def test_a_refusal_has_a_reason() -> None:
    assert invalid_audio("it holds no samples").message == "the recording cannot be decoded: it holds no samples"
