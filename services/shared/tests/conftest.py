"""An example application in the frame that all services share."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

from morgan_shared.app import Recording, audio_body, create_base_app, json_body
from morgan_shared.errors import ServiceError
from morgan_shared.guard import current_request_id
from morgan_shared.health import Check, CheckResult, EngineInfo
from morgan_shared.settings import CommonSettings


class Letter(BaseModel):
    text: str


async def down() -> CheckResult:
    return CheckResult(ok=False, detail="out of order")


def make_example(*, gates: bool = True, **limits: Any) -> FastAPI:
    settings = CommonSettings(port=1, **{"max_body_bytes": 1000, "request_timeout_s": 0.2} | limits)
    checks = [Check("store", down, gates=gates)]
    app = create_base_app(settings, service="example", engine=EngineInfo("abacus", "cpu"), checks=checks)

    @app.post("/letter", dependencies=[Depends(json_body)])
    async def letter(letter: Letter) -> Letter:
        return letter

    @app.post("/audio")
    async def audio(recording: Annotated[Recording, Depends(audio_body)]) -> str:
        return f"{len(recording.content)} bytes of {recording.media_type}"

    @app.get("/sleep")
    async def sleep() -> None:
        await asyncio.sleep(60)

    @app.get("/refuse")
    async def refuse() -> None:
        raise ServiceError(503, "broken", "the store is broken")

    @app.get("/crash")
    async def crash() -> None:
        raise ZeroDivisionError

    @app.get("/id")
    async def request_id() -> str | None:
        return current_request_id()

    return app


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(make_example()) as client:
        yield client


@pytest.fixture
def example_app() -> Callable[..., FastAPI]:
    """Make an application in the frame, with the given limits."""
    return make_example
