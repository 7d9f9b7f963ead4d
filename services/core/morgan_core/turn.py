"""A turn of a conversation, and what core needs to take one."""

from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from pydantic import BaseModel

Name = Literal["vad", "stt", "llm", "tts"]
NEIGHBOURS: tuple[Name, ...] = ("vad", "stt", "llm", "tts")


class Turn(BaseModel):
    """What somebody said and what the assistant replied."""

    id: UUID
    text: str
    reply: str
    at: datetime
    """When the reply was made, in UTC."""


class Neighbours(Protocol):
    """The services that core asks."""

    async def post(self, name: Name, path: str, body: bytes, content_type: str) -> bytes:
        """Return the answer, or raise `ServiceError`: 503 or 504 naming it, or its refusal of a recording."""
        ...

    async def check(self, name: Name) -> None:
        """Raise `ServiceError` unless the neighbour is ready."""
        ...


class SessionStore(Protocol):
    """The recent turns of sessions that are going on."""

    async def recent(self, session_id: str) -> list[Turn]:
        """Return a session's turns, oldest first; none if it is new or forgotten."""
        ...

    async def append(self, session_id: str, turn: Turn) -> None:
        """Keep a turn, and the session for another while."""
        ...

    async def check(self) -> None:
        """Raise `ServiceError` unless the store answers."""
        ...


class History(Protocol):
    """All turns, for good."""

    async def turns(self, session_id: str) -> list[Turn]:
        """Return a session's turns, oldest first."""
        ...

    async def append(self, session_id: str, turn: Turn) -> None:
        """Keep a turn; a second time changes nothing."""
        ...

    async def check(self) -> None:
        """Raise `ServiceError` unless the store answers."""
        ...
