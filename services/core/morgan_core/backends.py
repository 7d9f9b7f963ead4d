"""The connections of core."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from morgan_core.history import open_history
from morgan_core.neighbours import open_neighbours
from morgan_core.sessions import open_sessions
from morgan_core.settings import CoreSettings
from morgan_core.turn import History, Neighbours, SessionStore


@dataclass(frozen=True)
class Backends:
    """The neighbours and the two stores."""

    neighbours: Neighbours
    sessions: SessionStore
    history: History


@asynccontextmanager
async def open_backends(settings: CoreSettings) -> AsyncIterator[Backends]:
    """Open all connections; the neighbours and stores may start later."""
    async with (
        open_neighbours(settings) as neighbours,
        open_sessions(settings) as sessions,
        open_history(settings) as history,
    ):
        yield Backends(neighbours, sessions, history)
