"""Describes why a download from the model hub failed, with what to do about it."""

from pathlib import Path

from morgan_shared.model_settings import HubModel


def describe_failure(error: Exception, model: HubModel, folder: Path, *, token: str | None = None) -> str:
    """Describe why a download failed, without the error's own text, which may hold signed URLs."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status in (401, 403, 404):
        return f"{_refusal(model, status, has_token=token is not None)}; or put the files of the model into {folder}"
    if status is not None:
        return f"model {model} cannot be downloaded: the model hub answers HTTP {status}"
    root = _root(error)
    cause = (isinstance(root, OSError) and root.strerror) or type(root).__name__
    if isinstance(error, OSError) and error.filename is not None:
        return f"model {model} cannot be downloaded: {error.filename}: {cause}; {folder} has to be writable"
    return f"model {model} cannot be downloaded: {cause}; check the network, or HF_ENDPOINT if a mirror is used"


def _refusal(model: HubModel, status: int, *, has_token: bool) -> str:
    check = "check the id and the revision in MORGAN_MODEL"
    if not has_token:
        return (
            f"the model hub has no public model {model} (HTTP {status}): {check}; a gated or private model needs the "
            "token of an account with access to it, as the secret hubToken of the stack (MORGAN_MODEL_TOKEN_FILE)"
        )
    if status == 401:
        return f"the model hub refuses the token for model {model} (HTTP 401): set hubToken to a valid one, and {check}"
    return (
        f"the model hub gives the token's account no model {model} (HTTP {status}): {check}; request access to a gated "
        "model on its page, with that account"
    )


def _root(error: BaseException) -> BaseException:
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error
