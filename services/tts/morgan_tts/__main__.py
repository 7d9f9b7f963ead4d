"""Starts the service."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from morgan_shared.server import run
from morgan_tts.settings import TtsSettings

if TYPE_CHECKING:
    from fastapi import FastAPI


def _load_factory() -> Callable[[TtsSettings], "FastAPI"]:
    from morgan_tts.app import create_app

    return create_app


if __name__ == "__main__":
    run("tts", TtsSettings, _load_factory)
