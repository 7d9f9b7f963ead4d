"""faster-whisper, with stand-ins for its packages, which are not installed here."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from morgan_shared.engine import EngineUnavailableError
from morgan_stt.app import create_app
from morgan_stt.cuda_libraries import LIBRARIES, load_cuda_libraries
from morgan_stt.settings import SttSettings

WAV = {"content-type": "audio/wav"}


class Packages:
    """The state of the stand-ins, and the arguments of their last call."""

    devices = 0
    types = frozenset({"float16", "int8", "float32"})
    bands, computed_bands = 80, 80
    failure: Exception | None = None
    failure_of_requests: Exception | None = None
    arguments: dict[str, Any]

    def model(self, folder: str, **options: Any) -> Any:
        self.arguments = {"folder": folder, **options}
        if self.failure:
            raise self.failure
        return SimpleNamespace(
            transcribe=self.transcribe,
            model=SimpleNamespace(n_mels=self.bands),
            feature_extractor=SimpleNamespace(mel_filters=np.zeros((self.computed_bands, 201))),
        )

    def transcribe(self, _samples: Any, **_options: Any) -> Any:
        if self.failure_of_requests:
            raise self.failure_of_requests
        return [SimpleNamespace(text=" hello "), SimpleNamespace(text="you")], None


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> Packages:
    packages = Packages()
    monkeypatch.setattr(os, "environ", {**os.environ})
    ctranslate2 = SimpleNamespace(
        get_cuda_device_count=lambda: packages.devices, get_supported_compute_types=lambda _device: packages.types
    )
    monkeypatch.setitem(sys.modules, "ctranslate2", ctranslate2)
    monkeypatch.setitem(sys.modules, "faster_whisper", SimpleNamespace(WhisperModel=packages.model))
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "morgan_stt.whisper_engine", raising=False)
    return packages


@pytest.fixture
def weights(make_weights: Callable[..., Path]) -> Path:
    return make_weights("config.json", "model.bin", "tokenizer.json")


def whisper(**settings: Any) -> FastAPI:
    return create_app(SttSettings(engine="faster-whisper", **settings))


def test_on_the_cpu_it_works_without_a_device(
    running: Any, packages: Packages, weights: Path, recording: bytes
) -> None:
    with running(whisper(device="cpu", model_dir=weights)) as client:
        ready = client.get("/ready").json()
        text = client.post("/v1/transcribe", content=recording, headers=WAV).json()["text"]
    assert (ready["ready"], ready["engine"], ready["device"]) == (True, "faster-whisper", "cpu")
    assert text == "hello you"
    assert packages.arguments == {
        "folder": str(weights),
        "device": "cpu",
        "compute_type": "int8",
        "local_files_only": True,
    }


def test_without_a_device_it_does_not_fall_back_to_the_cpu(
    running: Any, reason: Any, packages: Packages, weights: Path
) -> None:
    with running(whisper(model_dir=weights)) as client:
        assert "no CUDA device can be used: " in reason(client)
        assert client.get("/ready").json()["device"] == "cuda"
    assert not hasattr(packages, "arguments")


def test_on_a_device_the_libraries_are_loaded_first(
    running: Any, reason: Any, packages: Packages, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages.devices = 1
    with running(whisper(model_dir=weights)) as client:
        # None of NVIDIA's packages is installed here.
        assert f"nvidia/{LIBRARIES[0]} is missing" in reason(client)
    monkeypatch.setattr("morgan_stt.whisper_engine.load_cuda_libraries", lambda: None)
    with running(whisper(model_dir=weights)) as client:
        assert client.get("/ready").json()["device"] == "cuda"
    assert (packages.arguments["device"], packages.arguments["compute_type"]) == ("cuda", "float16")


@pytest.mark.parametrize(("types", "taken"), [({"int8", "float32", "int8_float32"}, "int8"), ({"float32"}, "float32")])
def test_on_a_device_without_float16_another_type_is_taken(
    running: Any, packages: Packages, weights: Path, monkeypatch: pytest.MonkeyPatch, types: set[str], taken: str
) -> None:
    packages.devices, packages.types = 1, frozenset(types)
    monkeypatch.setattr("morgan_stt.cuda_libraries.load_cuda_libraries", lambda: None)
    with running(whisper(model_dir=weights)) as client:
        assert client.get("/ready").status_code == 200
    assert packages.arguments["compute_type"] == taken


def test_a_missing_file_of_the_features_is_named(running: Any, reason: Any, packages: Packages, weights: Path) -> None:
    packages.bands = 128
    file = weights / "preprocessor_config.json"
    with running(whisper(device="cpu", model_dir=weights)) as client:
        assert f"{file} is missing: the model takes 128 mel bands" in reason(client)
    file.touch()
    with running(whisper(device="cpu", model_dir=weights)) as client:
        assert f"{file} is of another model" in reason(client)
    packages.computed_bands = 128
    with running(whisper(device="cpu", model_dir=weights)) as client:
        assert client.get("/ready").status_code == 200


def test_missing_weights_are_named(running: Any, reason: Any, packages: Packages, weights: Path) -> None:
    (weights / "model.bin").unlink()
    with running(whisper(device="cpu", model_dir=weights)) as client:
        assert f"{weights / 'model.bin'} is missing: put the files of a faster-whisper model there" in reason(client)
        assert client.get("/health").json()["engine"] == "faster-whisper"
        refused = client.post("/v1/transcribe", content=b"x", headers=WAV)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "not_ready")


def test_damaged_weights_are_named_with_their_folder(
    running: Any, reason: Any, packages: Packages, weights: Path
) -> None:
    packages.failure = RuntimeError("File model.bin is incomplete: failed to read a value\nat 0")
    with running(whisper(device="cpu", model_dir=weights)) as client:
        assert reason(client) == (
            f"a faster-whisper model cannot be loaded from {weights}: File model.bin is incomplete: "
            "failed to read a value; if its files are damaged, replace them"
        )


def test_a_request_that_fails_for_lack_of_memory_leaves_the_service_ready(
    running: Any, packages: Packages, weights: Path, recording: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("morgan_shared.engine.end_process", lambda: None)
    with running(whisper(device="cpu", model_dir=weights)) as client:
        packages.failure_of_requests = RuntimeError("CUDA failed with error out of memory")
        assert client.post("/v1/transcribe", content=recording, headers=WAV).status_code == 500
        packages.failure_of_requests = None
        assert client.post("/v1/transcribe", content=recording, headers=WAV).json()["text"] == "hello you"


BROKEN_GPU = """
from types import SimpleNamespace


