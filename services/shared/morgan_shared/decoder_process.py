"""The process in which files of unknown senders are decoded.

Decoders are large programs in C, and get every byte that a client sends. So they run here, with limits on memory, and
end alone if one of them fails.
"""

import json
import os
import resource
import signal
import socket
import sys

from morgan_shared.audio import ANSWER_HEAD, SAMPLE_TYPE, RefusedAudioError, invalid_audio
from morgan_shared.decoding import decode

WORKING_MEMORY = 192 * 1024 * 1024
"""Bytes that a decoder may take beside the samples of the result."""
COPIES = 2
"""Copies of the result that exist at once: the blocks, and the joined blocks."""


def limit_memory(result_bytes: int) -> None:
    """Set the most memory that this process may allocate."""
    limit = WORKING_MEMORY + COPIES * result_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def serve(connection: socket.socket, sample_rate: int, max_duration_s: float) -> None:
    """Decode the file behind each descriptor that arrives, until the connection ends."""
    while True:
        _, files, _, _ = socket.recv_fds(connection, 1, 1)
        if not files:
            return
        try:
            status, content = _answer(files[0], sample_rate, max_duration_s)
        finally:
            os.close(files[0])
        connection.sendall(ANSWER_HEAD.pack(status, len(content)))
        connection.sendall(content)


def _answer(file: int, sample_rate: int, max_duration_s: float) -> tuple[int, bytes | memoryview]:
    try:
        samples = decode(file, sample_rate=sample_rate, max_duration_s=max_duration_s)
        return 200, samples.astype(SAMPLE_TYPE, copy=False).data.cast("B")
    except RefusedAudioError as error:
        refusal = error
    except MemoryError:
        refusal = invalid_audio("it takes too much memory")
    return refusal.status, json.dumps({"code": refusal.code, "message": refusal.message}).encode()


def main(descriptor: str, sample_rate: str, max_duration_s: str) -> None:
    """Serve the connection with this descriptor."""
    # Ctrl-C reaches every process of a terminal. This one ends with its connection.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    rate, longest = int(sample_rate), float(max_duration_s)
    limit_memory(int(rate * longest) * SAMPLE_TYPE.itemsize)
    with socket.socket(fileno=int(descriptor)) as connection:
        serve(connection, rate, longest)


if __name__ == "__main__":
    main(*sys.argv[1:])
