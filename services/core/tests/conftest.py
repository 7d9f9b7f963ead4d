"""Stand-ins for the neighbours and stores of core."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient

from morgan_core.app import create_app
from morgan_core.backends import Backends
from morgan_core.settings import CoreSettings
from morgan_core.turn import Fill, Name, Page, Turn
from morgan_shared.errors import ServiceError

NOWHERE = "http://127.0.0.1:9"


class FakeStore:
    """Sessions or history in memory; `down` makes it fail as the real ones do."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.down = False
        self.fullness: Fill | None = None
        self.kept: dict[str, list[Turn]] = {}

    async def check(self) -> None:
        if self.down:
            raise ServiceError(503, f"{self._name}_unavailable", f"{self._name} is down")

    async def recent(self, session_id: str) -> list[Turn]:
        await self.check()
        return self.kept.get(session_id, [])

    async def page(self, session_id: str, limit: int, before: UUID | None) -> Page:
        turns = await self.recent(session_id)
        end = next((place for place, turn in enumerate(turns) if turn.id == before), len(turns))
        return Page(turns[max(end - limit, 0) : end], has_earlier=end > limit)

    def fill(self) -> Fill | None:
        return self.fullness

    async def append(self, session_id: str, turn: Turn) -> None:
        await self.check()
        self.kept.setdefault(session_id, []).append(turn)


class FakeNeighbours:
    """Answers as the neighbours do; `answers` may hold other bytes, or an error to raise."""

    def __init__(self) -> None:
        self.requests: list[tuple[Name, str, bytes, str]] = []
        self.answers: dict[Name, bytes | ServiceError] = {
            "vad": b'{"sample_rate": 16000, "duration_s": 2, "segments": [{"start_s": 0.5, "end_s": 1.5}]}',
            "stt": b'{"text": "go forward", "engine": "fake", "duration_s": 2}',
            "llm": b'{"choices": [{"message": {"role": "assistant", "content": " Going. "}}]}',
            "tts": b"RIFF-the-reply",
        }

    async def post(self, name: Name, path: str, body: bytes, content_type: str) -> bytes:
        self.requests.append((name, path, body, content_type))
        answer = self.answers[name]
        if isinstance(answer, ServiceError):
            raise answer
        return answer

    async def check(self, name: Name) -> None:
        if isinstance(answer := self.answers[name], ServiceError):
            raise answer


class Fakes:
    def __init__(self) -> None:
        self.neighbours = FakeNeighbours()
        self.sessions = FakeStore("redis")
        self.history = FakeStore("postgres")

    @asynccontextmanager
    async def open(self, _settings: CoreSettings) -> AsyncIterator[Backends]:
        yield Backends(self.neighbours, self.sessions, self.history)


def settings(**changes: Any) -> CoreSettings:
    urls = dict.fromkeys(("vad_url", "stt_url", "llm_url", "tts_url"), NOWHERE)
    return CoreSettings(**urls | changes)


@pytest.fixture
def core_settings() -> Callable[..., CoreSettings]:
    """Make settings; no neighbour listens at an address that is not given."""
    return settings


@pytest.fixture
def fakes() -> Fakes:
    return Fakes()


@pytest.fixture
def client(fakes: Fakes) -> Iterator[TestClient]:
    with TestClient(create_app(settings(), fakes.open)) as client:
        yield client


@pytest.fixture
def neighbour() -> FastAPI:
    """A neighbour whose behaviour the requested path selects."""
    app = FastAPI()

    @app.post("/{behaviour}")
    async def answer(behaviour: str, request: Request) -> Response:
        match behaviour:
            case "hang":
                await asyncio.sleep(1)
            case "crash":
                return Response("Internal Server Error", status_code=500)
            case "refuse":
                return JSONResponse({"error": {"code": "invalid_audio", "message": "no WAV"}}, status_code=400)
            case "busy":
                return JSONResponse({"error": {"code": "busy", "message": "too many"}}, status_code=503)
        return JSONResponse({"body": (await request.body()).decode(), "id": request.headers["x-request-id"]})

    @app.get("/ready")
    async def ready() -> dict[str, bool]:
        return {"ready": True}

    return app
