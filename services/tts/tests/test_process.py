"""Running a program on a text."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import uvloop

from morgan_shared.errors import ServiceError
from morgan_tts import process
from morgan_tts.espeak_engine import EspeakSpeaker
from morgan_tts.process import Finished, run_program
from morgan_tts.settings import TtsSettings


async def test_a_program_is_killed_when_its_caller_is_cancelled(program: Path, last_call: Any) -> None:
    task = asyncio.create_task(run_program([str(program)], "hang", 60, 1000))
    while not (program.parent / "call.json").exists():
        await asyncio.sleep(0.02)
    pid = last_call()["pid"]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not Path(f"/proc/{pid}").exists()


async def test_too_many_texts_are_refused(program: Path) -> None:
    speaker = await EspeakSpeaker.load(str(program), TtsSettings(workers=1, queue=0, synthesis_timeout_s=1))
    speaking = asyncio.create_task(speaker.speak("hang", None, 1))
    await asyncio.sleep(0)
    with pytest.raises(ServiceError) as caught:
        await speaker.speak("hello", None, 1)
    assert (caught.value.status, caught.value.code) == (503, "busy")
    with pytest.raises(ServiceError):
        await speaking


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_a_program_whose_output_is_left_unread_is_killed(
    run: Any, program: Path, last_call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More is unread than Python's loop keeps."""
    monkeypatch.setattr(process, "PART", 1024)

    async def run_one() -> Finished:
        async with asyncio.timeout(20):
            return await run_program([str(program)], "endless", 60, 200_000)

    finished = run(run_one())
    assert (finished.code, len(finished.output)) == (0, 200_000)
    assert not Path(f"/proc/{last_call()['pid']}").exists()


def test_a_program_that_ends_without_reading_is_no_failure() -> None:
    """With a pipe, uvloop 0.23.0, which the services run on, would raise another error than Python's loop."""

    async def run_many() -> list[Finished]:
        return await asyncio.gather(*(run_program(["true"], "a" * 5000, 10, 1000) for _ in range(50)))

    for run in (asyncio.run, uvloop.run):
        assert set(run(run_many())) == {Finished(0, b"", "")}
