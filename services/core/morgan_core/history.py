"""History in PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import asyncpg

from morgan_core.settings import CoreSettings
from morgan_core.turn import Turn
from morgan_shared.errors import ServiceError
from morgan_shared.settings import reveal

CONNECT_TIMEOUT_S = 2.0
STATEMENT_TIMEOUT_S = 5.0
MAX_CONNECTIONS = 5
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.InterfaceError,
    asyncpg.UndefinedTableError,
    ConnectionError,
)
SCHEMA_LOCK = 0x6D6F7267616E
"""Number of the advisory lock under which the table is made; "morgan" in ASCII."""
SCHEMA = """
create table if not exists turns (
    id uuid primary key,
    session_id text not null,
    text text not null,
    reply text not null,
    at timestamptz not null
);
create index if not exists turns_by_session on turns (session_id, at);
"""

Result = TypeVar("Result")


class PostgresHistory:
    """The table `turns`, made on first use. Connections are opened on demand, so PostgreSQL may restart."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._schema_is_there = False

    async def turns(self, session_id: str) -> list[Turn]:
        """Return a session's turns, oldest first."""

        async def select(connection: asyncpg.pool.PoolConnectionProxy) -> list[Turn]:
            query = "select id, text, reply, at from turns where session_id = $1 order by at"
            return [Turn.model_validate(dict(row)) for row in await connection.fetch(query, session_id)]

        return await self._with_connection(select)

    async def append(self, session_id: str, turn: Turn) -> None:
        """Keep a turn. A repetition changes nothing, so that a failed call may be repeated."""

        async def insert(connection: asyncpg.pool.PoolConnectionProxy) -> None:
            await connection.execute(
                "insert into turns (id, session_id, text, reply, at)"
                " values ($1, $2, $3, $4, $5) on conflict do nothing",
                turn.id,
                session_id,
                turn.text,
                turn.reply,
                turn.at,
            )

        await self._with_connection(insert)

    async def check(self) -> None:
        """Raise `ServiceError` unless PostgreSQL answers and the table is there."""

        async def select(connection: asyncpg.pool.PoolConnectionProxy) -> None:
            await connection.fetchval("select 1")

        await self._with_connection(select)

    async def _with_connection(self, work: Callable[[asyncpg.pool.PoolConnectionProxy], Awaitable[Result]]) -> Result:
        try:
            try:
                return await self._attempt(work)
            except LOST:
                # A pooled connection may be to a server that was replaced. The new server may lack the table.
                self._schema_is_there = False
                return await self._attempt(work)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            raise ServiceError(503, "postgres_unavailable", f"history is not available: postgres: {reason}") from error

    async def _attempt(self, work: Callable[[asyncpg.pool.PoolConnectionProxy], Awaitable[Result]]) -> Result:
        async with asyncio.timeout(STATEMENT_TIMEOUT_S), self._pool.acquire() as connection:
            if not self._schema_is_there:
                async with connection.transaction():
                    # In PostgreSQL 15, "if not exists" alone may fail if two containers make the table at once.
                    await connection.execute("select pg_advisory_xact_lock($1)", SCHEMA_LOCK)
                    await connection.execute(SCHEMA)
                self._schema_is_there = True
            return await work(connection)


@asynccontextmanager
async def open_history(settings: CoreSettings) -> AsyncIterator[PostgresHistory]:
    """Make the history; close its connections at the end."""
    pool = asyncpg.create_pool(
        settings.database_url,
        password=reveal(settings.database_password),
        min_size=0,
        max_size=MAX_CONNECTIONS,
        timeout=CONNECT_TIMEOUT_S,
        command_timeout=STATEMENT_TIMEOUT_S,
    )
    async with pool:
        yield PostgresHistory(pool)
