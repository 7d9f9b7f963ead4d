"""Settings of a service whose engine takes weights from a folder."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator

from morgan_shared.settings import CommonSettings

Device = Literal["cuda", "cpu"]

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_MODEL = re.compile(rf"({_NAME}/{_NAME})(?:@([A-Za-z0-9][A-Za-z0-9._/-]*))?")


@dataclass(frozen=True)
class HubModel:
    """A model of the hub."""

    repository: str
    """Its id, such as org/name."""
    revision: str = "main"
    """A branch, a tag or a commit."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `org/name` or `org/name@revision`.

        Raises:
            ValueError: if it is neither.

        """
        found = _MODEL.fullmatch(text)
        if found is None:
            raise ValueError("must be a model of the hub, such as org/name or org/name@revision")
        repository, revision = found.groups()
        return cls(repository) if revision is None else cls(repository, revision)

    def __str__(self) -> str:
        return f"{self.repository}@{self.revision}"


class ModelSettings(CommonSettings):
    """What such a service takes besides."""

    device: Device = "cuda"
    """Where an engine with a choice works. No such device: the service is not ready, and does not turn to another."""
    model_dir: Path = Path("/models")
    """Folder of the weights; with `model` it has to be writable, and what it holds is replaced."""
    model: Annotated[HubModel, BeforeValidator(HubModel.parse)] | None = None
    """Model that is downloaded where the folder does not hold it; unset, only what the folder holds."""
    model_offline: bool = False
    """Whether the hub is never asked, so that the folder has to hold `model` already."""

    @property
    def may_download(self) -> bool:
        """Whether weights that are missing come from the hub."""
        return self.model is not None and not self.model_offline
