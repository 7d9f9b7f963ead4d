"""Health probe for a container: `python3 -I -S probe.py PORT PATH` exits with 0 once the answer is 200, else with 1.

It asks again for a while: to start another probe takes longer, and takes processor time from the service that starts.
It imports the bare socket and nothing else that Python has not loaded.
"""

import _socket
import sys
import time

PATIENCE_S = 2.0
"""How long it asks; the engine gives a probe 3 s, of which Python takes some to start."""
UNANSWERED_PAUSE_S = 0.05
"""Before it asks again where nothing listens yet."""
UNREADY_PAUSE_S = 0.2
"""Before it asks again where the service said that it is not ready: to find that out may take the service some work."""


def probe(port: int, path: str, limit_s: float) -> tuple[int | None, str]:
    """Ask the service on this host; return the status of its answer with the body, or None with why there is none."""
    connection = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    try:
        connection.settimeout(limit_s)
        connection.connect(("127.0.0.1", port))
        connection.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while part := connection.recv(65536):
            answer += part
    except OSError as error:
        return None, f"no answer from port {port}: {error}"
    finally:
        connection.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head.split(b" ", 2)[1:2]
    if not status or not status[0].isdigit():
        return None, f"no answer from port {port}: {answer[:100]!r}"
    return int(status[0]), body.decode("utf-8", "replace")


def wait(port: int, path: str) -> tuple[bool, str]:
    """Ask until the service is ready or the time is over; return whether it is, and what it said last."""
    end = time.monotonic() + PATIENCE_S
    left = PATIENCE_S
    while True:
        status, body = probe(port, path, left)
        if status == 200:
            return True, body
        pause = UNANSWERED_PAUSE_S if status is None else UNREADY_PAUSE_S
        left = end - time.monotonic() - pause
        if left <= 0:
            return False, body
        time.sleep(pause)


def main() -> int:
    """Probe as the command line says, and print what a failing service said: the engine keeps it for `inspect`."""
    ready, body = wait(int(sys.argv[1]), sys.argv[2])
    if not ready:
        print(body)
    return 0 if ready else 1


if __name__ == "__main__":
    sys.exit(main())
