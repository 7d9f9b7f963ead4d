"""The VITS engine, with stand-ins for its packages, which are not installed here."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
from fastapi import FastAPI

from morgan_tts.app import create_app
from morgan_tts.settings import TtsSettings


class Packages:
    """The stand-ins, which record their calls."""

    def __init__(self) -> None:
        self.torch = MagicMock()
        self.torch.cuda.is_available.return_value = False
        self.transformers = MagicMock()
        self.transformers.AutoConfig.from_pretrained.return_value = SimpleNamespace(model_type="vits")
        tokenizer = self.transformers.AutoTokenizer.from_pretrained.return_value
        tokenizer.phonemize = tokenizer.is_uroman = False


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> Packages:
    packages = Packages()
    monkeypatch.setattr(os, "environ", {**os.environ})
    monkeypatch.setitem(sys.modules, "torch", packages.torch)
    monkeypatch.setitem(sys.modules, "transformers", packages.transformers)
    monkeypatch.delitem(sys.modules, "morgan_tts.vits_engine", raising=False)
    return packages


@pytest.fixture
def weights(make_weights: Callable[..., Path]) -> Path:
    return make_weights("config.json", "model.safetensors", "tokenizer_config.json", "vocab.json")


def vits(**settings: Any) -> FastAPI:
    return create_app(TtsSettings(engine="torch", **settings))


def test_on_the_cpu_it_works_without_a_device_in_float32(running: Any, packages: Packages, weights: Path) -> None:
    with running(vits(device="cpu", model_dir=weights)) as client:
        ready = client.get("/ready").json()
    assert (ready["ready"], ready["engine"], ready["device"]) == (True, "torch", "cpu")
    options = packages.transformers.VitsModel.from_pretrained.call_args.kwargs
    assert options == {"local_files_only": True, "use_safetensors": True, "dtype": packages.torch.float32}
    packages.torch.device.assert_called_with("cpu")


def test_without_a_device_it_does_not_fall_back_to_the_cpu(
    running: Any, reason: Any, packages: Packages, weights: Path
) -> None:
    with running(vits(model_dir=weights)) as client:
        assert "no CUDA device can be used: " in reason(client)
        assert client.get("/ready").json()["device"] == "cuda"
    packages.transformers.VitsModel.from_pretrained.assert_not_called()


def test_on_a_device_it_works_there(running: Any, packages: Packages, weights: Path) -> None:
    packages.torch.cuda.is_available.return_value = True
    with running(vits(model_dir=weights)) as client:
        ready = client.get("/ready").json()
    assert (ready["ready"], ready["device"]) == (True, "cuda")
    packages.torch.device.assert_called_with("cuda")


def test_missing_weights_are_named(running: Any, reason: Any, packages: Packages, weights: Path) -> None:
    (weights / "vocab.json").unlink()
    with running(vits(device="cpu", model_dir=weights)) as client:
        assert f"{weights / 'vocab.json'} is missing: put the files of a VITS model there" in reason(client)


def test_damaged_weights_are_named_with_their_folder(
    running: Any, reason: Any, packages: Packages, weights: Path
) -> None:
    packages.transformers.VitsModel.from_pretrained.side_effect = Exception("incomplete metadata, file not covered")
    with running(vits(device="cpu", model_dir=weights)) as client:
        assert f"a VITS model cannot be loaded from {weights}: incomplete metadata, file not covered;" in reason(client)


def test_another_kind_of_model_is_refused(running: Any, reason: Any, packages: Packages, weights: Path) -> None:
    packages.transformers.AutoConfig.from_pretrained.return_value.model_type = "whisper"
    with running(vits(device="cpu", model_dir=weights)) as client:
        assert reason(client) == f"{weights} holds a model of the type whisper, not a VITS model"


def test_a_model_that_needs_phonemes_is_refused(running: Any, reason: Any, packages: Packages, weights: Path) -> None:
    packages.transformers.AutoTokenizer.from_pretrained.return_value.phonemize = True
    with running(vits(device="cpu", model_dir=weights)) as client:
        assert "does not take plain letters" in reason(client)


def test_a_service_whose_gpu_fails_is_not_ready_and_ends(
    running: Any, reason: Any, packages: Packages, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends: list[str] = []
    monkeypatch.setattr("morgan_shared.engine.end_process", lambda: ends.append("end"))
    tokenizer = packages.transformers.AutoTokenizer.from_pretrained.return_value
    with running(vits(device="cpu", model_dir=weights)) as client:
        for text, found in (("CUDA out of memory. Tried to allocate 2 MiB.", []), ("CUDA error: unspecified", ["end"])):
            tokenizer.side_effect = RuntimeError(text)
            assert client.post("/v1/speech", json={"text": "hello"}).status_code == 500
            assert ends == found
        assert reason(client) == "the engine has failed; the log has the reason"
