"""The setting that names a model, and the environment of huggingface_hub."""

import os
import tempfile
from pathlib import Path

import pytest

from morgan_shared.hub import prepare_environment
from morgan_shared.model_settings import ModelSettings
from morgan_shared.settings import SettingsError, load_settings


@pytest.mark.parametrize(
    ("model", "read"), [("org/clock", "org/clock@main"), ("o-1/c.l_k@refs/pr/1", "o-1/c.l_k@refs/pr/1"), ("", "None")]
)
def test_a_model_is_read_from_the_environment(model: str, read: str) -> None:
    assert str(load_settings(ModelSettings, {"MORGAN_PORT": "1", "MORGAN_MODEL": model}).model) == read


@pytest.mark.parametrize("model", ["clock", "org/clock@", "../clock", "org/../clock", "https://hub/org/clock"])
def test_a_wrong_name_of_a_model_is_refused(model: str) -> None:
    with pytest.raises(SettingsError, match="MORGAN_MODEL: must name a model on the model hub, such as org/name"):
        load_settings(ModelSettings, {"MORGAN_PORT": "1", "MORGAN_MODEL": model})


@pytest.mark.parametrize(
    ("model", "offline", "hub_is_off"), [(None, False, "1"), ("org/clock", True, "1"), ("org/clock", False, "0")]
)
def test_the_client_stays_off_the_network_unless_it_may_download(
    monkeypatch: pytest.MonkeyPatch, model: str | None, offline: bool, hub_is_off: str
) -> None:
    environment: dict[str, str] = {}
    monkeypatch.setattr(os, "environ", environment)
    prepare_environment(ModelSettings.model_validate({"port": 1, "model": model, "model_offline": offline}))
    assert environment["HF_HUB_OFFLINE"] == hub_is_off
    assert environment["HF_HUB_DISABLE_TELEMETRY"] == environment["HF_HUB_DISABLE_XET"] == "1"
    assert Path(environment["HF_HOME"]).is_relative_to(tempfile.gettempdir())
