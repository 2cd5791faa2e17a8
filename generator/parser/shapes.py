"""The shape of operations: what decides about the client, without what does not."""

from copy import deepcopy
from typing import Any

from generator.parser.media import JSON, choose, is_json
from openapi.document import METHODS, resolve

Json = dict[str, Any]


def shape(document: Json) -> None:
    """Leave in each operation, without references, what the client sends and what it reads of a success.

    Of several media types one is left. Responses that are no success are errors, which one function reads.
    """
    items = document.get("paths", {}).values()
    nodes = [(method, item[method]) for item in items for method in METHODS if method in item]
    for method, operation in nodes:
        if "parameters" in operation:
            operation["parameters"] = [_followed(document, each) for each in operation["parameters"]]
        if "requestBody" in operation:
            operation["requestBody"] = _with_one_type(document, operation["requestBody"], sent=True)
        operation["responses"] = {
            status: _with_one_type(document, response, sent=False)
            for status, response in operation.get("responses", {}).items()
            if str(status).startswith("2")
        }
        # These have no body, whatever is said of one (RFC 9110, 9.3.2, 15.3.5 and 15.3.6).
        bodiless = [status for status in operation["responses"] if status in ("204", "205")]
        if method == "head":
            bodiless = [*operation["responses"]]
        for status in bodiless:
            operation["responses"][status].pop("content", None)


def _followed(document: Json, node: Json) -> Json:
    """Return a copy of what a reference leads to, because operations share it."""
    try:
        return deepcopy(resolve(document, node))
    except LookupError:
        return node  # refused with its place where it is planned


def _with_one_type(document: Json, node: Json, *, sent: bool) -> Json:
    whole = _followed(document, node)
    content = whole.get("content") or {}
    chosen = choose(content, sent=sent)
    if chosen is not None:
        whole["content"] = {chosen: content[chosen]}
    return {key: value for key, value in whole.items() if key not in ("headers", "links")}


def for_library(document: Json) -> Json:
    """Return the document as openapi-python-client handles it: all content as JSON, and nothing else."""
    copied = {**document, "paths": {}}
    components = document.get("components", {})
    copied["components"] = {"schemas": components.get("schemas", {})}
    for path, item in document.get("paths", {}).items():
        copied["paths"][path] = dict(item)
        for method in [name for name in METHODS if name in item]:
            operation = copied["paths"][path][method] = dict(item[method])
            if "requestBody" in operation:
                operation["requestBody"] = _as_json(operation["requestBody"], sent=True)
            operation["responses"] = {
                status: _as_json(response, sent=False) for status, response in operation["responses"].items()
            }
    return copied


def _as_json(node: Json, *, sent: bool) -> Json:
    content = node.get("content") or {}
    schemas = [media.get("schema") for name, media in content.items() if sent or is_json(name)]
    return {**node, "content": {JSON: {"schema": schemas[0] or {}}} if schemas else {}}


def without_callbacks(document: Json) -> Json:
    """Return the document without callbacks, which are requests of the API."""
    made = dict(document)
    for group in ("paths", "webhooks"):
        if isinstance(made.get(group), dict):
            made[group] = {name: _without_callbacks(item) for name, item in made[group].items()}
    return made


def _without_callbacks(item: Any) -> Any:  # noqa: ANN401 - any JSON until it was checked
    if not isinstance(item, dict):
        return item
    operations = {name: item[name] for name in METHODS if isinstance(item.get(name), dict)}
    return item | {
        name: {key: node for key, node in operation.items() if key != "callbacks"}
        for name, operation in operations.items()
    }
