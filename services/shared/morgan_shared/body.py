"""Reading a request's body whole, with a limit, and noticing that its client has left."""

import asyncio
from collections.abc import Awaitable

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

DRAIN_S = 1.0
"""Seconds for which the rest of a body too large is still read: a client that sends only sees an answer afterwards."""


class BodyTooLargeError(Exception):
    """The body is larger than the limit."""


class ClientGoneError(Exception):
    """The client left before it had its answer."""


async def buffered_body(scope: Scope, receive: Receive, limit: int) -> Receive:
    """Read the body and return a `receive` that hands it on in one message.

    Raises:
        BodyTooLargeError: if it has more than `limit` bytes.
        ClientGoneError: if it breaks off.

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
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > limit:
            if more:
                await _drain(receive)
            raise BodyTooLargeError
    pending: list[Message] = [{"type": "http.request", "body": b"".join(parts), "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


async def run_while_connected(work: Awaitable[None], receive: Receive) -> None:
    """Run what serves a request whose body has been read; cancel it if the client leaves.

    Raises:
        ClientGoneError: if it leaves.

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


async def _drain(receive: Receive) -> None:
    try:
        async with asyncio.timeout(DRAIN_S):
            message = await receive()
            while message.get("more_body", False):
                message = await receive()
    except TimeoutError:
        return
