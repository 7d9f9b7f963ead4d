"""The HTTP interface of the core service."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, Path, Query
from pydantic import AfterValidator, BaseModel, StringConstraints

from morgan_core.backends import Backends, open_backends
from morgan_core.conversation import Conversation, TextReply, VoiceReply
from morgan_core.readiness import core_checks
from morgan_core.settings import CoreSettings
from morgan_core.turn import Turn
from morgan_shared.app import Recording, audio_body, create_base_app, json_body
from morgan_shared.health import EngineInfo

SESSION_ID = r"^[A-Za-z0-9_-]{1,64}$"
PAGE = 100
"""Turns in a page of the history if the client wants no other number."""
MAX_PAGE = 500
"""Largest number of turns in a page; a page is also limited in bytes."""

OpenBackends = Callable[[CoreSettings], AbstractAsyncContextManager[Backends]]


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not hold the character NUL, which the history cannot keep")
    return text


class ChatRequest(BaseModel):
    """A written message of a user."""

    text: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000), AfterValidator(_without_nul)
    ]
    session_id: Annotated[str, StringConstraints(pattern=SESSION_ID)] | None = None
    """The session to continue; if left out, a new session begins."""


class SessionHistory(BaseModel):
    """The newest turns of a session, or a page of earlier turns. The oldest turn is the first."""

    session_id: str
    turns: list[Turn]
    before: UUID | None = None
    """Id of the first of these turns, if there are earlier turns: the query `before` of the next page."""


class _Running:
    """The connections that are open while the application runs."""

    backends: Backends


def create_app(settings: CoreSettings, open_with: OpenBackends = open_backends) -> FastAPI:
    """Make the application.

    Args:
        settings: the settings of core.
        open_with: opens the connections to neighbours and stores.

    """
    state = _Running()

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        async with open_with(settings) as state.backends:
            yield

    checks = core_checks(lambda: state.backends)
    app = create_base_app(settings, service="core", engine=EngineInfo("none"), checks=checks, running=running)

    def conversation() -> Conversation:
        return Conversation(state.backends.neighbours, state.backends.sessions, state.backends.history)

    @app.post("/v1/chat", dependencies=[Depends(json_body)])
    async def chat(request: ChatRequest) -> TextReply:
        return await conversation().text_turn(request.session_id, request.text)

    @app.post("/v1/voice")
    async def voice(
        recording: Annotated[Recording, Depends(audio_body)],
        session_id: Annotated[str | None, Query(pattern=SESSION_ID)] = None,
    ) -> VoiceReply:
        return await conversation().voice_turn(session_id, recording)

    @app.get("/v1/sessions/{session_id}/history")
    async def history(
        session_id: Annotated[str, Path(pattern=SESSION_ID)],
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = PAGE,
        before: UUID | None = None,
    ) -> SessionHistory:
        page = await conversation().history(session_id, limit, before)
        earlier = page.turns[0].id if page.has_earlier else None
        return SessionHistory(session_id=session_id, turns=page.turns, before=earlier)

    return app
