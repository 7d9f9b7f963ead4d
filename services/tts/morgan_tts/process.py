"""Runs a program on a text, without a shell and within a time limit, and leaves no process behind."""

import asyncio
import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Finished:
    """A program that has ended."""

    code: int
    output: bytes
    error: str


async def run_program(command: list[str], text: str, timeout_s: float) -> Finished:
    """Run the command with the text as its input; kill it if the caller is cancelled.

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
    try:
        async with asyncio.timeout(timeout_s):
            output, error = await process.communicate()
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Finished(code, output, error.decode("utf-8", "replace").strip())
