"""Settings of a service whose engine takes weights from a folder."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, SecretStr

from morgan_shared.settings import CommonSettings

Device = Literal["cuda", "cpu"]

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_MODEL = re.compile(rf"({_NAME}/{_NAME})(?:@([A-Za-z0-9][A-Za-z0-9._/-]*))?")


@dataclass(frozen=True)
class HubModel:
    """A model on the model hub."""

    repository: str
    """Its id, such as org/name."""
    revision: str = "main"
    """A branch, a tag or a commit."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `org/name` or `org/name@revision`.

        Raises:
            ValueError: if the text has neither form.

        """
        found = _MODEL.fullmatch(text)
        if found is None:
            raise ValueError("must name a model on the model hub, such as org/name or org/name@revision")
        repository, revision = found.groups()
        return cls(repository) if revision is None else cls(repository, revision)

    def __str__(self) -> str:
        return f"{self.repository}@{self.revision}"


class ModelSettings(CommonSettings):
    """Settings of a service whose engine loads weights."""

    device: Device = "cuda"
    """Device of an engine that supports both. Without this device the service is not ready; there is no fallback."""
    model_dir: Path = Path("/models")
    """Folder of the weights. With `model` the folder must be writable, and its files are replaced."""
    model: Annotated[HubModel, BeforeValidator(HubModel.parse)] | None = None
    """Model that is downloaded if the folder does not hold it; if unset, the folder's files are used."""
    model_token: SecretStr | None = None
    """Token of an account at the model hub, from the file in MORGAN_MODEL_TOKEN_FILE; needed for gated models only."""
    model_offline: bool = False
    """True if nothing is downloaded, so that the folder must hold `model` already."""

    @property
    def may_download(self) -> bool:
        """True if missing weights are downloaded."""
        return self.model is not None and not self.model_offline
