"""Reads a request's whole body up to a limit, and detects that the client has left."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from morgan_shared.errors import ServiceError

DRAIN_S = 5.0
"""Seconds for which the rest of a refused body is read: many clients read no answer before they have sent it."""


class BodyTooLargeError(Exception):
    """The body is larger than the limit."""


class ClientGoneError(Exception):
    """The client left before it had its answer."""


async def buffered_body(scope: Scope, receive: Receive, limit: int, hold: Callable[[int], None]) -> Receive:
    """Read the body, and return a `receive` that yields the body in one message.

    Args:
        scope: the request.
        receive: yields the body in parts.
        limit: largest body, in bytes.
        hold: takes the size of each part before the part is kept, and raises `ServiceError` if there is no room.

    Raises:
        BodyTooLargeError: if the body has more than `limit` bytes.
        ServiceError: 503 if there is no room for the body.
        ClientGoneError: if the client leaves before the end of the body.

    """
    declared = Headers(scope=scope).get("content-length", "0")
    parts: list[bytes] = []
    size = 0
    more = True
    if declared.isdecimal() and int(declared) > limit:
        await _drain(receive)
        raise BodyTooLargeError
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        part = message.get("body", b"")
        size += len(part)
        more = message.get("more_body", False)
        refusal = BodyTooLargeError() if size > limit else _refusal(hold, len(part))
        if refusal is not None:
            parts.clear()
            if more:
                await _drain(receive)
            raise refusal
        parts.append(part)
    pending: list[Message] = [{"type": "http.request", "body": b"".join(parts), "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


async def run_while_connected(work: Awaitable[None], receive: Receive) -> None:
    """Await the work for a request, and cancel the work if the client leaves. The body must have been read before.

    Raises:
        ClientGoneError: if the client leaves.

    """
    serving = asyncio.ensure_future(work)
    leaving = asyncio.create_task(_disconnect(receive))
    try:
        await asyncio.wait((serving, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not serving.done():
            raise ClientGoneError
        serving.result()
    finally:
        serving.cancel()
        leaving.cancel()
        await asyncio.gather(serving, leaving, return_exceptions=True)


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _refusal(hold: Callable[[int], None], amount: int) -> ServiceError | None:
    try:
        hold(amount)
    except ServiceError as error:
        return error
    return None


async def _drain(receive: Receive) -> None:
    try:
        async with asyncio.timeout(DRAIN_S):
            message = await receive()
            while message.get("more_body", False):
                message = await receive()
    except TimeoutError:
        return
