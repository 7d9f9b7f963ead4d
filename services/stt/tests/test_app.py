"""The stt service with pocketsphinx and its real model."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import soundfile
from fastapi.testclient import TestClient

from morgan_stt.app import create_app
from morgan_stt.pocketsphinx_engine import split_at_pauses
from morgan_stt.settings import SttSettings

WAV = {"content-type": "audio/wav"}


@pytest.fixture(scope="module")
def client(running: Any) -> Iterator[TestClient]:
    with running(create_app(SttSettings())) as client:
        yield client


def test_a_person_is_understood_word_for_word(client: TestClient, recording: bytes) -> None:
    response = client.post("/v1/transcribe", content=recording, headers=WAV)
    expected = {"text": "go forward ten meters", "engine": "pocketsphinx", "duration_s": 2.786}
    assert response.json() == expected


def test_a_person_is_understood_at_another_rate_in_stereo(client: TestClient, recording: bytes, make_wav: Any) -> None:
    samples = np.frombuffer(recording[44:], "<i2") / 32768
    at = np.arange(len(samples) * 44100 // 16000) * 16000 / 44100
    resampled = np.interp(at, np.arange(len(samples)), samples)
    wav = make_wav(np.stack([resampled, resampled], axis=1), rate=44100)
    assert client.post("/v1/transcribe", content=wav, headers=WAV).json()["text"] == "go forward ten meters"


@pytest.mark.parametrize(
    ("format_", "subtype", "media_type"),
    [
        ("FLAC", "PCM_16", "audio/flac"),
        ("OGG", "VORBIS", "audio/ogg"),
        ("OGG", "OPUS", "audio/ogg; codecs=opus"),
        ("MP3", "MPEG_LAYER_III", "audio/mpeg"),
    ],
)
def test_a_person_is_understood_in_other_formats(
    client: TestClient, recording: bytes, format_: str, subtype: str, media_type: str
) -> None:
    samples, rate = soundfile.read(io.BytesIO(recording))
    encoded = io.BytesIO()
    soundfile.write(encoded, samples, rate, format=format_, subtype=subtype)
    response = client.post("/v1/transcribe", content=encoded.getvalue(), headers={"content-type": media_type})
    assert response.json()["text"] == "go forward ten meters"


def test_silence_gives_no_text(client: TestClient, make_wav: Any) -> None:
    response = client.post("/v1/transcribe", content=make_wav(np.zeros(16000)), headers=WAV)
    assert (response.status_code, response.json()["text"]) == (200, "")


def test_requests_do_not_influence_each_other(client: TestClient, recording: bytes, make_wav: Any) -> None:
    loud = make_wav(np.random.default_rng(1).normal(0, 0.2, 16000).clip(-1, 1))
    quiet = make_wav(np.frombuffer(recording[44:], "<i2") / 32768 / 20)
    for content in (quiet, loud, recording, loud, quiet, recording):
        text = client.post("/v1/transcribe", content=content, headers=WAV).json()["text"]
        assert content is loud or text == "go forward ten meters"


def test_other_data_than_audio_is_refused(client: TestClient) -> None:
    response = client.post("/v1/transcribe", content=b"hello", headers=WAV)
    assert (response.status_code, response.json()["error"]["code"]) == (415, "unsupported_media_type")


def test_audio_too_long_is_refused(client: TestClient, make_wav: Any) -> None:
    response = client.post("/v1/transcribe", content=make_wav(np.zeros(61 * 16000)), headers=WAV)
    assert (response.status_code, response.json()["error"]["code"]) == (413, "audio_too_long")


def test_long_audio_is_cut_where_it_is_quiet() -> None:
    samples = np.full(40 * 16000, 0.5, np.float32)
    samples[12 * 16000 : 12 * 16000 + 1600] = 0
    pieces = list(split_at_pauses(samples))
    assert sum(len(piece) for piece in pieces) == len(samples)
    assert len(pieces[0]) / 16000 == pytest.approx(12.05, abs=0.06)
    assert all(len(piece) <= 15 * 16000 for piece in pieces)
