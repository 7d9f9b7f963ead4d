"""A stand-in for the program espeak-ng, which records its arguments."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
while text == "endless":
    sys.stdout.buffer.write(data)
"""

Call = Callable[[], dict[str, Any]]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "espeak-ng"
    path.write_text(PROGRAM.format(python=sys.executable))
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return path


@pytest.fixture
def last_call(program: Path) -> Call:
    """Return the arguments and the text of the program's last call."""

    def read() -> dict[str, Any]:
        call: dict[str, Any] = json.loads((program.parent / "call.json").read_text())
        return call

    return read
