"""Starts the service."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from morgan_shared.server import run
from morgan_stt.settings import SttSettings

if TYPE_CHECKING:
    from fastapi import FastAPI


def _load_factory() -> Callable[[SttSettings], "FastAPI"]:
    from morgan_stt.app import create_app

    return create_app


if __name__ == "__main__":
    run("stt", SttSettings, _load_factory)
