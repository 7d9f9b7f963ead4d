"""Runs a program on a text, without a shell and within a time limit, and leaves no process behind."""

import asyncio
import os
from contextlib import suppress
from dataclasses import dataclass

PART = 64 * 1024
MAX_ERROR = 64 * 1024
"""Bytes that are read of what a program writes to its error output."""
CLOSE_TIMEOUT_S = 1
"""Seconds until the outputs of a killed program are given up: another program may hold them."""


@dataclass(frozen=True)
class Finished:
    """A program that has ended."""

    code: int
    output: bytes
    error: str


async def run_program(command: list[str], text: str, timeout_s: float, max_output: int) -> Finished:
    """Run the command with the text as its input; kill it if the caller is cancelled.

    A program that writes more than `max_output` bytes is killed, and counts as one that ended well with these bytes.

    Raises:
        FileNotFoundError: if there is no such program.
        TimeoutError: if the program takes longer than `timeout_s`; the program is killed.

    """
    pipe = asyncio.subprocess.PIPE
    # A file: if a program ends without reading a pipe, Python 3.11's loop and uvloop 0.23.0 raise different errors.
    with os.fdopen(os.memfd_create("text"), "w+b") as file:
        file.write(text.encode())
        file.seek(0)
        process = await asyncio.create_subprocess_exec(*command, stdin=file, stdout=pipe, stderr=pipe)
    errors = asyncio.create_task(_read(process.stderr, MAX_ERROR))
    try:
        async with asyncio.timeout(timeout_s):
            output = await _read(process.stdout, max_output)
            if len(output) > max_output:
                return Finished(0, output[:max_output], "")
            error = await errors
            code = await process.wait()
    finally:
        errors.cancel()
        if process.returncode is None:
            process.kill()
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT_S):
                    await asyncio.gather(errors, return_exceptions=True)
                    # Python 3.11's loop waits for the end of both outputs, and reads no further if too much is unread.
                    await asyncio.gather(process.wait(), _skip(process.stdout), _skip(process.stderr))
    return Finished(code, output, error.decode("utf-8", "replace").strip())


async def _read(stream: asyncio.StreamReader | None, limit: int) -> bytes:
    """Read up to the end, or up to the first part beyond the limit."""
    content = bytearray()
    while stream is not None and len(content) <= limit and (part := await stream.read(PART)):
        content += part
    return bytes(content)


async def _skip(stream: asyncio.StreamReader | None) -> None:
    """Read up to the end and keep nothing."""
    while stream is not None and await stream.read(PART):
        pass
