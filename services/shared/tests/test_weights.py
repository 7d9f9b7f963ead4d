"""Weights from a folder or a download, with a stand-in for huggingface_hub that records its requests."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from morgan_shared.engine import EngineUnavailableError
from morgan_shared.model_settings import ModelSettings
from morgan_shared.provide_weights import provide_weights
from morgan_shared.weights import RECORD, ModelFiles

FILES = ModelFiles(kind="a cuckoo clock", required=("wheels", "cuckoo"), optional=("paint",))
FIRST, SECOND = "a" * 40, "b" * 40


class Hub:
    """A stand-in for the used part of huggingface_hub. It records each requested name."""

    def __init__(self) -> None:
        self.commit = FIRST
        self.files = {"wheels": "12", "cuckoo": "wood", "paint": "red", "README.md": "no part of the model"}
        self.failures: dict[str, Exception] = {}
        self.requested: list[str] = []
        self.tokens: set[str | bool] = set()

    def model_info(self, repository: str, *, revision: str, token: str | bool) -> Any:
        self.tokens.add(token)
        self._request(f"{repository}@{revision}")
        return SimpleNamespace(sha=self.commit, siblings=[SimpleNamespace(rfilename=name) for name in self.files])

    def hf_hub_download(self, repository: str, name: str, *, revision: str, local_dir: Path, token: str | bool) -> None:
        """Keep an existing file, as huggingface_hub 2.4.0 does."""
        assert revision == self.commit
        self.tokens.add(token)
        if not (local_dir / name).exists():
            self._request(name)
            (local_dir / name).write_text(self.files[name])
        (local_dir / ".cache" / "huggingface").mkdir(parents=True, exist_ok=True)

    def _request(self, name: str) -> None:
        self.requested.append(name)
        if name in self.failures:
            raise self.failures[name]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    hub = Hub()
    client = SimpleNamespace(HfApi=lambda: hub, hf_hub_download=hub.hf_hub_download)
    monkeypatch.setitem(sys.modules, "huggingface_hub", client)
    return hub


@pytest.fixture
def provide(tmp_path: Path) -> Any:
    """Provide the weights; return the folder's files or the error, and the reported progress."""

    def provide(
        model: str | None = None, *, offline: bool = False, token: str | None = None
    ) -> tuple[dict[str, str] | str, list[str]]:
        settings = ModelSettings.model_validate(
            {"port": 1, "model_dir": tmp_path, "model": model, "model_offline": offline, "model_token": token}
        )
        reports: list[str] = []
        try:
            provide_weights(settings, FILES, reports.append)
        except EngineUnavailableError as error:
            return str(error), reports
        return {name: (tmp_path / name).read_text() for name in FILES.names if (tmp_path / name).exists()}, reports

    return provide


def put(folder: Path, **files: str) -> None:
    for name, content in files.items():
        (folder / name).write_text(content)


def test_a_folder_that_holds_weights_is_taken_as_it_is(hub: Hub, provide: Any, tmp_path: Path) -> None:
    put(tmp_path, wheels="own", cuckoo="own")
    own = {"wheels": "own", "cuckoo": "own"}
    assert provide() == (own, [])
    assert provide("org/clock", offline=True) == (own, [])
    assert hub.requested == []


@pytest.mark.parametrize(
    ("model", "todo"),
    [(None, "set MORGAN_MODEL"), ("org/clock", "the download of org/clock@main, which MORGAN_MODEL_OFF")],
)
def test_a_missing_file_is_named_if_nothing_may_be_downloaded(
    hub: Hub, provide: Any, tmp_path: Path, model: str | None, todo: str
) -> None:
    put(tmp_path, wheels="own")
    problem, _ = provide(model, offline=True)
    assert f"{tmp_path / 'cuckoo'} is missing: put the files of a cuckoo clock there, or " in problem
    assert todo in problem
    assert hub.requested == []


def test_a_model_is_downloaded_once_with_its_own_files_alone(hub: Hub, provide: Any, tmp_path: Path) -> None:
    held, reports = provide("org/clock@v1")
    assert held == {"wheels": "12", "cuckoo": "wood", "paint": "red"}
    assert hub.requested == ["org/clock@v1", "wheels", "cuckoo", "paint"]
    assert reports[1] == "downloading model org/clock@v1: cuckoo, file 2 of 3"
    assert reports[-1] == "loading"
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [RECORD, "cuckoo", "paint", "wheels"]
    for model, offline in (("org/clock@v1", False), ("org/clock@v1", True), (None, False)):
        assert provide(model, offline=offline) == (held, [])
    assert len(hub.requested) == 4


@pytest.mark.parametrize("model", ["org/other", "org/clock@v2"])
def test_another_model_replaces_all_files_of_the_first_model(hub: Hub, provide: Any, model: str) -> None:
    provide("org/clock")
    hub.commit, hub.files = SECOND, {"wheels": "13", "cuckoo": "tin"}
    assert provide(model)[0] == {"wheels": "13", "cuckoo": "tin"}


