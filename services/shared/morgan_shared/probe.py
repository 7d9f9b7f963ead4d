"""Health probe for a container: `python3 -I -S probe.py PORT PATH` exits with 0 once the answer is 200, else with 1.

The probe repeats a failed request for a while. Another probe would take longer to start, and would take CPU time from
a starting service. The probe imports `_socket` in place of socket, which takes longer to import.
"""

import _socket
import sys
import time

PATIENCE_S = 2.0
"""Seconds for which a request is repeated. The engine gives a probe 3 s, and Python takes a part of it to start."""
UNANSWERED_PAUSE_S = 0.05
"""Seconds between requests while there is no answer."""
UNREADY_PAUSE_S = 0.2
"""Seconds between requests while the service is not ready; longer, since its checks may take some work."""


def probe(port: int, path: str, limit_s: float) -> tuple[int | None, str]:
    """Request the path from the service on this host. Return status and body, or None and the reason for no answer."""
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
    """Request until the service is ready or the time is over. Return True if it is ready, and the last answer."""
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
    """Probe the service of the command line. Print the answer of a failure, which the engine keeps for `inspect`."""
    ready, body = wait(int(sys.argv[1]), sys.argv[2])
    if not ready:
        print(body)
    return 0 if ready else 1


if __name__ == "__main__":
    sys.exit(main())
