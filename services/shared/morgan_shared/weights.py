"""Which weights a folder holds, and whether the ones asked for have to be downloaded first."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from morgan_shared.engine import EngineUnavailableError, Report
from morgan_shared.model_settings import ModelSettings

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


def provide_weights(settings: ModelSettings, files: ModelFiles, report: Report) -> None:
    """Have the folder hold the weights asked for: download them if they are not there and that is allowed.

    Raises:
        EngineUnavailableError: if they are not there and cannot be had; says which file is missing and what to do.

    """
    held = Record.read(settings.model_dir)
    if settings.model is not None and settings.may_download:
        if missing_file(settings.model_dir, files) or held is None or not is_whole(held, str(settings.model)):
            from morgan_shared.hub import download

            download(settings.model, settings.model_dir, files, report)
    elif problem := _problem(settings, files, held):
        raise EngineUnavailableError(problem)


def is_whole(held: Record, model: str) -> bool:
    """Return whether the folder was filled with all of this model."""
    return held.complete and held.model == model


def missing_file(folder: Path, files: ModelFiles) -> Path | None:
    """Return the first required file that the folder lacks."""
    return next((folder / name for name in files.required if not (folder / name).is_file()), None)


def damaged_weights(settings: ModelSettings, files: ModelFiles, error: Exception) -> str:
    """Say that the weights cannot be loaded, and what to do, which starts with the folder."""
    folder = settings.model_dir
    text = str(error).strip() or type(error).__name__
    mend = "remove them to have them downloaded anew" if settings.may_download else "put them there anew"
    return f"{files.kind} cannot be loaded from {folder}: {text.splitlines()[0]}; if its files are damaged, {mend}"


def _problem(settings: ModelSettings, files: ModelFiles, held: Record | None) -> str | None:
    """Say what is wrong with the folder where nothing may be downloaded."""
    folder, model = settings.model_dir, settings.model
    ask = (
        "set MORGAN_MODEL to have a model of the hub downloaded"
        if model is None
        else f"allow the download of {model}, which MORGAN_MODEL_OFFLINE forbids"
    )
    replaced = f"remove {folder / RECORD} if you have put the files there by now"
    if held is not None and not held.complete:
        return f"{folder} holds a part of {held.model}, whose download was broken off: {ask}, or {replaced}"
    if held is not None and model is not None and held.model != str(model):
        return f"{folder} holds {held.model}, not {model}: {ask}, or {replaced}"
    if missing := missing_file(folder, files):
        return f"{missing} is missing: put the files of {files.kind} there, or {ask}"
    return None