def test_files_of_another_model_are_not_used(hub: Hub, provide: Any, tmp_path: Path) -> None:
    held, _ = provide("org/clock")
    assert f"{tmp_path} holds org/clock@main, not org/other@main" in provide("org/other", offline=True)[0]
    hub.failures["org/other@main"] = ConnectionRefusedError(111, "Connection refused")
    assert "model org/other@main cannot be downloaded: Connection refused" in provide("org/other")[0]
    assert provide("org/clock")[0] == held


def test_an_interrupted_download_is_resumed_and_not_served(hub: Hub, provide: Any, tmp_path: Path) -> None:
    hub.failures["paint"] = ConnectionResetError(104, "Connection reset by peer")
    assert "Connection reset by peer" in provide("org/clock")[0]
    for model in (None, "org/clock"):
        problem, _ = provide(model, offline=True)
        assert f"{tmp_path} holds a part of org/clock@main" in problem
    hub.failures.clear()
    hub.requested.clear()
    assert provide("org/clock")[0] == {"wheels": "12", "cuckoo": "wood", "paint": "red"}
    assert hub.requested == ["org/clock@main", "paint"]


def test_a_download_is_not_resumed_with_files_of_another_commit(hub: Hub, provide: Any) -> None:
    hub.failures["paint"] = ConnectionResetError(104, "Connection reset by peer")
    provide("org/clock")
    hub.failures.clear()
    hub.commit, hub.files["wheels"] = SECOND, "13"
    assert provide("org/clock")[0] == {"wheels": "13", "cuckoo": "wood", "paint": "red"}


def test_a_removed_file_is_downloaded_again(hub: Hub, provide: Any, tmp_path: Path) -> None:
    held, _ = provide("org/clock")
    (tmp_path / "cuckoo").unlink()
    assert provide("org/clock")[0] == held


def test_a_damaged_record_counts_as_none(hub: Hub, provide: Any, tmp_path: Path) -> None:
    put(tmp_path, wheels="own", cuckoo="own", **{RECORD: '{"model": 5'})
    assert provide("org/clock")[0] == {"wheels": "12", "cuckoo": "wood", "paint": "red"}


def test_a_model_of_another_kind_is_refused_before_anything_is_replaced(hub: Hub, provide: Any, tmp_path: Path) -> None:
    held, _ = provide("org/clock")
    del hub.files["cuckoo"]
    assert provide("org/book")[0] == "org/book@main is not a cuckoo clock: it has no cuckoo"
    assert provide("org/clock")[0] == held


class HttpError(OSError):
    """An error as huggingface_hub 2.4.0 raises it; its text holds the URL."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status} for https://user:hunter2@mirror/file?signature=hunter2")
        self.response = SimpleNamespace(status_code=status)


@pytest.mark.parametrize(
    ("status", "token", "reason"),
    [
        (401, None, "a gated or private model needs the token of an account"),
        (404, None, "has no public model org/clock@main"),
        (502, None, "HTTP 502"),
        (401, "hf_1", "refuses the token for model org/clock@main"),
        (403, "hf_1", "request access to a gated model"),
        (404, "hf_1", "check the id and the revision"),
    ],
)
def test_refusals_name_the_model_and_no_secret(
    hub: Hub, provide: Any, status: int, token: str | None, reason: str
) -> None:
    hub.failures["wheels"] = HttpError(status)
    problem, _ = provide("org/clock", token=token)
    assert reason in problem
    assert f"HTTP {status}" in problem
    assert "hunter2" not in problem
    assert "hf_1" not in problem


def test_the_model_hub_gets_the_token_only_if_it_is_set(hub: Hub, provide: Any) -> None:
    provide("org/clock")
    assert hub.tokens == {False}
    hub.tokens.clear()
    provide("org/other", token="hf_1")  # noqa: S106
    assert hub.tokens == {"hf_1"}
    hub.requested.clear()
    provide("org/other", token="hf_2")  # noqa: S106
    assert (hub.requested, hub.tokens) == ([], {"hf_1"})


def test_the_first_cause_of_a_failure_is_named(hub: Hub, provide: Any) -> None:
    failure = RuntimeError("cannot connect to https://user:hunter2@mirror")
    failure.__cause__ = OSError(-2, "Name or service not known")
    hub.failures["wheels"] = failure
    assert (
        "cannot be downloaded: Name or service not known; check the network, or HF_ENDPOINT" in provide("org/clock")[0]
    )


def test_a_folder_that_cannot_be_written_is_named(hub: Hub, provide: Any, tmp_path: Path) -> None:
    hub.failures["wheels"] = OSError(30, "Read-only file system", str(tmp_path / "wheels"))
    problem, _ = provide("org/clock")
    assert f"{tmp_path / 'wheels'}: Read-only file system; {tmp_path} has to be writable" in problem
