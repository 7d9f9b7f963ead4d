"""Starts the service."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from morgan_core.settings import CoreSettings
from morgan_shared.server import run

if TYPE_CHECKING:
    from fastapi import FastAPI


def _load_factory() -> Callable[[CoreSettings], "FastAPI"]:
    from morgan_core.app import create_app

    return create_app


if __name__ == "__main__":
    run("core", CoreSettings, _load_factory)
