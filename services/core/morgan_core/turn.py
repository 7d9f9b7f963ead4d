"""A turn of a conversation, and the interfaces of neighbours and stores."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from pydantic import BaseModel, Field

Name = Literal["vad", "stt", "llm", "tts"]
NEIGHBOURS: tuple[Name, ...] = ("vad", "stt", "llm", "tts")


class Turn(BaseModel):
    """A user's message and the assistant's reply."""

    id: UUID = Field(description="Id of the turn.")
    text: str = Field(description="What the user said.")
    reply: str = Field(description="What the assistant replied.")
    at: datetime = Field(description="Time of the reply, in UTC.")


@dataclass(frozen=True)
class Page:
    """A part of a session's history, oldest turn first."""

    turns: list[Turn]
    has_earlier: bool
    """True if the session has turns before these."""


@dataclass(frozen=True)
class Fill:
    """The size of a store and its limit, in bytes."""

    used: int
    limit: int

    @property
    def part(self) -> float:
        """The used part of the limit."""
        return self.used / self.limit

    def __str__(self) -> str:
        mib = 1024 * 1024
        return f"{self.used / mib:.1f} of {self.limit / mib:.0f} MiB used"


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
    """The turns of all sessions, up to the limits of the history."""

    async def page(self, session_id: str, limit: int, before: UUID | None) -> Page:
        """Return the newest turns of a session, or the newest of those before a turn."""
        ...

    async def append(self, session_id: str, turn: Turn) -> None:
        """Keep a turn; a repetition changes nothing."""
        ...

    async def check(self) -> None:
        """Raise `ServiceError` unless the store answers."""
        ...

    def fill(self) -> Fill | None:
        """Return how full the history is; None if that is not known yet."""
        ...
