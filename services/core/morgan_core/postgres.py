"""The connection to PostgreSQL, and the table `turns`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias, TypeVar

import asyncpg

from morgan_core.settings import CoreSettings
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

Connection: TypeAlias = asyncpg.pool.PoolConnectionProxy
Result = TypeVar("Result")


class Database:
    """A pool of connections. They are opened on demand, so PostgreSQL may restart. The table is made on first use."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._schema_is_there = False

    async def run(
        self, work: Callable[[Connection], Awaitable[Result]], timeout_s: float = STATEMENT_TIMEOUT_S
    ) -> Result:
        """Do the work with a connection. The work is repeated if the connection is lost.

        Raises:
            ServiceError: 503 with PostgreSQL's reason.

        """
        try:
            try:
                return await self._attempt(work, timeout_s)
            except LOST:
                # A pooled connection may be to a server that was replaced. The new server may lack the table.
                self._schema_is_there = False
                return await self._attempt(work, timeout_s)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            raise ServiceError(503, "postgres_unavailable", f"history is not available: postgres: {reason}") from error

    async def _attempt(self, work: Callable[[Connection], Awaitable[Result]], timeout_s: float) -> Result:
        async with asyncio.timeout(timeout_s), self._pool.acquire() as connection:
            if not self._schema_is_there:
                async with connection.transaction():
                    # In PostgreSQL 15, "if not exists" alone may fail if two containers make the table at once.
                    await connection.execute("select pg_advisory_xact_lock($1)", SCHEMA_LOCK)
                    await connection.execute(SCHEMA)
                self._schema_is_there = True
            return await work(connection)


@asynccontextmanager
async def open_database(settings: CoreSettings) -> AsyncIterator[Database]:
    """Make the pool; close its connections at the end."""
    pool = asyncpg.create_pool(
        settings.database_url,
        password=reveal(settings.database_password),
        min_size=0,
        max_size=MAX_CONNECTIONS,
        timeout=CONNECT_TIMEOUT_S,
    )
    async with pool:
        yield Database(pool)
