"""The spellings of a contract made one: parameters of paths, path items behind `$ref`, no `operationId`.

Everything else in the suite reads operations that have their own parameters and rules, and an id.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_IDS: Final = {
    ("get", "/sms"): "listSms",
    ("post", "/sms"): "sendSms",
    ("get", "/sms/send"): "sendSmsByQuery",
    ("get", "/sms/{hash}"): "getSms",
}
"""The ids of the API's operations, by method and path, for a contract that names none."""
_MOST_STEPS: Final = 50
"""References that lead to references; more are a circle."""

Json = Mapping[str, Any]


class BrokenReferenceError(ValueError):
    """A `$ref` that leads nowhere; the message names it and what was expected."""


def found_at(document: Json, reference: object) -> Any:  # noqa: ANN401 - JSON
    """Return what a reference of the document leads to; raises BrokenReferenceError."""
    if not isinstance(reference, str) or not reference.startswith("#/"):
        raise BrokenReferenceError(
            f"$ref: {reference!r} is not in this file; expected one like #/components/…"
        )
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        name = step.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
        found = found.get(name) if isinstance(found, Mapping) else None
        if found is None:
            raise BrokenReferenceError(f"$ref: {reference!r} leads nowhere; expected what this file contains")
    return found


def resolved(document: Json, node: Any) -> Any:  # noqa: ANN401 - JSON
    """Return what a node is or refers to; raises BrokenReferenceError."""
    for _ in range(_MOST_STEPS):
        if not isinstance(node, Mapping) or "$ref" not in node:
            return node
        siblings = {name: value for name, value in node.items() if name != "$ref"}
        target = found_at(document, node["$ref"])
        node = {**target, **siblings} if siblings and isinstance(target, Mapping) else target
    raise BrokenReferenceError(f"$ref: {node['$ref']!r} refers to itself; expected an end")


def in_one_spelling(document: Json) -> dict[str, Any]:
    """Return the document with complete operations; a document that has them already is not changed.

    Raises BrokenReferenceError for a reference that leads nowhere.
    """
    found = dict(document)
    for part in ("paths", "webhooks"):
        if part in document:
            found[part] = {
                name: _item(document, name, resolved(document, item), is_path=part == "paths")
                for name, item in document[part].items()
            }
    return found


def _item(document: Json, path: str, item: Json, *, is_path: bool) -> dict[str, Any]:
    shared = item.get("parameters", ())
    return {
        name: _operation(document, path, name, value, shared, is_path) if name in METHODS else value
        for name, value in item.items()
        if name != "parameters"
    }


def _operation(  # noqa: PLR0913, PLR0917 - where it stands, and what it shares
    document: Json,
    path: str,
    method: str,
    operation: Json,
    shared: Iterable[Json],
    is_path: bool,  # noqa: FBT001 - only called here
) -> dict[str, Any]:
    found = dict(operation)
    own = found.get("parameters", ())
    if shared or own:
        # Webhooks keep their references: where a header is defined is told by them.
        every = [resolved(document, each) if is_path else each for each in (*shared, *own)]
        found["parameters"] = list({_key(document, each): each for each in every}.values())
    if isinstance(found.get("requestBody"), Mapping) and "$ref" in found["requestBody"]:
        found["requestBody"] = resolved(document, found["requestBody"])
    if "x-callr-rules" in found:
        found["x-callr-rules"] = [resolved(document, each) for each in found["x-callr-rules"]]
    if is_path:
        found.setdefault("operationId", _IDS.get((method, path)) or _name(method, path))
    return found


def _key(document: Json, parameter: Json) -> tuple[object, object]:
    whole = resolved(document, parameter)
    return whole.get("in"), whole.get("name")


def _name(method: str, path: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", path)
    return method + "".join(word[:1].upper() + word[1:] for word in words)


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Return the path, the method and the definition of each operation."""
    for path, item in document["paths"].items():
        yield from ((path, method, item[method]) for method in METHODS if method in item)
