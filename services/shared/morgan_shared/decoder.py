"""Decodes the recordings of clients, in processes that may fail without harm to the service."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

import numpy as np
import structlog

from morgan_shared.audio import ANSWER_HEAD, SAMPLE_TYPE, Audio, Samples, invalid_audio
from morgan_shared.errors import ServiceError

TIME_LIMIT_S = 10.0
"""Seconds without an answer after which a process is ended. 300 s of stereo take some 4 s."""

log = structlog.get_logger("morgan.decoder")


class _EndedError(Exception):
    """A process ended, or was ended, before its answer."""


class AudioDecoder:
    """Decodes in processes, one for each thread that decodes at once.

    Args:
        sample_rate: rate of the decoded audio in Hz.
        max_duration_s: longest recording in seconds.
        processes: number of processes; a further thread waits for one.

    """

    def __init__(self, *, sample_rate: int, max_duration_s: float, processes: int) -> None:
        self._sample_rate = sample_rate
        self._max_duration_s = max_duration_s
        self._free: SimpleQueue[_Process | None] = SimpleQueue()
        for _ in range(processes):
            self._free.put(None)
        self._processes = processes

    @contextmanager
    def running(self) -> Iterator[None]:
        """Start the processes, and end those that are free at the end."""
        for _ in range(self._processes):
            self._free.put(self._free.get() or self._start())
        try:
            yield
        finally:
            for _ in range(self._free.qsize()):
                if process := self._free.get():
                    process.end()
                self._free.put(None)

    def decode(self, data: bytes) -> Audio:
        """Return the audio of a file.

        Raises:
            ServiceError: 413, 415 or 422 if the file is refused; 503 if no process can be started.

        """
        process = self._free.get()
        try:
            if process is not None and process.has_ended:
                process.end()
                process = None
            process = process or self._start()
            return Audio(process.decode(data), self._sample_rate)
        except _EndedError as error:
            if process is not None:
                process.end()
            process = None
            log.warning("an audio decoder ended", reason=str(error), bytes=len(data))
            refusal = invalid_audio(str(error))
            raise ServiceError(refusal.status, refusal.code, refusal.message) from error
        finally:
            self._free.put(process)

    def _start(self) -> "_Process":
        try:
            return _Process(self._sample_rate, self._max_duration_s)
        except OSError as error:
            raise ServiceError(503, "decoder_unavailable", f"no audio decoder can be started: {error}") from error


class _Process:
    """A running decoder_process.py. It gets no variable of this process: a decoder needs no secret."""

    def __init__(self, sample_rate: int, max_duration_s: float) -> None:
        self._connection, theirs = socket.socketpair()
        self._connection.settimeout(TIME_LIMIT_S)
        arguments = (str(theirs.fileno()), str(sample_rate), str(max_duration_s))
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 (this interpreter, with numbers)
                [sys.executable, "-m", "morgan_shared.decoder_process", *arguments],
                env={"PYTHONPATH": str(Path(__file__).parents[1]), "OPENBLAS_NUM_THREADS": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # libmpg123 prints a line for each damaged file.
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def decode(self, data: bytes) -> Samples:
        file = os.memfd_create("recording")
        try:
            with os.fdopen(file, "wb", closefd=False) as writer:
                writer.write(data)
            socket.send_fds(self._connection, [b"\0"], [file])
            status, content = self._receive()
        except TimeoutError:
            raise _EndedError(f"decoding it took more than {TIME_LIMIT_S:g} s") from None
        except ConnectionError:
            raise _EndedError("its decoder failed") from None
        finally:
            os.close(file)
        if status != 200:
            refusal = json.loads(content)
            raise ServiceError(status, refusal["code"], refusal["message"])
        return np.frombuffer(content, SAMPLE_TYPE).astype(np.float32, copy=False)

    def end(self) -> None:
        self._connection.close()
        self._process.kill()
        self._process.wait()

    def _receive(self) -> tuple[int, bytearray]:
        status, size = ANSWER_HEAD.unpack(self._receive_exactly(ANSWER_HEAD.size))
        return status, self._receive_exactly(size)

    def _receive_exactly(self, size: int) -> bytearray:
        content = bytearray(size)
        view = memoryview(content)
        while view:
            count = self._connection.recv_into(view)
            if count == 0:
                raise ConnectionResetError
            view = view[count:]
        return content
