"""Starting a service as a process, and ending it."""

import gc
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

from morgan_shared.settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

WRONG_SETTINGS = 2
"""Exit code when the environment is wrong, so that it is told apart from a crash."""


def run(
    service: str, settings_type: type[Settings], load_factory: Callable[[], Callable[[Settings], "FastAPI"]]
) -> None:
    """Serve until SIGTERM; then close the listening socket, finish the requests in flight and exit with 0.

    Args:
        service: the service's name.
        settings_type: its settings.
        load_factory: imports and returns what makes the application; called once the settings are known to be good,
            so that a wrong one is told at once and not after the imports.

    """
    # As a container's first process, one without a handler would ignore the signal while it imports.
    signal.signal(signal.SIGTERM, _exit)
    signal.signal(signal.SIGINT, _exit)
    try:
        settings = load_settings(settings_type, os.environ)
    except SettingsError as error:
        print(f"{service}: {error}", file=sys.stderr)
        sys.exit(WRONG_SETTINGS)

    # numpy's BLAS starts a thread per core when it is imported, and no service multiplies matrices with it.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

    from morgan_shared.logs import configure_logging

    configure_logging(settings, service)

    import uvicorn

    config = uvicorn.Config(
        load_factory()(settings),
        host=settings.host,
        port=settings.port,
        workers=1,
        log_config=None,
        access_log=False,
        server_header=False,
        # No service has WebSockets, and importing what serves them takes time at every start.
        ws="none",
        # A request's own time limit ends it sooner; this is for answers that stream.
        timeout_graceful_shutdown=int(settings.request_timeout_s) + 1,
    )
    uvicorn.Server(config).run()


def _exit(_signal: int, _frame: FrameType | None) -> None:
    # What was imported is not worth a search for garbage: it takes 0.2 s, for which a rollout would wait.
    gc.freeze()
    sys.exit(0)
