"""Health probe for a container: `python3 -I -S probe.py PORT PATH` exits with 0 if the answer is 200, else with 1.

It runs every second or so in every container, so it imports the bare socket and nothing else.
"""

import _socket
import sys

TIMEOUT_S = 2.0


def probe(port: int, path: str) -> tuple[bool, str]:
    """Ask the service on this host; return whether it answered 200, and the answer's body or why there is none."""
    connection = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    try:
        connection.settimeout(TIMEOUT_S)
        connection.connect(("127.0.0.1", port))
        connection.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while part := connection.recv(65536):
            answer += part
    except OSError as error:
        return False, f"no answer from port {port}: {error}"
    finally:
        connection.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.split(b" ", 2)[1:2] == [b"200"], body.decode("utf-8", "replace")


def main() -> int:
    """Probe as the command line says, and print what a failing service said: the engine keeps it for `inspect`."""
    healthy, body = probe(int(sys.argv[1]), sys.argv[2])
    if not healthy:
        print(body)
    return 0 if healthy else 1


if __name__ == "__main__":
    sys.exit(main())
