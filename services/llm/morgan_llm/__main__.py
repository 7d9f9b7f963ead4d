"""Starts the service."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from morgan_llm.settings import LlmSettings
from morgan_shared.server import run

if TYPE_CHECKING:
    from fastapi import FastAPI


def _load_factory() -> Callable[[LlmSettings], "FastAPI"]:
    from morgan_llm.app import create_app

    return create_app


if __name__ == "__main__":
    run("llm", LlmSettings, _load_factory)
