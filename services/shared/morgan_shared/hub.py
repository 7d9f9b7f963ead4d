"""Downloads from the hub of models, with the client that the engines' packages bring."""

import os
import shutil
import tempfile
from pathlib import Path

import structlog

from morgan_shared.engine import EngineUnavailableError, Report
from morgan_shared.model_settings import HubModel, ModelSettings
from morgan_shared.weights import ModelFiles, Record

RETRY_S = 60.0
"""Seconds until the hub is asked again, which others use too."""

log = structlog.get_logger("morgan.hub")


def prepare_environment(settings: ModelSettings) -> None:
    """Set up the hub's client, which reads its environment once: call this before anything imports it."""
    os.environ |= {
        # The home folder is read-only.
        "HF_HOME": str(Path(tempfile.gettempdir()) / "huggingface"),
        "HF_HUB_OFFLINE": "0" if settings.may_download else "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        # Its transfer protocol of its own needs a package and a cache; plain HTTP needs neither.
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_VERBOSITY": "error",
    }


def download(model: HubModel, folder: Path, files: ModelFiles, report: Report) -> None:
    """Fill the folder with a model's files, and nothing else of its repository.

    A file appears when it is whole; those that are there already when a download is taken up again are kept.

    Raises:
        EngineUnavailableError: says why the model cannot be had.

    """
    try:
        _download(model, folder, files, report)
    except EngineUnavailableError:
        raise
    except Exception as error:
        # The client raises what its HTTP library and the operating system raise, and types of its own.
        raise EngineUnavailableError(describe_failure(error, model, folder), retry_s=RETRY_S) from None


def _download(model: HubModel, folder: Path, files: ModelFiles, report: Report) -> None:
    from huggingface_hub import HfApi, hf_hub_download

    found = HfApi().model_info(model.repository, revision=model.revision, token=False)
    listed = {file.rfilename for file in found.siblings}
    if lacking := [name for name in files.required if name not in listed]:
        raise EngineUnavailableError(f"{model} is not {files.kind}: it has no {lacking[0]}", retry_s=RETRY_S)
    wanted = [name for name in files.names if name in listed]
    held = Record.read(folder)
    if held is None or (held.model, held.commit) != (str(model), found.sha):
        # The client takes a file that is there for the one it wants if the hub fails in between.
        for name in files.names:
            (folder / name).unlink(missing_ok=True)
    Record(str(model), found.sha, complete=False).write(folder)
    log.info("downloading", model=str(model), commit=found.sha, files=wanted)
    # One by one: the client's own download of several files runs in threads that the end of the process waits for.
    for number, name in enumerate(wanted, 1):
        report(f"downloading model {model}: {name}, file {number} of {len(wanted)}")
        hf_hub_download(model.repository, name, revision=found.sha, local_dir=folder, token=False)
    Record(str(model), found.sha, complete=True).write(folder)
    report("loading")
    # The client's notes, and parts of files that killed downloads have left.
    shutil.rmtree(folder / ".cache" / "huggingface", ignore_errors=True)
    log.info("downloaded", model=str(model))


def describe_failure(error: Exception, model: HubModel, folder: Path) -> str:
    """Say why a download failed, without the error's own text: it may hold signed addresses."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status in (401, 403, 404):
        return (
            f"the hub has no model {model} for everyone (HTTP {status}): check the id and the revision in MORGAN_MODEL"
            f"; the files of a private model have to be put into {folder}"
        )
    if status is not None:
        return f"model {model} cannot be downloaded: the hub answers HTTP {status}"
    root = _root(error)
    cause = (isinstance(root, OSError) and root.strerror) or type(root).__name__
    if isinstance(error, OSError) and error.filename is not None:
        return f"model {model} cannot be downloaded: {error.filename}: {cause}; {folder} has to be writable"
    return f"model {model} cannot be downloaded: {cause}; check the way to the hub, or HF_ENDPOINT for a mirror of it"


def _root(error: BaseException) -> BaseException:
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error
