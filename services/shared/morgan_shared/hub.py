"""Downloads from the model hub with huggingface_hub, which the engines' packages require."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Literal

import structlog

from morgan_shared.engine import EngineUnavailableError, Report
from morgan_shared.hub_failure import describe_failure
from morgan_shared.model_settings import HubModel, ModelSettings
from morgan_shared.weights import ModelFiles, Record

RETRY_S = 60.0
"""Seconds until a failed download is tried again; longer than other retries, since the model hub is shared."""

log = structlog.get_logger("morgan.hub")


def prepare_environment(settings: ModelSettings) -> None:
    """Set the variables of huggingface_hub 2.4.0. Its first import reads them once, so call this before."""
    os.environ |= {
        # The home folder is read-only.
        "HF_HOME": str(Path(tempfile.gettempdir()) / "huggingface"),
        "HF_HUB_OFFLINE": "0" if settings.may_download else "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        # The protocol Xet needs a package and a cache. Plain HTTP needs neither.
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_VERBOSITY": "error",
    }


def download(model: HubModel, folder: Path, files: ModelFiles, report: Report, *, token: str | None = None) -> None:
    """Fill the folder with a model's files, without the rest of the model's repository.

    A file appears when it is complete. A resumed download keeps the complete files. The model hub gets the token, and
    nobody else does.

    Raises:
        EngineUnavailableError: with the reason why the model cannot be downloaded.

    """
    try:
        # huggingface_hub 2.4.0 takes False for no token, and None for a token that it looks for by itself.
        _download(model, folder, files, report, token or False)
    except EngineUnavailableError:
        raise
    except Exception as error:
        # huggingface_hub 2.4.0 raises errors of its own, of its HTTP library and of the operating system.
        raise EngineUnavailableError(describe_failure(error, model, folder, token=token), retry_s=RETRY_S) from None


def _download(model: HubModel, folder: Path, files: ModelFiles, report: Report, token: str | Literal[False]) -> None:
    from huggingface_hub import HfApi, hf_hub_download

    found = HfApi().model_info(model.repository, revision=model.revision, token=token)
    listed = {file.rfilename for file in found.siblings}
    if lacking := [name for name in files.required if name not in listed]:
        raise EngineUnavailableError(f"{model} is not {files.kind}: it has no {lacking[0]}", retry_s=RETRY_S)
    wanted = [name for name in files.names if name in listed]
    held = Record.read(folder)
    if held is None or (held.model, held.commit) != (str(model), found.sha):
        # If the model hub fails during a download, huggingface_hub 2.4.0 takes an existing file for the wanted file.
        for name in files.names:
            (folder / name).unlink(missing_ok=True)
    Record(str(model), found.sha, complete=False).write(folder)
    log.info("downloading", model=str(model), commit=found.sha, files=wanted)
    # One by one: snapshot_download of huggingface_hub 2.4.0 uses threads, and the process could not end before them.
    for number, name in enumerate(wanted, 1):
        report(f"downloading model {model}: {name}, file {number} of {len(wanted)}")
        hf_hub_download(model.repository, name, revision=found.sha, local_dir=folder, token=token)
    Record(str(model), found.sha, complete=True).write(folder)
    report("loading")
    # The folder holds metadata of huggingface_hub, and partial files of killed downloads.
    shutil.rmtree(folder / ".cache" / "huggingface", ignore_errors=True)
    log.info("downloaded", model=str(model))
