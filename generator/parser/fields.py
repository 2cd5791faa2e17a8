"""The fields that OpenAPI defines: any other, such as a misspelled one, would be ignored."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from openapi.document import METHODS, escape

_ANY: Mapping[str, str] = dict.fromkeys(("summary", "description"), "")

#: The fields of each kind of object (OpenAPI 3.0 and 3.1), with the kind of what they hold: `[kind]` in a
#: list, `{kind}` in a map, none where something else checks it, or where the client ignores it.
_FIELDS: dict[str, Mapping[str, str]] = {
    "document": {
        **dict.fromkeys(("openapi", "jsonSchemaDialect", "security", "externalDocs"), ""),
        "info": "info",
        "servers": "[server]",
        "tags": "[tag]",
        "components": "components",
        "paths": "{path item}",
        "webhooks": "{path item}",
    },
    "info": {**_ANY, **dict.fromkeys(("title", "version", "termsOfService", "contact", "license"), "")},
    "tag": dict.fromkeys(("name", "description", "externalDocs"), ""),
    "server": {**dict.fromkeys(("url", "description"), ""), "variables": "{server variable}"},
    "server variable": dict.fromkeys(("enum", "default", "description"), ""),
    "components": {
        **dict.fromkeys(("schemas", "examples", "links", "callbacks"), ""),
        "parameters": "{parameter}",
        "headers": "{header}",
        "requestBodies": "{request body}",
        "responses": "{response}",
        "securitySchemes": "{security scheme}",
        "pathItems": "{path item}",
    },
    "path item": {
        **_ANY,
        **dict.fromkeys(METHODS, "operation"),
        "$ref": "",
        "servers": "[server]",
        "parameters": "[parameter]",
    },
    "operation": {
        **_ANY,
        **dict.fromkeys(("tags", "externalDocs", "operationId", "callbacks", "deprecated", "security"), ""),
        "parameters": "[parameter]",
        "requestBody": "request body",
        "responses": "{response}",
        "servers": "[server]",
    },
    "request body": {"description": "", "required": "", "content": "{media type}"},
    "response": {"description": "", "links": "", "headers": "{header}", "content": "{media type}"},
    "media type": {**dict.fromkeys(("schema", "example", "examples"), ""), "encoding": "{encoding}"},
    "encoding": {
        **dict.fromkeys(("contentType", "style", "explode", "allowReserved"), ""),
        "headers": "{header}",
    },
    "security scheme": dict.fromkeys(
        ("type", "description", "name", "in", "scheme", "bearerFormat", "flows", "openIdConnectUrl"), ""
    ),
}
_FIELDS["header"] = {
    **dict.fromkeys(("description", "required", "deprecated", "allowEmptyValue", "style", "explode"), ""),
    **dict.fromkeys(("allowReserved", "schema", "example", "examples"), ""),
    "content": "{media type}",
}
_FIELDS["parameter"] = {**_FIELDS["header"], "name": "", "in": ""}


def unknown_fields(node: Any, kind: str = "document", place: str = "#") -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Yield the fields that OpenAPI does not define for an object of a kind, and those of the objects in it.

    Next to a reference it defines two, and says that others are ignored. A path item has all of its own.
    """
    if not isinstance(node, dict):
        return
    is_reference = "$ref" in node and kind != "path item"
    fields = {"$ref": "", **_ANY} if is_reference else _FIELDS[kind]
    for key, item in node.items():
        here = f"{place}/{escape(key)}"
        if key not in fields:
            if not key.startswith("x-"):
                yield f"{here}: {_problem(key, fields, 'reference' if is_reference else kind)}"
        elif fields[key]:
            for where, inner in _inner(item, fields[key], here):
                yield from unknown_fields(inner, fields[key].strip("[]{}"), where)


def _problem(key: str, fields: Mapping[str, str], kind: str) -> str:
    near = difflib.get_close_matches(key.lower(), {name.lower(): name for name in fields}, 1, 0.75)
    meant = [name for name in fields if name.lower() in near]
    cure = f"write {meant[0]}" if meant else "remove it, or let its name begin with `x-`"
    return f"OpenAPI has no field of this name here ({kind}); {cure}"


def _inner(item: Any, kind: str, place: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any JSON
    if kind[0] == "[" and isinstance(item, list):
        yield from ((f"{place}/{index}", each) for index, each in enumerate(item))
    elif kind[0] == "{" and isinstance(item, dict):
        yield from ((f"{place}/{escape(name)}", each) for name, each in item.items())
    elif kind[0] not in "[{":
        yield place, item
