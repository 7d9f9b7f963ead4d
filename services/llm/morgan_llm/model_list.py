"""The list of models in OpenAI's form, and the choice from it."""

import json
from collections.abc import Sequence


def parse_models(body: bytes) -> list[str] | None:
    """Return the ids in an answer to GET /models; None if the answer is no such list.

    A server without any model may have null for the list (Ollama 0.5).
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict) or "data" not in answer:
        return None
    models = answer["data"] or []
    if not isinstance(models, list):
        return None
    names = [model.get("id") for model in models if isinstance(model, dict)]
    return [name for name in names if isinstance(name, str) and name]


def choose_model(names: Sequence[str], before: str | None) -> str | None:
    """Return the model that was chosen before if it is still listed, else the first; None for an empty list.

    The order of a list may change with every model that a server gets, and the choice should not.
    """
    if before in names:
        return before
    return names[0] if names else None
