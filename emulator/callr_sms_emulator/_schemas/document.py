"""The OpenAPI document of the control API."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, cast

import msgspec

FILE = Path(__file__).parents[1] / "control.yaml"

Schema = dict[str, Any]


def read_document() -> dict[str, Any]:
    """Read the document. It is not cached, because it is large and rarely needed."""
    return cast("dict[str, Any]", msgspec.yaml.decode(FILE.read_bytes()))


def body_schemas() -> dict[str, Schema]:
    """Return the schemas of all JSON request bodies by their names, without references."""
    return _schemas()[0]


def parameter_schemas() -> dict[str, dict[str, dict[str, dict[str, Schema]]]]:
    """Return the schemas of all parameters: by path, method, place (`query` or `path`) and name."""
    return _schemas()[1]


@cache
def _schemas() -> tuple[dict[str, Schema], dict[str, dict[str, dict[str, dict[str, Schema]]]]]:
    """Read the document once for both: that takes a third of a second, and memory."""
    document = read_document()
    return _bodies_of(document), _parameters_by_path(document)


def _bodies_of(document: Schema) -> dict[str, Schema]:
    found: dict[str, Schema] = {}
    for path in document["paths"].values():
        for operation in path.values():
            media = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if media is not None:
                schema = inline(media["schema"], document)
                found[schema["title"]] = schema
    return found


def _parameters_by_path(document: Schema) -> dict[str, dict[str, dict[str, dict[str, Schema]]]]:
    return {
        path: {method: _parameters_of(operation, document) for method, operation in operations.items()}
        for path, operations in document["paths"].items()
    }


def _parameters_of(operation: Schema, document: Schema) -> dict[str, dict[str, Schema]]:
    found: dict[str, dict[str, Schema]] = {}
    for each in inline(operation.get("parameters", []), document):
        found.setdefault(each["in"], {})[each["name"]] = each["schema"]
    return found


def inline(node: Any, root: Schema) -> Any:  # noqa: ANN401 - any JSON
    """Return a part of a document with each reference replaced by the part that it names.

    Keywords next to a reference override those of the part. No schema used here contains itself.
    """
    if isinstance(node, list):
        return [inline(each, root) for each in node]
    if not isinstance(node, dict):
        return node
    here = {name: inline(each, root) for name, each in node.items() if name != "$ref"}
    if "$ref" not in node:
        return here
    part: Any = root
    for step in node["$ref"].removeprefix("#/").split("/"):
        part = part[step]
    return inline(part, root) | here
