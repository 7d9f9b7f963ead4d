"""A stand-in for the model hub: `python fake_hub.py FOLDER [ADDRESS:PORT]` serves the models in FOLDER/org/name.

It prints its URL and then each request. Every revision of a model but `missing` leads to one commit, the hash of its
files. Models of the organisation `private` are refused. The files of the organisation `gated` need the token `TOKEN`.
In models of `slow`, model.bin stops half-way for a minute.
"""

import hashlib
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SLOW_S = 60
TOKEN = "hf_token-of-the-test"  # noqa: S105 (a stand-in knows no secret)


class Hub(BaseHTTPRequestHandler):
    """Answers the requests of huggingface_hub as the model hub does."""

    protocol_version = "HTTP/1.1"
    folder: Path

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def answer(self) -> None:
        print(self.command, self.path, flush=True)
        match self.path.strip("/").split("/"):
            case ["api", "models", "private", *_]:
                self.reply(401, b"", {"X-Error-Code": "GatedRepo"})
            case ["api", "models", organisation, name, "revision", revision]:
                self.describe(self.folder / organisation / name, revision)
            case ["gated", _, "resolve", *_] if self.headers["authorization"] != f"Bearer {TOKEN}":
                self.reply(403 if self.headers["authorization"] else 401, b"", {"X-Error-Code": "GatedRepo"})
            case [organisation, name, "resolve", _, file]:
                self.deliver(self.folder / organisation / name, file)
            case _:
                self.reply(404, b"", {})

    def describe(self, model: Path, revision: str) -> None:
        if not model.is_dir():
            self.reply(404, b"", {"X-Error-Code": "RepoNotFound"})
        elif revision == "missing":
            self.reply(404, b"", {"X-Error-Code": "RevisionNotFound"})
        else:
            siblings = [{"rfilename": file.name} for file in sorted(model.iterdir())]
            body = {"id": "/".join(model.parts[-2:]), "sha": commit(model), "siblings": siblings}
            self.reply(200, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def deliver(self, model: Path, name: str) -> None:
        file = model / name
        if not file.is_file():
            self.reply(404, b"", {"X-Error-Code": "EntryNotFound"})
            return
        content = file.read_bytes()
        self.reply(200, content, {"ETag": f'"{hashlib.sha256(content).hexdigest()}"', "X-Repo-Commit": commit(model)})

    def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body[: len(body) // 2])
            if self.path.startswith("/slow/") and self.path.endswith("model.bin"):
                time.sleep(SLOW_S)
            self.wfile.write(body[len(body) // 2 :])

    def log_message(self, *_arguments: object) -> None:
        """Print nothing here: `answer` prints each request."""


def commit(model: Path) -> str:
    digest = hashlib.sha1(usedforsecurity=False)
    for file in sorted(model.iterdir()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def main(folder: str, listen: str = "127.0.0.1:0") -> None:
    Hub.folder = Path(folder)
    address, port = listen.split(":")
    server = ThreadingHTTPServer((address, int(port)), Hub)
    print(f"http://{address}:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
