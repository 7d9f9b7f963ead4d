"""Services as processes: their start, probe and end. The service in most tests is llm, which needs no other service."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

SERVICES = Path(__file__).parents[2]
PROBE = SERVICES / "shared" / "morgan_shared" / "probe.py"


def probe(port: int, path: str, limit_s: float = 5) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(PROBE), str(port), path]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=limit_s)


def port_of(url: str) -> int:
    return int(url.rsplit(":", 1)[1])


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_service_ends_at_once(start_service: Any, signal_number: int) -> None:
    process, url = start_service("llm")
    started = time.monotonic()
    process.send_signal(signal_number)
    assert process.wait(timeout=10) == 0
    # On an idle machine it takes 0.2 s. Any wait within the service would take longer than 5 s.
    assert time.monotonic() - started < 5
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port_of(url)))


def test_a_service_that_still_imports_ends_on_a_signal() -> None:
    """A container's first process ignores a signal until it has a handler (pid_namespaces(7))."""
    program = (
        "import signal, sys, morgan_shared.server as s\ntry:\n s.run('x', None, None)\nexcept AttributeError: pass\n"
    )
    program += "print(signal.getsignal(signal.SIGTERM) not in (signal.SIG_DFL, None))"
    environment = {"PYTHONPATH": str(SERVICES / "shared")}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


async def test_a_request_in_flight_is_finished_and_a_new_one_refused(start_service: Any) -> None:
    process, url = start_service("llm")
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(url))
    body = json.dumps({"messages": [{"role": "user", "content": "hello"}]}).encode()
    head = "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:5])
    await writer.drain()
    await asyncio.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    await asyncio.sleep(0.4)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port_of(url))
    writer.write(body[5:])
    answer = await asyncio.wait_for(reader.read(), 5)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"I understood: hello" in answer
    writer.close()
    assert await asyncio.to_thread(process.wait, 5) == 0


def test_a_wrong_environment_is_reported_without_a_stack_trace() -> None:
    environment = {
        "PYTHONPATH": os.pathsep.join([str(SERVICES / "shared"), str(SERVICES / "core")]),
        "MORGAN_PORT": "x",
    }
    command = [sys.executable, "-m", "morgan_core"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=10)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    for variable in ("MORGAN_PORT", "MORGAN_VAD_URL", "MORGAN_STT_URL", "MORGAN_LLM_URL", "MORGAN_TTS_URL"):
        assert f"  {variable}: " in done.stderr


def test_logs_are_json_with_the_requests_id(start_service: Any) -> None:
    process, url = start_service("llm")
    with pytest.raises(HTTPError):
        urlopen(url + "/nowhere", timeout=5)  # noqa: S310
    process.terminate()
    lines = [json.loads(line) for line in process.communicate(timeout=5)[0].splitlines()]
    (line,) = [line for line in lines if line["message"] == "request" and line["path"] == "/nowhere"]
    assert (line["service"], line["status"], len(line["request_id"])) == ("llm", 404, 32)


@pytest.mark.parametrize(
    "request_line",
    [b"GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n", b"\x16\x03\x01\x02\x00\r\n", b"G\x00T / HTTP/1.1\r\n"],
)
def test_what_is_no_http_gets_an_error_of_the_same_form(start_service: Any, request_line: bytes) -> None:
    _, url = start_service("llm")
    with socket.create_connection(("127.0.0.1", port_of(url)), timeout=5) as connection:
        connection.sendall(request_line)
        with connection.makefile("rb") as stream:
            head, body = stream.read().split(b"\r\n\r\n", 1)
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/json" in head
    assert json.loads(body)["error"]["code"] == "bad_request"


def test_the_server_does_not_name_itself(start_service: Any) -> None:
    _, url = start_service("llm")
    with urlopen(url + "/health", timeout=5) as response:  # noqa: S310
        assert response.headers["server"] is None


def test_the_probe_succeeds_for_a_healthy_service(start_service: Any) -> None:
    _, url = start_service("llm")
    done = probe(port_of(url), "/ready")
    assert (done.returncode, done.stdout) == (0, "")


def test_the_probe_prints_the_answer_of_a_failing_service(start_service: Any) -> None:
    _, url = start_service("llm")
    done = probe(port_of(url), "/nowhere")
    assert done.returncode == 1
    assert "not_found" in done.stdout


@contextlib.asynccontextmanager
async def answering(*answers: bytes, port: int = 0) -> AsyncIterator[int]:
    """Answer requests on a port with each answer in turn, and then with the last; without answers, never answer."""
    left = list(answers)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if left:
            writer.write(left.pop(0) if len(left) > 1 else left[0])
        else:
            await reader.read()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", port) as server:
        yield server.sockets[0].getsockname()[1]


READY = b"HTTP/1.1 200 OK\r\n\r\n"
LOADS = b"HTTP/1.1 503 Service Unavailable\r\n\r\nloads"


async def test_the_probe_waits_until_a_service_is_ready() -> None:
    async with answering(LOADS, LOADS, READY) as port:
        done = await asyncio.to_thread(probe, port, "/ready")
    assert (done.returncode, done.stdout) == (0, "")


async def test_the_probe_waits_until_a_service_listens() -> None:
    async with answering() as port:
        pass
    waiting = asyncio.create_task(asyncio.to_thread(probe, port, "/ready"))
    await asyncio.sleep(0.5)
    assert not waiting.done()
    async with answering(READY, port=port):
        assert (await waiting).returncode == 0


@pytest.mark.parametrize(
    ("answers", "printed"), [([], "timed out"), ([LOADS], "loads"), ([b"SSH-2.0\r\n"], "b'SSH-2.0")]
)
async def test_the_probe_gives_up_before_the_engine_does_and_prints_the_reason(
    answers: list[bytes], printed: str
) -> None:
    async with answering(*answers) as port:
        # The engine's limit for a probe; a longer probe raises TimeoutExpired.
        done = await asyncio.to_thread(probe, port, "/ready", limit_s=3)
    assert done.returncode == 1
    assert printed in done.stdout


def test_the_probe_imports_no_slow_modules() -> None:
    command = [sys.executable, "-I", "-S", "-X", "importtime", str(PROBE), "1", "/"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    assert (done.returncode, "no answer from port 1: " in done.stdout) == (1, True)
    imported = {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if "|" in line}
    assert imported.isdisjoint({"socket", "os", "re", "http.client", "urllib.request", "site"})
