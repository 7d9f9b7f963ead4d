"""Settings from environment variables, checked as a whole before anything else starts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

PREFIX = "MORGAN_"
MIB = 1024 * 1024


class SettingsError(Exception):
    """The settings are wrong; the message lists every problem."""


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a base URL such as http://host:8000")
    return value.rstrip("/")


def _without_password(value: str) -> str:
    if urlsplit(value).password is not None:
        raise ValueError("must not hold a password: give it as a file, in the variable that ends in _PASSWORD_FILE")
    return value


BaseUrl = Annotated[str, AfterValidator(_base_url)]
"""An http or https URL without a trailing slash."""

StoreUrl = Annotated[str, AfterValidator(_without_password)]
"""The URL of a backing service, whose password comes as a file."""


class CommonSettings(BaseModel):
    """Common settings. A field `name` is read from MORGAN_NAME, a secret from the file in MORGAN_NAME_FILE."""

    model_config = ConfigDict(frozen=True)

    host: str = "0.0.0.0"  # noqa: S104 (a container's only way to be reached)
    """Address to listen on."""
    port: int = Field(ge=1, le=65535)
    """TCP port to listen on."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Lowest severity that is logged."""
    max_body_bytes: int = Field(default=10 * MIB, ge=1)
    """Largest request body in bytes; a larger body is answered with 413."""
    max_requests: int = Field(default=128, ge=1)
    """Requests at once; further requests are answered with 503."""
    held_bytes: int = Field(default=48 * MIB, ge=0)
    """Bytes of large bodies and answers that all requests hold together; beyond them requests are answered with 503.
    One body of `max_body_bytes` always has room."""
    request_timeout_s: float = Field(default=30, gt=0)
    """Seconds until a request that has no answer yet is answered with 504."""

    openapi: bool = False
    """True if GET /openapi.json returns the description of the routes."""


class AudioSettings(CommonSettings):
    """Further settings of services that work on audio."""

    max_audio_s: float = Field(default=300, gt=0)
    """Longest recording in seconds; a longer recording is answered with 413."""
    workers: int = Field(default=1, ge=1, le=64)
    """Requests that run at once, each on a CPU core of its own."""
    queue: int = Field(default=8, ge=0)
    """Requests that may wait for a worker; further requests are answered with 503."""


Settings = TypeVar("Settings", bound=CommonSettings)


def reveal(secret: SecretStr | None) -> str | None:
    """Return the text of a secret, or None if the secret is not set."""
    return None if secret is None else secret.get_secret_value()


def load_settings(settings_type: type[Settings], environment: Mapping[str, str]) -> Settings:
    """Read the settings from the environment; an empty variable counts as unset.

    Raises:
        SettingsError: with every problem, one a line.

    """
    values: dict[str, str] = {}
    problems: list[str] = []
    for name, field in settings_type.model_fields.items():
        variable = PREFIX + name.upper()
        if SecretStr not in (field.annotation, *get_args(field.annotation)):
            value = environment.get(variable)
        else:
            if variable in environment:
                problems.append(f"{variable}: a secret is not given as a value; give a file in {variable}_FILE")
            value = _read_secret(f"{variable}_FILE", environment, problems)
        if value:
            values[name] = value
    try:
        settings = settings_type.model_validate(values)
    except ValidationError as error:
        problems.extend(_describe(error, settings_type))
    if problems:
        raise SettingsError("the configuration is wrong:\n" + "\n".join(f"  {problem}" for problem in problems))
    return settings


def _read_secret(variable: str, environment: Mapping[str, str], problems: list[str]) -> str | None:
    path = environment.get(variable)
    if not path:
        return None
    try:
        secret = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{variable}: cannot read {path}: {getattr(error, 'strerror', None) or 'not UTF-8'}")
        return None
    if not secret:
        problems.append(f"{variable}: {path} is empty")
    return secret


def _describe(error: ValidationError, settings_type: type[CommonSettings]) -> list[str]:
    described = []
    for problem in error.errors(include_url=False):
        name = str(problem["loc"][0])
        field = settings_type.model_fields[name]
        secret = SecretStr in (field.annotation, *get_args(field.annotation))
        variable = PREFIX + name.upper() + ("_FILE" if secret else "")
        if problem["type"] == "missing":
            described.append(f"{variable}: is required and not set")
        else:
            got = "" if secret or "password" in problem["msg"] else f" (got {problem['input']!r})"
            described.append(f"{variable}: {problem['msg'].removeprefix('Value error, ')}{got}")
    return described
