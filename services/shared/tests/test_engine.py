"""Loading an engine in the background."""

import asyncio
import threading
from typing import Any

import pytest

from morgan_shared.engine import EngineUnavailableError, LoadedEngine, Report, in_thread
from morgan_shared.errors import ServiceError


async def state(engine: LoadedEngine[Any], detail: str) -> None:
    """Wait until the check reports this detail."""
    async with asyncio.timeout(5):
        while (await engine.check.run()).detail != detail:
            await asyncio.sleep(0.01)


async def test_progress_is_reported_until_the_engine_is_loaded() -> None:
    go_on = threading.Event()

    def load(report: Report) -> str:
        report("downloading model org/clock")
        go_on.wait(5)
        return "cuckoo"

    engine = LoadedEngine(lambda report: in_thread(lambda: load(report)))
    assert (await engine.check.run()).detail == "loading"
    async with engine.loading():
        await state(engine, "downloading model org/clock")
        with pytest.raises(ServiceError, match="the engine is not ready: downloading model org/clock"):
            engine.using().__enter__()
        go_on.set()
        await state(engine, "loaded")
        with engine.using() as loaded:
            assert loaded == "cuckoo"


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the ends of the process."""
    ends: list[str] = []
    monkeypatch.setattr("morgan_shared.engine.end_process", lambda: ends.append("end"))
    return ends


async def test_a_final_error_of_a_request_ends_the_service_once(ends: list[str]) -> None:
    engine = LoadedEngine(lambda _report: in_thread(lambda: "cuckoo"), lambda error: "spring" in str(error))
    async with engine.loading():
        await state(engine, "loaded")
        with pytest.raises(RuntimeError, match="no paint"), engine.using():
            raise RuntimeError("no paint")
        assert ((await engine.check.run()).ok, ends) == (True, [])
        with pytest.raises(RuntimeError, match="spring"), engine.using(), engine.using():
            raise RuntimeError("the spring is broken")
        found = await engine.check.run()
        assert (found.ok, ends) == (False, ["end"])
        with pytest.raises(ServiceError, match="the engine is not ready: the engine has failed"), engine.using():
            pass


async def test_loading_is_tried_again_until_nothing_is_missing() -> None:
    missing = ["wheels", "cuckoo"]

    def load() -> str:
        if missing:
            raise EngineUnavailableError(f"{missing.pop(0)} is missing", retry_s=0.1)
        return "whole"

    engine = LoadedEngine(lambda _report: in_thread(load))
    async with engine.loading():
        await state(engine, "wheels is missing")
        await state(engine, "cuckoo is missing")
        await state(engine, "loaded")


async def test_the_reason_of_an_unexpected_failure_is_only_logged() -> None:
    def load() -> str:
        raise ZeroDivisionError("hunter2")

    engine = LoadedEngine(lambda _report: in_thread(load))
    async with engine.loading():
        await state(engine, "failed to load; the log has the reason")


async def test_shutdown_does_not_wait_for_loading() -> None:
    go_on = threading.Event()
    engine = LoadedEngine(lambda _report: in_thread(lambda: go_on.wait(60)))
    async with asyncio.timeout(5):
        async with engine.loading():
            await asyncio.sleep(0.05)
    go_on.set()
