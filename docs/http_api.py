"""Writes the parts of docs/http-api.md that follow from the OpenAPI description of core: `npm run docs`."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[1]
PAGE = PROJECT / "docs" / "http-api.md"
sys.path[:0] = [str(PROJECT / "services" / name) for name in ("shared", "core")]

from morgan_core.app import create_app  # noqa: E402
from morgan_core.settings import CoreSettings  # noqa: E402

ENDPOINT = "http://127.0.0.1:8080"
EXAMPLES = {
    "POST /v1/chat": """curl --json '{"text": "good morning"}' $ENDPOINT/v1/chat""",
    "POST /v1/voice": "curl -H 'content-type: audio/wav' --data-binary @question.wav $ENDPOINT/v1/voice",
    "GET /v1/sessions/{session_id}/history": "curl '$ENDPOINT/v1/sessions/my-session/history?limit=20'",
    "GET /health": "curl $ENDPOINT/health",
    "GET /ready": "curl $ENDPOINT/ready",
}
JSON_TYPE = "application/json"

Schema = dict[str, Any]


def openapi() -> Schema:
    """Return the description of core's routes."""
    nowhere: Any = dict.fromkeys(("vad_url", "stt_url", "llm_url", "tts_url"), "http://nowhere")
    return create_app(CoreSettings(**nowhere)).openapi()


def render(page: str, described: Schema) -> str:
    """Return the page with its made parts made again."""
    for name, made in {"requests": _requests(described), "errors": _errors(described)}.items():
        block = re.compile(rf"(<!-- made by `npm run docs`: {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        if (found := block.search(page)) is None:
            raise ValueError(f"{PAGE}: the part {name} is missing")
        page = page[: found.start()] + f"{found[1]}\n{made}\n\n{found[2]}" + page[found.end() :]
    return page


def _requests(described: Schema) -> str:
    return "\n\n".join(
        _request(described, f"{method.upper()} {path}", operation)
        for path, methods in sorted(described["paths"].items(), key=lambda route: not route[0].startswith("/v1"))
        for method, operation in methods.items()
    )


def _request(described: Schema, name: str, operation: Schema) -> str:
    parts = [f"### `{name}`", f"{operation['summary']}."]
    parts.append(f"```sh\n{EXAMPLES[name].replace('$ENDPOINT', ENDPOINT)}\n```")
    if parameters := operation.get("parameters"):
        rows = [(f"`{one['name']}`", one["in"], _type(one["schema"]), one["description"]) for one in parameters]
        parts.append(_table(("parameter", "in", "type", "meaning"), rows))
    if body := operation.get("requestBody", {}).get("content"):
        parts.append("The body:" if JSON_TYPE in body else "The body is a [recording](#recordings).")
        parts += _members(described, body)
    parts.append("The answer:")
    parts += _members(described, operation["responses"]["200"]["content"])
    errors = [status for status in operation["responses"] if status != "200"]
    parts.append(f"Other statuses: {', '.join(errors)}.")
    return "\n\n".join(parts)


def _members(described: Schema, content: Schema) -> list[str]:
    """Return the table of an object's members, and the tables of the objects in it."""
    schema = content.get(JSON_TYPE, {}).get("schema", {})
    return [_table(("member", "type", "meaning"), _rows(described, schema, ""))] if schema else []


def _rows(described: Schema, schema: Schema, prefix: str) -> list[tuple[str, ...]]:
    found = described["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    rows: list[tuple[str, ...]] = []
    for name, member in found["properties"].items():
        meaning = member.get("description", "")
        if name not in found.get("required", []) and "default" not in member:
            meaning = f"{meaning} May be missing.".strip()
        rows.append((f"`{prefix}{name}`", _type(member), meaning))
        inner = member.get("items", member.get("additionalProperties", {}))
        if "$ref" in inner:
            rows += _rows(described, inner, f"{prefix}{name}{'[]' if 'items' in member else '.*'}.")
    return rows


def _type(schema: Schema) -> str:
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    name = str(schema.get("format", schema.get("type", "object")))
    limits = [f"{schema[key]}" for key in ("minimum", "maximum") if key in schema]
    default = f", default {schema['default']}" if schema.get("default") is not None else ""
    return name + (f" {' to '.join(limits)}" if limits else "") + default


def _errors(described: Schema) -> str:
    found: dict[str, str] = {}
    for path, methods in described["paths"].items():
        if path.startswith("/v1"):
            for operation in methods.values():
                found |= {status: one["description"] for status, one in operation["responses"].items()}
    del found["200"]
    return _table(("status", "code, and what a client does"), sorted(found.items()))


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8"), openapi()), encoding="utf-8")
