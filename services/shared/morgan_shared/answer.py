"""Sends an answer at the pace of its client, and holds no more of the answer than there is room for."""

import asyncio
from collections.abc import Callable

from starlette.types import Message, Receive, Scope, Send

from morgan_shared.errors import ServiceError, error_response

PART_BYTES = 64 * 1024
"""Bytes that are given to the server at once. uvicorn 0.54.0 takes any number, and waits before the next ones only."""
PATIENCE_S = 30.0
"""Seconds that a client has to read a message of the application, beside those for the size of the message."""
SLOWEST_BYTES_PER_S = 100_000
"""A client that reads an answer more slowly than this, after the first seconds, does not get all of it."""


class SlowClientError(Exception):
    """The client reads its answer too slowly."""


class PacedAnswer:
    """Sends one answer, or 503 in its place if there is no room for it.

    Args:
        scope: the request.
        receive: the request's messages.
        send: takes the answer's messages, and waits while the client does not read.
        hold: takes the size of a large answer before it waits for the client, and raises `ServiceError` if there is no
            room.

    """

    def __init__(self, scope: Scope, receive: Receive, send: Send, hold: Callable[[int], None]) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._hold = hold
        self._start: Message | None = None
        self._is_replaced = False

    async def send(self, message: Message) -> None:
        """Send a message of the application.

        Raises:
            SlowClientError: if the client reads too slowly.

        """
        if self._is_replaced:
            return
        if message["type"] == "http.response.start":
            # The status is known when there is room for the answer.
            self._start = message
            return
        body = message.get("body", b"")
        if self._start is not None and len(body) > PART_BYTES:
            # The parts of a stream come one after the other, and are not held.
            try:
                self._hold(len(body))
            except ServiceError as error:
                self._is_replaced = True
                await error_response(error)(self._scope, self._receive, self._send)
                return
        try:
            async with asyncio.timeout(PATIENCE_S + len(body) / SLOWEST_BYTES_PER_S):
                await self._send_in_parts(message, body)
        except TimeoutError:
            raise SlowClientError from None

    async def _send_in_parts(self, message: Message, body: bytes) -> None:
        if self._start is not None:
            start, self._start = self._start, None
            await self._send(start)
        last = max(len(body) - 1, 0) // PART_BYTES * PART_BYTES
        for at in range(0, last, PART_BYTES):
            await self._send({**message, "body": body[at : at + PART_BYTES], "more_body": True})
        await self._send({**message, "body": body[last:]})
