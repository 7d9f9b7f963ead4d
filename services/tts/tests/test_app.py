"""The tts service with a stand-in for the program espeak-ng."""

import io
import wave
from pathlib import Path
from typing import Any

import pytest

from morgan_tts.app import create_app
from morgan_tts.settings import TtsSettings


def test_a_text_becomes_a_wav_file(running: Any, program: Path, last_call: Any) -> None:
    with running(create_app(TtsSettings())) as client:
        ready = client.get("/ready").json()
        assert (ready["ready"], ready["engine"], ready["device"]) == (True, "espeak-ng", "cpu")
        response = client.post("/v1/speech", json={"text": " -v Hello; $(reboot)\n", "voice": "de", "speed": 2})
    assert (response.status_code, response.headers["content-type"]) == (200, "audio/wav")
    with wave.open(io.BytesIO(response.content)) as file:
        assert (file.getframerate(), file.getnframes(), file.getsampwidth()) == (22050, 22050, 2)
    call = last_call()
    assert call["text"] == "-v Hello; $(reboot)"
    assert call["arguments"] == ["--stdin", "--stdout", "-b", "1", "-v", "de", "-s", "350"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": " \n"}, "text"),
        ({"text": "a" * 5001}, "text"),
        ({}, "text"),
        ({"text": "a", "speed": 0}, "speed"),
        ({"text": "a", "speed": 99}, "speed"),
        ({"text": "a", "voice": ""}, "voice"),
        ({"text": "a", "voice": "xx"}, "voice"),
        ({"text": "a", "voice": "-w/tmp/file"}, "voice"),
        ({"text": "mute"}, "text"),
    ],
)
def test_a_wrong_request_is_refused_with_its_field(
    running: Any, program: Path, body: dict[str, Any], field: str
) -> None:
    with running(create_app(TtsSettings())) as client:
        response = client.post("/v1/speech", json=body)
    assert (response.status_code, response.json()["error"]["field"]) == (422, field)


def test_a_failure_is_reported(running: Any, program: Path) -> None:
    with running(create_app(TtsSettings())) as client:
        response = client.post("/v1/speech", json={"text": "fail"})
    assert (response.status_code, response.json()["error"]["code"]) == (503, "engine_failed")
    assert "cannot open the data" in response.json()["error"]["message"]


def test_a_program_that_hangs_is_killed(running: Any, program: Path, last_call: Any) -> None:
    with running(create_app(TtsSettings(synthesis_timeout_s=0.5))) as client:
        response = client.post("/v1/speech", json={"text": "hang"})
    assert (response.status_code, response.json()["error"]["code"]) == (504, "synthesis_timeout")
    assert not Path(f"/proc/{last_call()['pid']}").exists()


def test_a_long_speech_is_cut(running: Any, program: Path, last_call: Any) -> None:
    with running(create_app(TtsSettings(max_speech_s=3))) as client:
        response = client.post("/v1/speech", json={"text": "endless"})
    with wave.open(io.BytesIO(response.content)) as file:
        assert (file.getframerate(), file.getnframes()) == (22050, 3 * 22050)
    assert not Path(f"/proc/{last_call()['pid']}").exists()


def test_a_missing_program_is_named(running: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with running(create_app(TtsSettings())) as client:
        response = client.get("/ready")
        assert response.status_code == 503
        assert "espeak-ng cannot be run" in response.json()["checks"]["engine"]["detail"]
        assert client.post("/v1/speech", json={"text": "a"}).status_code == 503
