"""Checks the limits of the history with core's own code and a real PostgreSQL. Runs in an image of core."""

import asyncio
import os
import uuid
from datetime import UTC, datetime, timedelta

from morgan_core.history import PAGE_BYTES, PostgresHistory
from morgan_core.postgres import Database, open_database
from morgan_core.settings import CoreSettings
from morgan_core.turn import Turn
from morgan_core.upkeep import Upkeep
from morgan_shared.settings import load_settings

MANY = """
insert into turns select gen_random_uuid(), $1, repeat('x', 32000), $2 || n, now() - make_interval(secs => 5000 - n)
from generate_series(1, $3::int) as n
"""


def turn(text: str, *, days: float = 0) -> Turn:
    return Turn(id=uuid.uuid4(), text=text, reply="", at=datetime.now(UTC) - timedelta(days=days))


async def insert_many(database: Database, session: str, turns: int) -> None:
    await database.run(lambda connection: connection.execute(MANY, session, f"{session} ", turns))


async def texts(history: PostgresHistory, session: str) -> list[str]:
    return [turn.text for turn in (await history.page(session, 500, None)).turns]


async def pages(database: Database, history: PostgresHistory) -> None:
    await insert_many(database, "long", 1400)
    seen: list[str] = []
    before = None
    while True:
        page = await history.page("long", 500, before)
        size = sum(len(turn.text) + len(turn.reply) for turn in page.turns)
        assert 0.9 * PAGE_BYTES < size <= PAGE_BYTES or not page.has_earlier, size
        seen[:0] = [turn.reply for turn in page.turns]
        if not page.has_earlier:
            break
        before = page.turns[0].id
    assert seen == [f"long {n}" for n in range(1, 1401)]
    await history.append("huge", turn("y" * 2 * PAGE_BYTES))
    await history.append("huge", turn("small", days=1))
    page = await history.page("huge", 500, None)
    assert ([len(turn.text) for turn in page.turns], page.has_earlier) == ([2 * PAGE_BYTES], True)
    page = await history.page("huge", 500, page.turns[0].id)
    assert ([turn.text for turn in page.turns], page.has_earlier) == (["small"], False)
    assert (await history.page("huge", 500, uuid.uuid4())).turns == []


async def sessions(history: PostgresHistory) -> None:
    """The limits are 5 turns and 1000 bytes a session."""
    for number in range(8):
        await history.append("short", turn(str(number), days=9 - number))
    assert await texts(history, "short") == ["3", "4", "5", "6", "7"]
    for letter in "abc":
        await history.append("wide", turn(letter * 400))
    assert await texts(history, "wide") == ["b" * 400, "c" * 400]
    await history.append("wide", turn("d" * 4000))
    assert await texts(history, "wide") == ["d" * 4000]


async def ages(history: PostgresHistory, upkeep: Upkeep) -> None:
    """The age is 30 days."""
    for days in (31, 29, 1):
        await history.append("old", turn(f"{days} days", days=days))
    await upkeep.once()
    assert await texts(history, "old") == ["29 days", "1 days"]


async def sizes(database: Database, history: PostgresHistory, upkeep: Upkeep) -> None:
    """The size of the history is 2 MiB."""
    await insert_many(database, "first", 3000)
    await insert_many(database, "second", 3000)
    await history.append("kept", turn("the newest"))
    await upkeep.once()
    assert upkeep.fill is not None
    assert 0.8 < upkeep.fill.part <= 0.9, upkeep.fill
    assert await texts(history, "kept") == ["the newest"]
    left = (await history.page("second", 500, None)).turns
    assert left[-1].reply == "second 3000"
    await upkeep.once()
    assert (await history.page("second", 500, None)).turns == left


async def main() -> None:
    settings = load_settings(CoreSettings, os.environ)
    async with open_database(settings) as database:
        upkeep = Upkeep(database, settings)
        history = PostgresHistory(database, upkeep, settings)
        without_limits = settings.model_copy(update={"history_session_turns": 10**6, "history_session_size": 10**9})
        await pages(database, PostgresHistory(database, upkeep, without_limits))
        await sessions(history)
        await ages(history, upkeep)
        await sizes(database, history, upkeep)


asyncio.run(main())
print("the history keeps its limits")
