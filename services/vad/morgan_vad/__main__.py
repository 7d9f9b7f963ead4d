"""Starts the service."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from morgan_shared.server import run
from morgan_vad.settings import VadSettings

if TYPE_CHECKING:
    from fastapi import FastAPI


def _load_factory() -> Callable[[VadSettings], "FastAPI"]:
    from morgan_vad.app import create_app

    return create_app


if __name__ == "__main__":
    run("vad", VadSettings, _load_factory)
