"""Keeps the history within its age and its size."""

import asyncio
import time

import structlog

from morgan_core.postgres import Connection, Database
from morgan_core.settings import CoreSettings
from morgan_core.turn import Fill
from morgan_shared.errors import ServiceError

INTERVAL_S = 60.0
RETRY_S = 5.0
TIMEOUT_S = 50.0
"""A count of a million turns takes about a second."""
BATCH = 2000
"""Turns that are deleted in one transaction, so that no request waits long for a lock."""
ROOM = 0.9
"""Part of the limit that is kept if the history is too large, so that not every turn causes an upkeep."""
WARN_AT = 0.8

UPKEEP_LOCK = 0x6D6F7267616F
"""Number of the advisory lock under which turns are deleted: during a rollout, two containers run."""
DISK = "select pg_total_relation_size('turns')"
# A long text is kept compressed and outside of its row. Its size on the disk is known without reading the text.
SIZE = "(pg_column_size(text) + pg_column_size(reply) + 150)"
"""Size of a turn on the disk, with its identifiers and its entries in both indexes."""
TOTAL = f"select coalesce(sum{SIZE}, 0) from turns"  # noqa: S608 (constants)
OLD = "select now() - make_interval(days => $1)"
OVER = f"""
select max(at) from (
    select at, sum{SIZE} over (order by at desc, id desc) as bytes from turns
) as numbered where bytes > $1
"""  # noqa: S608 (constants)
DELETE = "delete from turns where ctid = any(array(select ctid from turns where at <= $1 limit $2))"

log = structlog.get_logger("morgan.upkeep")


class Upkeep:
    """Deletes the turns that are too old, and the oldest turns if the history is too large."""

    def __init__(self, database: Database, settings: CoreSettings) -> None:
        self._database = database
        self._days = settings.history_days
        self._limit = settings.history_size
        self._warned = False
        self.fill: Fill | None = None
        """Size of the history after the last upkeep; None before the first."""

    async def run(self) -> None:
        """Work once a minute, until cancelled. A failure is no reason to stop: readiness reports it too."""
        while True:
            try:
                await self.once()
            except ServiceError as error:
                log.debug("no upkeep of the history", reason=error.message)
                await asyncio.sleep(RETRY_S)
            else:
                await asyncio.sleep(INTERVAL_S)

    async def once(self) -> None:
        """Delete what is beyond the limits, and measure what is left."""
        started = time.monotonic()
        deleted = await self._database.run(self._work, TIMEOUT_S)
        if deleted:
            log.info("turns deleted", turns=deleted, duration_s=round(time.monotonic() - started, 1))
        if self.fill is not None and (self.fill.part >= WARN_AT) != self._warned:
            self._warned = not self._warned
            log.log(30 if self._warned else 20, "fill of the history", fill=str(self.fill))

    async def _work(self, connection: Connection) -> int:
        deleted = 0
        locked = await connection.fetchval("select pg_try_advisory_lock($1)", UPKEEP_LOCK)
        try:
            if locked and self._days > 0:
                deleted += await _delete_until(connection, await connection.fetchval(OLD, self._days))
            used = await self._used(connection)
            if locked and used > self._limit:
                deleted += await _delete_until(connection, await connection.fetchval(OVER, int(self._limit * ROOM)))
                used = await self._used(connection)
        finally:
            if locked:
                await connection.fetchval("select pg_advisory_unlock($1)", UPKEEP_LOCK)
        self.fill = Fill(used, self._limit)
        return deleted

    async def _used(self, connection: Connection) -> int:
        used = int(await connection.fetchval(DISK))
        # The files keep the room of deleted turns for new turns. The turns themselves are counted only if they may be
        # too many, because a count reads the whole table.
        return used if used <= self._limit else int(await connection.fetchval(TOTAL))


async def _delete_until(connection: Connection, time_of_newest: object) -> int:
    deleted = 0
    while True:
        batch = int((await connection.execute(DELETE, time_of_newest, BATCH)).split()[-1])
        deleted += batch
        if batch < BATCH:
            return deleted
