"""The files of a model, and the record of the model that a folder holds."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

RECORD = ".morgan-model.json"
"""File that names the model that a folder was filled with."""


@dataclass(frozen=True)
class ModelFiles:
    """The files of an engine's models."""

    kind: str
    """Name of such a model, with its article."""
    required: tuple[str, ...]
    """Names of the files without which a model does not load."""
    optional: tuple[str, ...]
    """Names of further files, which a model needs if its repository has them."""

    @property
    def names(self) -> tuple[str, ...]:
        """All names."""
        return self.required + self.optional


@dataclass(frozen=True)
class Record:
    """The model that a download put into a folder."""

    model: str
    commit: str
    """Commit of the model's revision at the time of the download."""
    complete: bool
    """True if all files are there; until then, the model must not be loaded."""

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Return the folder's record; None if the record is missing or damaged."""
        try:
            return cls(**json.loads((folder / RECORD).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, folder: Path) -> None:
        """Write the record in one step, so that a reader finds either the old or the new record."""
        draft = folder / f"{RECORD}.new"
        draft.write_text(json.dumps(asdict(self)), encoding="utf-8")
        draft.replace(folder / RECORD)


def is_whole(held: Record, model: str) -> bool:
    """Return True if the folder was filled with all files of this model."""
    return held.complete and held.model == model


def missing_file(folder: Path, files: ModelFiles) -> Path | None:
    """Return the first required file that the folder lacks; None if the folder has all."""
    return next((folder / name for name in files.required if not (folder / name).is_file()), None)
