"""The tts service with a stand-in for the program espeak-ng: what matters here is how the program is run."""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from fastapi.testclient import TestClient

from morgan_shared.errors import ServiceError
from morgan_shared.wav import read_wav
from morgan_tts.app import create_app
from morgan_tts.espeak_engine import EspeakSpeaker
from morgan_tts.process import run_program
from morgan_tts.settings import TtsSettings

PROGRAM = """#!{python}
import json, os, pathlib, struct, sys, time
arguments = sys.argv[1:]
if "--voices" in arguments:
    print("Pty Language Age/Gender VoiceName File")
    for voice in ("en-us", "de"):
        print(" 5", voice, "--/M name file")
    sys.exit()
text = sys.stdin.read()
here = pathlib.Path(__file__).parent
(here / "call.json").write_text(json.dumps({{"arguments": arguments, "text": text, "pid": os.getpid()}}))
if text == "hang":
    time.sleep(60)
if text == "fail":
    sys.exit("cannot open the data")
data = b"" if text == "mute" else bytes(2 * 22050)
if text != "mute":
    sys.stdout.buffer.write(struct.pack("<4sI8sIHHIIHH4sI", b"RIFF", 0x7FFFF024, b"WAVEfmt ", 16, 1, 1, 22050, 44100, 2,
                                        16, b"data", 0x7FFFF000) + data)
"""

Call = Callable[[], dict[str, Any]]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "espeak-ng"
    path.write_text(PROGRAM.format(python=sys.executable))
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return path


@contextmanager
def running(**settings: Any) -> Iterator[TestClient]:
    with TestClient(create_app(TtsSettings(**settings))) as client:
        deadline = time.monotonic() + 10
        while "loading" in client.get("/ready").text:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield client


def call_of(program: Path) -> dict[str, Any]:
    import json

    call: dict[str, Any] = json.loads((program.parent / "call.json").read_text())
    return call


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_text_becomes_a_wav_file(program: Path) -> None:
    with running() as client:
        assert client.get("/ready").json()["ready"] is True
        response = client.post("/v1/speech", json={"text": " -v Hello; $(reboot)\n", "voice": "de", "speed": 2})
    assert (response.status_code, response.headers["content-type"]) == (200, "audio/wav")
    audio = read_wav(response.content, max_duration_s=10)
    assert (audio.sample_rate, audio.duration_s) == (22050, 1.0)
    assert int.from_bytes(response.content[40:44], "little") == 44100
    call = call_of(program)
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
def test_what_cannot_be_spoken_is_refused_with_its_field(program: Path, body: dict[str, Any], field: str) -> None:
    with running() as client:
        response = client.post("/v1/speech", json=body)
    assert (response.status_code, response.json()["error"]["field"]) == (422, field)


def test_a_failure_is_told(program: Path) -> None:
    with running() as client:
        response = client.post("/v1/speech", json={"text": "fail"})
    assert (response.status_code, response.json()["error"]["code"]) == (503, "engine_failed")
    assert "cannot open the data" in response.json()["error"]["message"]


def test_a_program_that_hangs_is_killed(program: Path) -> None:
    with running(synthesis_timeout_s=0.5) as client:
        response = client.post("/v1/speech", json={"text": "hang"})
    assert (response.status_code, response.json()["error"]["code"]) == (504, "synthesis_timeout")
    assert not is_running(call_of(program)["pid"])


async def test_a_program_is_killed_when_nobody_waits(program: Path) -> None:
    task = asyncio.create_task(run_program([str(program)], "hang", 60))
    while not (program.parent / "call.json").exists():
        await asyncio.sleep(0.02)
    pid = call_of(program)["pid"]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not is_running(pid)


async def test_too_many_texts_are_refused(program: Path) -> None:
    speaker = await EspeakSpeaker.load(str(program), TtsSettings(workers=1, queue=0, synthesis_timeout_s=1))
    speaking = asyncio.create_task(speaker.speak("hang", None, 1))
    await asyncio.sleep(0)
    with pytest.raises(ServiceError) as caught:
        await speaker.speak("hello", None, 1)
    assert (caught.value.status, caught.value.code) == (503, "busy")
    with pytest.raises(ServiceError):
        await speaking


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with running() as client:
        response = client.get("/ready")
        assert response.status_code == 503
        assert "espeak-ng cannot be run" in response.json()["checks"]["engine"]["detail"]
        assert client.post("/v1/speech", json={"text": "a"}).status_code == 503


def test_missing_weights_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The packages of the GPU's image are not installed here, so they are stood in for."""
    for module in ("torch", "transformers"):
        monkeypatch.setitem(sys.modules, module, MagicMock())
    with running(engine="torch", model_dir=tmp_path) as client:
        response = client.get("/ready")
        assert response.status_code == 503
        assert str(tmp_path / "config.json") in response.json()["checks"]["engine"]["detail"]
