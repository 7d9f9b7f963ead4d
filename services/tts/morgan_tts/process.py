"""Running a program on a text: no shell, a time limit, and no process left behind."""

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
        TimeoutError: if it takes longer than `timeout_s`; it is killed.

    """
    pipe = asyncio.subprocess.PIPE
    # A file, as writing to a pipe fails in ways that differ between event loops if the program ends without reading.
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
