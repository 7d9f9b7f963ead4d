from pathlib import Path

import pytest
from pydantic import Field, SecretStr

from morgan_shared.settings import BaseUrl, CommonSettings, SettingsError, StoreUrl, load_settings, reveal


class ExampleSettings(CommonSettings):
    port: int = Field(default=8000, ge=1, le=65535)
    peer_url: BaseUrl
    store_url: StoreUrl = "redis://redis:6379/0"
    store_password: SecretStr | None = None


PEER = {"MORGAN_PEER_URL": "http://peer:8001/"}


def test_defaults_hold_for_unset_and_empty_variables() -> None:
    settings = load_settings(ExampleSettings, {**PEER, "MORGAN_PORT": "", "MORGAN_STORE_PASSWORD_FILE": ""})
    assert (settings.port, settings.log_level, settings.max_body_bytes) == (8000, "info", 10 * 1024 * 1024)
    assert reveal(settings.store_password) is None


def test_a_base_url_loses_its_trailing_slash() -> None:
    assert load_settings(ExampleSettings, PEER).peer_url == "http://peer:8001"


def test_a_secret_is_read_from_its_file_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hunter2\n")
    settings = load_settings(ExampleSettings, {**PEER, "MORGAN_STORE_PASSWORD_FILE": str(tmp_path / "password")})
    assert reveal(settings.store_password) == "hunter2"
    assert "hunter2" not in repr(settings)


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    environment = {
        "MORGAN_PORT": "http",
        "MORGAN_LOG_LEVEL": "loud",
        "MORGAN_MAX_BODY_BYTES": "0",
        "MORGAN_STORE_PASSWORD_FILE": str(tmp_path / "empty"),
    }
    with pytest.raises(SettingsError) as caught:
        load_settings(ExampleSettings, environment)
    reported = str(caught.value).splitlines()[1:]
    named = {line.split(":")[0].strip() for line in reported}
    assert named == {
        "MORGAN_PORT",
        "MORGAN_LOG_LEVEL",
        "MORGAN_MAX_BODY_BYTES",
        "MORGAN_STORE_PASSWORD_FILE",
        "MORGAN_PEER_URL",
    }
    assert any("'http'" in line for line in reported)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MORGAN_STORE_PASSWORD", "hunter2"),
        ("MORGAN_STORE_PASSWORD_FILE", "/nowhere/hunter3"),
        ("MORGAN_STORE_URL", "redis://:hunter2@redis"),
        ("MORGAN_PEER_URL", "peer:8001"),
        ("MORGAN_PEER_URL", "ftp://peer"),
    ],
)
def test_a_wrong_variable_is_named_and_no_password_is_shown(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable) as caught:
        load_settings(ExampleSettings, {**PEER, variable: value})
    assert "hunter2" not in str(caught.value)
