"""Loads the CUDA libraries that CTranslate2 4.8.5 opens by name, from Python packages."""

import ctypes
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

from morgan_shared.engine import EngineUnavailableError

LIBRARIES = ("cublas/lib/libcublasLt.so.12", "cublas/lib/libcublas.so.12")
"""Paths in packages named nvidia.*, each after its dependencies. CTranslate2 4.8.5 contains the CUDA runtime."""


def load_cuda_libraries(open_library: Callable[[str, int], object] = ctypes.CDLL) -> None:
    """Load the libraries, so that CTranslate2 finds them. The dynamic loader does not search Python's folders.

    Args:
        open_library: loads the library at a path, with flags of dlopen.

    Raises:
        EngineUnavailableError: names the library that is missing or cannot be loaded.

    """
    for library in LIBRARIES:
        path = _find(library)
        if path is None:
            raise EngineUnavailableError(
                f"nvidia/{library} is missing from Python's packages: install nvidia-cublas-cu12"
            )
        try:
            open_library(str(path), ctypes.RTLD_GLOBAL)
        except OSError as error:
            raise EngineUnavailableError(f"the CUDA library {path} cannot be loaded: {error}") from error


def _find(library: str) -> Path | None:
    found = (Path(folder) / library for folder in _folders())
    return next((path for path in found if path.is_file()), None)


def _folders() -> Iterable[str]:
    package = find_spec("nvidia")
    return () if package is None else package.submodule_search_locations or ()
