"""The vad service with its real model."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import soundfile
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from morgan_shared.pool import Cancellation
from morgan_vad.app import create_app
from morgan_vad.detector import SpeechDetector
from morgan_vad.settings import VadSettings

WAV = {"content-type": "audio/wav"}


@pytest.fixture(scope="module")
def client(running: Any) -> Iterator[TestClient]:
    with running(create_app(VadSettings(max_audio_s=30))) as client:
        yield client


def vowels(seconds: float) -> Any:
    """Make a signal like a voice: the harmonics of a gliding pitch under moving formants."""
    time_s = np.arange(int(16000 * seconds)) / 16000
    pitch = 120 + 20 * np.sin(2 * np.pi * 0.7 * time_s)
    phase = 2 * np.pi * np.cumsum(pitch) / 16000
    voice = np.zeros_like(time_s)
    for harmonic in range(1, 30):
        formants = (600 + 200 * np.sin(2 * np.pi * 1.5 * time_s), 1300 + 400 * np.sin(2 * np.pi * 1.1 * time_s), 2500)
        weight = sum(np.exp(-(((harmonic * pitch - formant) / 150) ** 2)) for formant in formants)
        voice += (weight + 0.02) * np.sin(harmonic * phase)
    voice *= 0.6 + 0.4 * np.sin(2 * np.pi * 3 * time_s)
    return 0.5 * voice / np.abs(voice).max()


def test_readiness_names_engine_and_device(client: TestClient) -> None:
    ready = client.get("/ready").json()
    assert (ready["engine"], ready["device"]) == ("silero-onnx", "cpu")


def test_silence_has_no_segments(client: TestClient, make_wav: Any) -> None:
    response = client.post("/v1/segments", content=make_wav(np.zeros(16000)), headers=WAV)
    assert response.json() == {"sample_rate": 16000, "duration_s": 1.0, "segments": []}


def test_a_signal_like_a_voice_is_found_between_silences(client: TestClient, make_wav: Any) -> None:
    signal = np.concatenate([np.zeros(16000), vowels(2), np.zeros(16000)])
    (segment,) = client.post("/v1/segments", content=make_wav(signal), headers=WAV).json()["segments"]
    assert segment["start_s"] == pytest.approx(1, abs=0.3)
    assert segment["end_s"] == pytest.approx(3, abs=0.3)


def test_a_person_is_found(client: TestClient, recording: bytes) -> None:
    (segment,) = client.post("/v1/segments", content=recording, headers=WAV).json()["segments"]
    assert segment["start_s"] == pytest.approx(0.48, abs=0.1)
    assert segment["end_s"] == pytest.approx(2.3, abs=0.1)


def test_other_rates_and_channels_give_the_same(client: TestClient, make_wav: Any) -> None:
    signal = np.concatenate([np.zeros(16000), vowels(2), np.zeros(16000)])
    at_48k = np.repeat(signal, 3)
    wav = make_wav(np.stack([at_48k, at_48k], axis=1), rate=48000)
    found = client.post("/v1/segments", content=wav, headers=WAV).json()
    assert (found["sample_rate"], len(found["segments"])) == (16000, 1)


def test_the_model_carries_on_from_block_to_block(
    decode: Any, recording: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    detector = SpeechDetector()
    audio = decode(recording)
    whole = list(detector.probabilities(audio, Cancellation()))
    monkeypatch.setattr("morgan_vad.detector.BLOCK_FRAMES", 7)
    assert list(detector.probabilities(audio, Cancellation())) == pytest.approx(whole, abs=1e-4)


def test_requests_do_not_influence_each_other(client: TestClient, make_wav: Any, recording: bytes) -> None:
    first = client.post("/v1/segments", content=recording, headers=WAV).json()
    client.post("/v1/segments", content=make_wav(vowels(3)), headers=WAV)
    assert client.post("/v1/segments", content=recording, headers=WAV).json() == first


@pytest.mark.parametrize(
    ("content", "status", "code"), [(b"", 415, "unsupported_media_type"), (b"RIFF....WAVE", 422, "invalid_audio")]
)
def test_other_data_than_audio_is_refused(client: TestClient, content: bytes, status: int, code: str) -> None:
    response = client.post("/v1/segments", content=content, headers=WAV)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_audio_too_long_is_refused(client: TestClient, make_wav: Any) -> None:
    response = client.post("/v1/segments", content=make_wav(np.zeros(31 * 16000)), headers=WAV)
    assert (response.status_code, response.json()["error"]["code"]) == (413, "audio_too_long")


def test_another_type_is_refused(client: TestClient) -> None:
    assert client.post("/v1/segments", json={}).status_code == 415


@pytest.mark.parametrize(
    ("format_", "media_type"), [("FLAC", "audio/flac"), ("OGG", "audio/ogg; codecs=vorbis"), ("MP3", "audio/mpeg")]
)
def test_a_person_is_found_in_other_formats(
    client: TestClient, recording: bytes, format_: str, media_type: str
) -> None:
    samples, rate = soundfile.read(io.BytesIO(recording))
    encoded = io.BytesIO()
    soundfile.write(encoded, samples, rate, format=format_)
    response = client.post("/v1/segments", content=encoded.getvalue(), headers={"content-type": media_type})
    (segment,) = response.json()["segments"]
    assert segment["start_s"] == pytest.approx(0.48, abs=0.15)
    assert segment["end_s"] == pytest.approx(2.3, abs=0.15)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(
    start=st.sampled_from([b"", b"RIFF", b"fLaC", b"OggS\0\2", b"ID3", b"\xff\xfb"]),
    rest=st.binary(max_size=400),
    place=st.integers(0, 200),
    keep=st.booleans(),
    media_type=st.sampled_from(["audio/wav", "audio/flac", "audio/ogg", "audio/mpeg", "text/plain", ""]),
)
def test_any_body_gets_an_answer_and_leaves_the_service_ready(
    client: TestClient, start: bytes, rest: bytes, place: int, keep: bool, media_type: str
) -> None:
    good = wav_of_noise()
    body = good[:place] + rest + good[place + len(rest) :] if keep else start + rest
    response = client.post("/v1/segments", content=body, headers={"content-type": media_type})
    assert response.status_code in (200, 413, 415, 422), response.text
    if response.status_code != 200:
        assert set(response.json()["error"]) >= {"code", "message"}
    assert client.get("/ready").status_code == 200


def wav_of_noise() -> bytes:
    encoded = io.BytesIO()
    soundfile.write(encoded, np.random.default_rng(2).normal(0, 0.1, 2000), 16000, format="WAV")
    return encoded.getvalue()
