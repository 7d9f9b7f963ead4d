"""Provides the weights that a service is set to use: from its folder, or by a download into it."""

from morgan_shared.engine import EngineUnavailableError, Report
from morgan_shared.hub import download
from morgan_shared.model_settings import ModelSettings
from morgan_shared.weights import RECORD, ModelFiles, Record, is_whole, missing_file


def provide_weights(settings: ModelSettings, files: ModelFiles, report: Report) -> None:
    """Have the folder hold the weights asked for: download them if they are not there and that is allowed.

    Raises:
        EngineUnavailableError: if they are not there and cannot be had; says which file is missing and what to do.

    """
    held = Record.read(settings.model_dir)
    if settings.model is not None and settings.may_download:
        if missing_file(settings.model_dir, files) or held is None or not is_whole(held, str(settings.model)):
            download(settings.model, settings.model_dir, files, report)
    elif problem := _problem(settings, files, held):
        raise EngineUnavailableError(problem)


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
