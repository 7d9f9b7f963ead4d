"""Completes the header of a WAV file that was written as a stream."""

import os

MAX_CHUNKS = 64
"""Chunks that are read in search of the samples and of the end."""


def complete_header(file: int) -> None:
    """Mark the samples as reaching to the end of the file, if their length was never filled in.

    A program that writes to a pipe cannot go back to its header, and many leave the length 0 there. libsndfile 1.2.2
    takes 0 for a file without samples. It takes the largest number for "up to the end of the file".
    """
    if os.pread(file, 4, 0) != b"RIFF":
        return
    at = 12
    for _ in range(MAX_CHUNKS):
        name, size = _chunk(file, at)
        if name == b"data":
            if size == 0 and not _are_chunks(file, at + 8):
                os.pwrite(file, b"\xff\xff\xff\xff", at + 4)
            return
        if size is None:
            return
        at += 8 + size + size % 2


def _are_chunks(file: int, at: int) -> bool:
    """Return True if further chunks, and nothing else, stand between `at` and the end of the file."""
    end = os.fstat(file).st_size
    for _ in range(MAX_CHUNKS):
        if at >= end:
            return True
        name, size = _chunk(file, at)
        if size is None or not all(0x20 <= letter < 0x7F for letter in name) or at + 8 + size > end:
            return False
        at += 8 + size + size % 2
    return False


def _chunk(file: int, at: int) -> tuple[bytes, int | None]:
    """Return the name and the size of a chunk; the size is None at the end of the file."""
    head = os.pread(file, 8, at)
    return head[:4], int.from_bytes(head[4:], "little") if len(head) == 8 else None
