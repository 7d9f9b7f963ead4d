"""Gets from the driver the reason why no CUDA device can be used, so that every engine reports the same reason."""

import ctypes
import re
from collections.abc import Callable
from typing import Any

from morgan_shared.engine import EngineUnavailableError

DRIVER = "libcuda.so.1"
ERRORS = {
    100: "it finds no device",
    802: "the system's fabric manager is not running",
    803: "the driver's library and the kernel's module are of different versions",
    804: "the GPU does not support this driver's forward compatibility",
}
"""Errors of `cuInit` that a machine's set-up causes, by their number in CUresult (cuda.h)."""


_GPU_FAILURE = re.compile(r"\b(cuda|cublas|cudnn)", re.IGNORECASE)
_MEMORY_FAILURE = re.compile(r"out of memory|alloc_failed", re.IGNORECASE)


def is_gpu_failure(error: Exception) -> bool:
    """Return True for an error after which no request can use the GPU until the process has started again.

    CTranslate2 4.8.5 and torch 2.10 raise a RuntimeError, such as "CUDA failed with error unspecified launch failure".
    A lack of memory is no such error, since the next request may need less.
    """
    text = str(error)
    return isinstance(error, RuntimeError) and bool(_GPU_FAILURE.search(text)) and not _MEMORY_FAILURE.search(text)


def require_device(*, found: bool, open_library: Callable[[str], Any] = ctypes.CDLL) -> None:
    """Raise unless the engine has found a device.

    Args:
        found: True if the engine has found a device.
        open_library: opens the driver's library.

    Raises:
        EngineUnavailableError: with the reason and what to check.

    """
    if not found:
        reason = _reason(open_library)
        raise EngineUnavailableError(f"no CUDA device can be used: {reason}, or set MORGAN_DEVICE to cpu")


def _reason(open_library: Callable[[str], Any]) -> str:
    try:
        driver = open_library(DRIVER)
    except OSError:
        return f"{DRIVER}, the driver's library, is missing: check that the container is given a GPU"
    if code := driver.cuInit(0):
        return f"the driver fails with error {code} ({ERRORS.get(code, 'see CUresult')}): check nvidia-smi on the host"
    version = ctypes.c_int()
    driver.cuDriverGetVersion(ctypes.byref(version))
    offered = f"{version.value // 1000}.{version.value % 1000 // 10}"
    return f"the driver offers CUDA {offered}, and the engine was built for another version: check the host's driver"
