"""faster-whisper, with stand-ins for its packages, which are not installed here."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

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
    failure: Exception | None = None
    arguments: dict[str, Any]

    def model(self, folder: str, **options: Any) -> Any:
        self.arguments = {"folder": folder, **options}
        if self.failure:
            raise self.failure
        return SimpleNamespace(
            transcribe=lambda samples, **_: ([SimpleNamespace(text=" hello "), SimpleNamespace(text="you")], None)
        )


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> Packages:
    packages = Packages()
    monkeypatch.setattr(os, "environ", {**os.environ})
    monkeypatch.setitem(sys.modules, "ctranslate2", SimpleNamespace(get_cuda_device_count=lambda: packages.devices))
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
