"""The files of a model, and the record of the model that a folder holds."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

RECORD = ".morgan-model.json"
"""File that says which model a folder was filled with."""


@dataclass(frozen=True)
class ModelFiles:
    """The files of an engine's models."""

    kind: str
    """What such a model is called, with its article."""
    required: tuple[str, ...]
    """Names of the files without which it does not load."""
    optional: tuple[str, ...]
    """Names of files that only some models have, and which those need."""

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return self.required + self.optional


@dataclass(frozen=True)
class Record:
    """What a download put into a folder."""

    model: str
    commit: str
    """Commit to which the model's revision led."""
    complete: bool
    """Whether all files are there; until then, the model must not be loaded."""

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Return the folder's record; None if it was not filled by a download, or by one whose record is damaged."""
        try:
            return cls(**json.loads((folder / RECORD).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, folder: Path) -> None:
        """Write the record so that a reader finds either the old or the new one."""
        draft = folder / f"{RECORD}.new"
        draft.write_text(json.dumps(asdict(self)), encoding="utf-8")
        draft.replace(folder / RECORD)


def is_whole(held: Record, model: str) -> bool:
    """Return whether the folder was filled with all of this model."""
    return held.complete and held.model == model


def missing_file(folder: Path, files: ModelFiles) -> Path | None:
    """Return the first required file that the folder lacks."""
    return next((folder / name for name in files.required if not (folder / name).is_file()), None)
