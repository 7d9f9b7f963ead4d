"""History in PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from morgan_core.postgres import Connection, Database, open_database
from morgan_core.settings import CoreSettings
from morgan_core.turn import Fill, Page, Turn
from morgan_core.upkeep import Upkeep

PAGE_BYTES = 1024 * 1024
"""Largest size of a page's texts and replies. A page with one turn may be larger."""

# PostgreSQL 15 finds the length of a long text without reading the text.
SELECT_PAGE = """
select id, text, reply, at, candidates from (
    select *,
        count(*) over () as candidates,
        row_number() over newest as place,
        sum(octet_length(text) + octet_length(reply)) over newest as bytes
    from (
        select id, text, reply, at from turns
        where session_id = $1
            and ($2::uuid is null or (at, id) < (select at, id from turns where session_id = $1 and id = $2))
        order by at desc, id desc
        limit $3 + 1
    ) as candidate
    window newest as (order by at desc, id desc)
) as numbered
where place = 1 or (place <= $3 and bytes <= $4)
order by place desc
"""
INSERT = "insert into turns (id, session_id, text, reply, at) values ($1, $2, $3, $4, $5) on conflict do nothing"
TRIM = """
delete from turns where id in (
    select id from (
        select id,
            row_number() over newest as place,
            sum(octet_length(text) + octet_length(reply)) over newest as bytes
        from turns where session_id = $1
        window newest as (order by at desc, id desc)
    ) as numbered
    where place > 1 and (place > $2 or bytes > $3)
)
"""


class PostgresHistory:
    """The turns of all sessions. A session keeps its newest turns, up to the limits of the settings."""

    def __init__(self, database: Database, upkeep: Upkeep, settings: CoreSettings) -> None:
        self._database = database
        self._upkeep = upkeep
        self._turns = settings.history_session_turns
        self._bytes = settings.history_session_size

    async def page(self, session_id: str, limit: int, before: UUID | None) -> Page:
        """Return the newest turns of a session, or the newest of those before a turn."""

        async def select(connection: Connection) -> Page:
            rows = await connection.fetch(SELECT_PAGE, session_id, before, limit, PAGE_BYTES)
            turns = [Turn.model_validate(dict(row)) for row in rows]
            return Page(turns, has_earlier=bool(rows) and rows[0]["candidates"] > len(rows))

        return await self._database.run(select)

    async def append(self, session_id: str, turn: Turn) -> None:
        """Keep a turn. A repetition changes nothing, so that a failed call may be repeated."""

        async def insert(connection: Connection) -> None:
            await connection.execute(INSERT, turn.id, session_id, turn.text, turn.reply, turn.at)
            await connection.execute(TRIM, session_id, self._turns, self._bytes)

        await self._database.run(insert)

    async def check(self) -> None:
        """Raise `ServiceError` unless PostgreSQL answers and the table is there."""

        async def select(connection: Connection) -> None:
            await connection.fetchval("select 1")

        await self._database.run(select)

    def fill(self) -> Fill | None:
        """Return how full the history is, as the last upkeep has found it."""
        return self._upkeep.fill


@asynccontextmanager
async def open_history(settings: CoreSettings) -> AsyncIterator[PostgresHistory]:
    """Make the history, and keep it within its limits until the end."""
    async with open_database(settings) as database:
        upkeep = Upkeep(database, settings)
        running = asyncio.create_task(upkeep.run())
        try:
            yield PostgresHistory(database, upkeep, settings)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