class WhisperModel(SimpleNamespace):
    def __init__(self, *_arguments, **_options):
        super().__init__(model=SimpleNamespace(n_mels=1), feature_extractor=SimpleNamespace(mel_filters=[0]))

    def transcribe(self, *_arguments, **_options):
        raise RuntimeError("CUDA failed with error unspecified launch failure")
"""


def test_a_service_whose_gpu_fails_ends_to_be_started_again(
    start_service: Any, weights: Path, tmp_path: Path, recording: bytes
) -> None:
    (tmp_path / "faster_whisper.py").write_text(BROKEN_GPU)
    (tmp_path / "ctranslate2.py").write_text("def get_supported_compute_types(_device): return ['int8']\n")
    services = Path(__file__).parents[2]
    paths = ":".join(str(path) for path in (services / "shared", services / "stt", tmp_path))
    settings = {"MORGAN_ENGINE": "faster-whisper", "MORGAN_DEVICE": "cpu", "MORGAN_MODEL_DIR": str(weights)}
    process, url = start_service("stt", PYTHONPATH=paths, **settings)
    with httpx2.Client(base_url=url, timeout=20) as client:
        while client.get("/ready").status_code != 200:
            assert process.poll() is None
            time.sleep(0.02)
        assert client.post("/v1/transcribe", content=recording, headers=WAV).status_code == 500
    assert process.wait(timeout=40) == 0
    assert "the engine has failed for good" in process.stdout.read()


def test_pocketsphinx_has_no_choice_of_device() -> None:
    with TestClient(create_app(SttSettings(device="cuda"))) as client:
        assert client.get("/health").json()["device"] == "cpu"


def test_shutdown_does_not_wait_for_a_loading_engine(start_service: Any, tmp_path: Path) -> None:
    (tmp_path / "ctranslate2.py").write_text("import time\ntime.sleep(600)\n")
    services = Path(__file__).parents[2]
    paths = ":".join(str(path) for path in (services / "shared", services / "stt", tmp_path))
    process, _ = start_service("stt", PYTHONPATH=paths, MORGAN_ENGINE="faster-whisper")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0


@pytest.fixture
def nvidia(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make NVIDIA's packages, with empty libraries."""
    for library in LIBRARIES:
        path = tmp_path / "nvidia" / library
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "nvidia", raising=False)
    return tmp_path / "nvidia"


def test_libraries_are_loaded_globally_in_the_order_of_their_needs(nvidia: Path) -> None:
    loaded: list[tuple[str, int]] = []
    load_cuda_libraries(lambda path, flags: loaded.append((path, flags)))
    assert loaded == [(str(nvidia / library), ctypes.RTLD_GLOBAL) for library in LIBRARIES]
    assert [Path(path).name for path, _ in loaded] == ["libcublasLt.so.12", "libcublas.so.12"]


def test_a_missing_library_is_named(nvidia: Path) -> None:
    (nvidia / LIBRARIES[1]).unlink()
    with pytest.raises(EngineUnavailableError, match=r"nvidia/cublas/lib/libcublas\.so\.12 is missing"):
        load_cuda_libraries(lambda path, flags: None)


def test_a_damaged_library_is_named(nvidia: Path) -> None:
    with pytest.raises(EngineUnavailableError, match=rf"{nvidia / LIBRARIES[0]} cannot be loaded: .*too short"):
        load_cuda_libraries()
