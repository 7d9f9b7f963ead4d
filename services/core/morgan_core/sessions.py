"""Sessions in Redis."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import RedisError

from morgan_core.settings import CoreSettings
from morgan_core.turn import Turn
from morgan_shared.errors import ServiceError
from morgan_shared.settings import reveal

CONNECT_TIMEOUT_S = 1.0
ANSWER_TIMEOUT_S = 3.0
RETRY_AFTER_S = 0.1
MAX_CONNECTIONS = 20
WAIT_S = 3.0
"""Seconds for which a request waits for a connection."""


class RedisSessions:
    """A list of turns for each session. Connections are opened on demand, so Redis may restart."""

    def __init__(self, client: Redis, settings: CoreSettings) -> None:
        self._client = client
        self._ttl_s = settings.session_ttl_s
        self._turns = settings.session_turns

    async def recent(self, session_id: str) -> list[Turn]:
        """Return a session's turns, oldest first; none if the session is new or has expired."""
        with _refusals():
            found = await self._client.lrange(_key(session_id), -self._turns, -1)
        return [Turn.model_validate_json(turn) for turn in found]

    async def append(self, session_id: str, turn: Turn) -> None:
        """Keep a turn, and extend the session's lifetime."""
        with _refusals():
            async with self._client.pipeline(transaction=True) as pipeline:
                pipeline.rpush(_key(session_id), turn.model_dump_json())
                pipeline.ltrim(_key(session_id), -self._turns, -1)
                pipeline.expire(_key(session_id), self._ttl_s)
                await pipeline.execute()

    async def check(self) -> None:
        """Raise `ServiceError` unless Redis answers."""
        with _refusals():
            await self._client.ping()


@asynccontextmanager
async def open_sessions(settings: CoreSettings) -> AsyncIterator[RedisSessions]:
    """Make the sessions; close their connections at the end."""
    # By default, redis 8.1.0 refuses a request that finds no free connection.
    pool = BlockingConnectionPool.from_url(
        settings.redis_url,
        max_connections=MAX_CONNECTIONS,
        timeout=WAIT_S,
        password=reveal(settings.redis_password),
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_timeout=ANSWER_TIMEOUT_S,
        retry=Retry(ConstantBackoff(RETRY_AFTER_S), 1),
    )
    client = Redis.from_pool(pool)
    try:
        yield RedisSessions(client, settings)
    finally:
        await client.aclose()


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        raise ServiceError(503, "redis_unavailable", f"sessions are not available: redis: {error}") from error


def _key(session_id: str) -> str:
    return f"morgan:session:{session_id}"
