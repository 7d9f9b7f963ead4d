"""Fixtures that the tests of all services share."""

import asyncio
import os
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, closing, contextmanager
from pathlib import Path
from socket import socket
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis.configuration import set_hypothesis_home_dir
from numpy.typing import NDArray

SERVICES = Path(__file__).parent
# hypothesis keeps what it learns about the code in the current folder by default.
set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "morgan-hypothesis")
# Every folder beside this file holds a package that the tests import.
sys.path[:0] = sorted(str(folder) for folder in SERVICES.iterdir() if folder.is_dir())

from morgan_shared.audio import Audio  # noqa: E402
from morgan_shared.decoding import decode as decode_file  # noqa: E402

Serve = Callable[[FastAPI], AbstractAsyncContextManager[str]]
StartService = Callable[..., tuple[subprocess.Popen[str], str]]
MakeWav = Callable[..., bytes]
Decode = Callable[..., Audio]
Running = Callable[[FastAPI], AbstractContextManager[TestClient]]


def _free_port() -> int:
    with closing(socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture
def make_wav() -> MakeWav:
    """Make a WAV file of samples from -1 to 1, one row a frame or one value a frame."""

    def make(samples: NDArray[np.float64], rate: int = 16000, bits: int = 16) -> bytes:
        channels = 1 if samples.ndim == 1 else samples.shape[1]
        if bits == 8:
            data = np.round(samples * 127 + 128).astype(np.uint8).tobytes()
        elif bits == 24:
            data = (samples * (2**23 - 1)).astype("<i4").reshape(-1, 1).view(np.uint8)[:, :3].tobytes()
        else:
            data = (samples * (2 ** (bits - 1) - 1)).astype(f"<i{bits // 8}").tobytes()
        frame = channels * bits // 8
        head = struct.pack(
            "<4sI8sIHHIIHH", b"RIFF", 36 + len(data), b"WAVEfmt ", 16, 1, channels, rate, rate * frame, frame, bits
        )
        return head + struct.pack("<4sI", b"data", len(data)) + data

    return make


@pytest.fixture
def decode() -> Decode:
    """Decode a file in this process, at 16 kHz."""

    def decode_bytes(data: bytes, max_duration_s: float = 10) -> Audio:
        file = os.memfd_create("recording")
        try:
            os.write(file, data)
            return Audio(decode_file(file, sample_rate=16000, max_duration_s=max_duration_s), 16000)
        finally:
            os.close(file)

    return decode_bytes


@pytest.fixture
def serve() -> Serve:
    """Serve an application on a port of this host while the context is entered; yields its base URL."""

    @asynccontextmanager
    async def serving(app: FastAPI) -> AsyncIterator[str]:
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, ws="none"))
        task = asyncio.create_task(server._serve())
        while not server.started:
            await asyncio.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            await task

    return serving


@pytest.fixture(scope="session")
def running() -> Running:
    """Run an application in this process; yields a client when its engine is loaded or cannot be loaded."""

    @contextmanager
    def run(app: FastAPI) -> Iterator[TestClient]:
        with TestClient(app) as client:
            deadline = time.monotonic() + 20
            while "loading" in client.get("/ready").text:
                assert time.monotonic() < deadline, client.get("/ready").text
                time.sleep(0.02)
            yield client

    return run


@pytest.fixture(scope="session")
def reason() -> Callable[[TestClient], str]:
    """Return the reason why the engine of a service is not ready."""

    def read(client: TestClient) -> str:
        response = client.get("/ready")
        assert (response.status_code, response.json()["ready"]) == (503, False)
        detail: str = response.json()["checks"]["engine"]["detail"]
        return detail

    return read


@pytest.fixture
def make_weights(tmp_path: Path) -> Callable[..., Path]:
    """Make empty files of these names; return their folder."""

    def make(*names: str) -> Path:
        for name in names:
            (tmp_path / name).touch()
        return tmp_path

    return make


@pytest.fixture
def start_service() -> Iterator[StartService]:
    """Start a service as a process, wait until it answers, and return the process and its base URL."""
    processes: list[subprocess.Popen[str]] = []

    def start(name: str, **environment: str) -> tuple[subprocess.Popen[str], str]:
        port = _free_port()
        paths = os.pathsep.join(str(SERVICES / folder) for folder in ("shared", name))
        own = {"PATH": os.environ["PATH"], "PYTHONPATH": paths, "MORGAN_PORT": str(port), "MORGAN_HOST": "127.0.0.1"}
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", f"morgan_{name}"], env=own | environment, stdout=subprocess.PIPE, text=True
        )
        processes.append(process)
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and process.poll() is None:
            try:
                urlopen(f"{url}/health", timeout=1).close()  # noqa: S310
            except (URLError, ConnectionError):
                time.sleep(0.02)
            else:
                return process, url
        raise AssertionError(f"{name} does not answer; exit code {process.poll()}")

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def recording() -> bytes:
    """Return a recording of a person who says "go forward ten meters"."""
    path = os.environ.get("MORGAN_RECORDING")
    assert path, "set MORGAN_RECORDING to the recording that cli/recording.ts fetches; `npm test` does"
    return Path(path).read_bytes()
