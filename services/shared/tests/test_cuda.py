"""The reasons for a missing CUDA device, from a stand-in for the driver."""

from typing import Any

import pytest

from morgan_shared.cuda import is_gpu_failure, require_device
from morgan_shared.engine import EngineUnavailableError


class Driver:
    def __init__(self, code: int = 0, version: int = 12020) -> None:
        self._code = code
        self._version = version

    def cuInit(self, flags: int) -> int:  # noqa: N802
        assert flags == 0
        return self._code

    def cuDriverGetVersion(self, version: Any) -> int:  # noqa: N802
        version._obj.value = self._version
        return 0


def missing(name: str) -> Any:
    raise OSError(f"{name}: cannot open shared object file")


def test_a_device_that_was_found_is_enough() -> None:
    require_device(found=True, open_library=missing)


@pytest.mark.parametrize(
    ("open_library", "reason"),
    [
        (missing, "libcuda.so.1, the driver's library, is missing: check that the container is given a GPU"),
        (lambda _name: Driver(100), "the driver fails with error 100 (it finds no device): check nvidia-smi"),
        (lambda _name: Driver(999), "the driver fails with error 999 (see CUresult): check nvidia-smi"),
        (lambda _name: Driver(), "the driver offers CUDA 12.2, and the engine was built for another"),
    ],
)
def test_the_reason_is_reported_with_a_remedy(open_library: Any, reason: str) -> None:
    with pytest.raises(EngineUnavailableError) as caught:
        require_device(found=False, open_library=open_library)
    assert f"no CUDA device can be used: {reason}" in str(caught.value)
    assert str(caught.value).endswith("or set MORGAN_DEVICE to cpu")


@pytest.mark.parametrize(
    ("error", "failed"),
    [
        (RuntimeError("CUDA failed with error unspecified launch failure"), True),
        (RuntimeError("CUDA error: device-side assert triggered\nCUDA kernel errors might be reported later"), True),
        (RuntimeError("cuBLAS failed with status CUBLAS_STATUS_NOT_INITIALIZED"), True),
        (RuntimeError("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR"), True),
        (RuntimeError("CUDA failed with error out of memory"), False),
        (RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB."), False),
        (RuntimeError("cuBLAS failed with status CUBLAS_STATUS_ALLOC_FAILED"), False),
        (RuntimeError("No SGEMM backend on CPU"), False),
        (ValueError("CUDA failed with error unspecified launch failure"), False),
    ],
)
def test_a_failure_of_the_gpu_is_told_from_a_lack_of_memory(error: Exception, failed: bool) -> None:
    assert is_gpu_failure(error) == failed
