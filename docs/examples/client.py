"""An example client of a Morgan stack, for Python 3.11 and newer. It needs no package.

    python client.py http://127.0.0.1:8080 "good morning"
    python client.py http://127.0.0.1:8080 question.wav

The environment variable MORGAN_API_TOKEN is the token of a stack that has one.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, TypedDict, cast
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TIMEOUT_S = 60


class TextReply(TypedDict):
    """The answer to a written turn."""

    session_id: str
    reply: str


class Segment(TypedDict):
    """A stretch of speech in a recording, in seconds."""

    start_s: float
    end_s: float


class VoiceReply(TextReply):
    """The answer to a spoken turn."""

    transcript: str
    audio: str
    segments: list[Segment]


class Turn(TypedDict):
    """A turn of a history."""

    id: str
    text: str
    reply: str
    at: str


class History(TypedDict):
    """A page of a session's history, oldest turn first."""

    session_id: str
    turns: list[Turn]
    before: str | None


class ErrorDetail(TypedDict):
    """The reason of a refusal."""

    code: str
    message: str
    type: str
    field: NotRequired[str]


class RefusedError(Exception):
    """The stack refused a request."""

    def __init__(self, status: int, detail: ErrorDetail, retry_after_s: float | None) -> None:
        super().__init__(f"{status} {detail['code']}: {detail['message']}")
        self.status = status
        self.code = detail["code"]
        self.retry_after_s = retry_after_s
        """Seconds after which the request may be sent again; None if another try is of no use."""


class MorganClient:
    """Sends the requests of a conversation."""

    def __init__(self, endpoint: str, token: str | None = None) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._headers = {} if token is None else {"authorization": f"Bearer {token}"}

    def chat(self, text: str, session_id: str | None = None) -> TextReply:
        """Take a written turn. Without a session, a new session begins."""
        body = {"text": text} if session_id is None else {"text": text, "session_id": session_id}
        return cast("TextReply", self._send("/v1/chat", json.dumps(body).encode(), "application/json"))

    def voice(self, recording: bytes, media_type: str = "audio/wav", session_id: str | None = None) -> VoiceReply:
        """Take a spoken turn. Without a session, a new session begins."""
        query = {} if session_id is None else {"session_id": session_id}
        return cast("VoiceReply", self._send("/v1/voice", recording, media_type, query))

    def history(self, session_id: str, limit: int = 100, before: str | None = None) -> History:
        """Return the newest turns of a session, or those before a turn."""
        query = {"limit": str(limit)} | ({} if before is None else {"before": before})
        return cast("History", self._send(f"/v1/sessions/{quote(session_id)}/history", query=query))

    def whole_history(self, session_id: str) -> Iterator[Turn]:
        """Yield all turns of a session, newest first, and read a page at a time."""
        before: str | None = None
        while True:
            page = self.history(session_id, before=before)
            yield from reversed(page["turns"])
            before = page["before"]
            if before is None:
                return

    def _send(
        self, path: str, body: bytes | None = None, media_type: str = "", query: Mapping[str, str] | None = None
    ) -> object:
        url = self._endpoint + path + (f"?{urlencode(query)}" if query else "")
        headers = self._headers | ({} if body is None else {"content-type": media_type})
        try:
            with urlopen(Request(url, body, headers), timeout=TIMEOUT_S) as response:  # noqa: S310 (the user's own URL)
                answer: object = json.load(response)
                return answer
        except HTTPError as error:
            retry_after = error.headers["retry-after"]
            detail: ErrorDetail = json.load(error)["error"]
            raise RefusedError(error.code, detail, float(retry_after) if retry_after else None) from None


def main(endpoint: str, said: str) -> None:
    """Take a turn with a text or a WAV file; print the reply."""
    client = MorganClient(endpoint, os.environ.get("MORGAN_API_TOKEN"))
    reply: TextReply
    if said.endswith(".wav"):
        reply = spoken = client.voice(Path(said).read_bytes())
        print(f"you said: {spoken['transcript']}")
        Path("reply.wav").write_bytes(base64.b64decode(spoken["audio"]))
    else:
        reply = client.chat(said)
    print(reply["reply"])
    turns = sum(1 for _ in client.whole_history(reply["session_id"]))
    print(f"session {reply['session_id']} has {turns} turn(s)")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
