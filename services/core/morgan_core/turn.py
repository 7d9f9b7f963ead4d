"""A turn of a conversation, and the interfaces of neighbours and stores."""

from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from pydantic import BaseModel

Name = Literal["vad", "stt", "llm", "tts"]
NEIGHBOURS: tuple[Name, ...] = ("vad", "stt", "llm", "tts")


class Turn(BaseModel):
    """A user's message and the assistant's reply."""

    id: UUID
    text: str
    reply: str
    at: datetime
    """Time of the reply, in UTC."""


class Neighbours(Protocol):
    """The services that core calls."""

    async def post(self, name: Name, path: str, body: bytes, content_type: str) -> bytes:
        """Return the answer, or raise `ServiceError`: a refused recording, or 503 or 504 with the neighbour's name."""
        ...

    async def check(self, name: Name) -> None:
        """Raise `ServiceError` unless the neighbour is ready."""
        ...


class SessionStore(Protocol):
    """The recent turns of the sessions that have not expired."""

    async def recent(self, session_id: str) -> list[Turn]:
        """Return a session's turns, oldest first; none if the session is new or has expired."""
        ...

    async def append(self, session_id: str, turn: Turn) -> None:
        """Keep a turn, and extend the session's lifetime."""
        ...

    async def check(self) -> None:
        """Raise `ServiceError` unless the store answers."""
        ...


class History(Protocol):
    """All turns, kept permanently."""

    async def turns(self, session_id: str) -> list[Turn]:
        """Return a session's turns, oldest first."""
        ...

    async def append(self, session_id: str, turn: Turn) -> None:
        """Keep a turn; a repetition changes nothing."""
        ...

    async def check(self) -> None:
        """Raise `ServiceError` unless the store answers."""
        ...
