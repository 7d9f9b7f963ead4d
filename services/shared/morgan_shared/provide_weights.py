"""Provides the weights that a service is set to use: from its folder, or by a download into it."""

from morgan_shared.engine import EngineUnavailableError, Report
from morgan_shared.hub import download
from morgan_shared.model_settings import ModelSettings
from morgan_shared.settings import reveal
from morgan_shared.weights import RECORD, ModelFiles, Record, is_whole, missing_file


def provide_weights(settings: ModelSettings, files: ModelFiles, report: Report) -> None:
    """Provide the weights in the folder, by a download if the weights are missing and downloads are allowed.

    Raises:
        EngineUnavailableError: if the weights cannot be provided; names the missing file and the remedy.

    """
    held = Record.read(settings.model_dir)
    if settings.model is not None and settings.may_download:
        if missing_file(settings.model_dir, files) or held is None or not is_whole(held, str(settings.model)):
            token = reveal(settings.model_token)
            download(settings.model, settings.model_dir, files, report, token=token)
    elif problem := _problem(settings, files, held):
        raise EngineUnavailableError(problem)


def damaged_weights(settings: ModelSettings, files: ModelFiles, error: Exception) -> str:
    """Describe weights that cannot be loaded, with their folder and the remedy."""
    folder = settings.model_dir
    text = str(error).strip() or type(error).__name__
    remedy = "remove them for a new download" if settings.may_download else "replace them"
    return f"{files.kind} cannot be loaded from {folder}: {text.splitlines()[0]}; if its files are damaged, {remedy}"


def _problem(settings: ModelSettings, files: ModelFiles, held: Record | None) -> str | None:
    """Describe the folder's problem if nothing may be downloaded; None if the folder has the weights."""
    folder, model = settings.model_dir, settings.model
    remedy = (
        "set MORGAN_MODEL to download a model from the model hub"
        if model is None
        else f"allow the download of {model}, which MORGAN_MODEL_OFFLINE forbids"
    )
    replaced = f"remove {folder / RECORD} if you have put the files there yourself"
    if held is not None and not held.complete:
        return f"{folder} holds a part of {held.model}, whose download was interrupted: {remedy}, or {replaced}"
    if held is not None and model is not None and held.model != str(model):
        return f"{folder} holds {held.model}, not {model}: {remedy}, or {replaced}"
    if missing := missing_file(folder, files):
        return f"{missing} is missing: put the files of {files.kind} there, or {remedy}"
    return None
