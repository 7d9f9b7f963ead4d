"""The HTTP interface of the core service."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, Path, Query
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from morgan_core.backends import Backends, open_backends
from morgan_core.conversation import Conversation, TextReply, VoiceReply
from morgan_core.readiness import core_checks
from morgan_core.settings import CoreSettings
from morgan_core.turn import Turn
from morgan_shared.app import Recording, audio_body, create_base_app, json_body
from morgan_shared.health import EngineInfo
from morgan_shared.interface import RECORDING, TOKEN, errors

SESSION_ID = r"^[A-Za-z0-9_-]{1,64}$"
PAGE = 100
"""Turns in a page of the history if the client wants no other number."""
MAX_PAGE = 500
"""Largest number of turns in a page; a page is also limited in bytes."""

SESSION = "The session to continue: 1 to 64 letters, digits, `-` and `_`."

OpenBackends = Callable[[CoreSettings], AbstractAsyncContextManager[Backends]]


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not hold the character NUL, which the history cannot keep")
    return text


class ChatRequest(BaseModel):
    """A written message of a user."""

    text: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000), AfterValidator(_without_nul)
    ] = Field(description="What the user writes, 1 to 8000 characters.")
    session_id: Annotated[str, StringConstraints(pattern=SESSION_ID)] | None = Field(
        default=None, description=f"{SESSION} Without it, a new session begins."
    )


class SessionHistory(BaseModel):
    """The newest turns of a session, or a page of earlier turns. The oldest turn is the first."""

    session_id: str = Field(description="The session.")
    turns: list[Turn] = Field(description="Turns, the oldest first; none if no turn of the session is kept.")
    before: UUID | None = Field(description="If there are earlier turns: value of the query `before` for their page.")


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

    @app.post(
        "/v1/chat",
        dependencies=[Depends(json_body)],
        responses=errors(body=True),
        openapi_extra=TOKEN,
        summary="A written turn",
    )
    async def chat(request: ChatRequest) -> TextReply:
        return await conversation().text_turn(request.session_id, request.text)

    @app.post("/v1/voice", responses=errors(body=True), openapi_extra=RECORDING | TOKEN, summary="A spoken turn")
    async def voice(
        recording: Annotated[Recording, Depends(audio_body)],
        session_id: Annotated[
            str | None, Query(pattern=SESSION_ID, description=f"{SESSION} If left out, a new session begins.")
        ] = None,
    ) -> VoiceReply:
        return await conversation().voice_turn(session_id, recording)

    @app.get(
        "/v1/sessions/{session_id}/history",
        responses=errors(body=False),
        openapi_extra=TOKEN,
        summary="A page of a session's history",
    )
    async def history(
        session_id: Annotated[str, Path(pattern=SESSION_ID, description="The session.")],
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="Largest number of turns in the page.")] = PAGE,
        before: Annotated[
            UUID | None, Query(description="Id of a turn: the page has turns before it. If left out, the newest turns.")
        ] = None,
    ) -> SessionHistory:
        page = await conversation().history(session_id, limit, before)
        earlier = page.turns[0].id if page.has_earlier else None
        return SessionHistory(session_id=session_id, turns=page.turns, before=earlier)

    return app
