"""Starts a service as a process, and ends it."""

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
"""Exit code if the environment is wrong; a crash has another code."""


def run(
    service: str, settings_type: type[Settings], load_factory: Callable[[], Callable[[Settings], "FastAPI"]]
) -> None:
    """Serve until SIGTERM; then close the listening socket, finish the requests in flight and exit with 0.

    Args:
        service: the service's name.
        settings_type: its settings.
        load_factory: imports and returns the function that makes the application. It is called after the settings are
            checked, so that a wrong setting is reported before the imports.

    """
    # A container's first process ignores a signal until it has a handler (pid_namespaces(7)), also while it imports.
    signal.signal(signal.SIGTERM, _exit)
    signal.signal(signal.SIGINT, _exit)
    try:
        settings = load_settings(settings_type, os.environ)
    except SettingsError as error:
        print(f"{service}: {error}", file=sys.stderr)
        sys.exit(WRONG_SETTINGS)

    # The OpenBLAS of numpy 2.4.6 starts a thread for each CPU core on import, and no service multiplies matrices.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

    from morgan_shared.logs import configure_logging

    configure_logging(settings, service)

    import uvicorn

    from morgan_shared.protocol import HttpProtocol

    config = uvicorn.Config(
        load_factory()(settings),
        host=settings.host,
        port=settings.port,
        workers=1,
        log_config=None,
        access_log=False,
        server_header=False,
        http=HttpProtocol,
        # No service has WebSockets. By default, uvicorn 0.54.0 tries to import packages for them at every start.
        ws="none",
        # The guard's limit ends a request without an answer sooner. This limit is for answers that stream.
        timeout_graceful_shutdown=int(settings.request_timeout_s) + 1,
    )
    uvicorn.Server(config).run()


def _exit(_signal: int, _frame: FrameType | None) -> None:
    # At its end, Python 3.11 searches all objects for garbage. A rollout would wait 0.2 s for that.
    gc.freeze()
    sys.exit(0)
