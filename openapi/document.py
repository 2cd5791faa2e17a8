"""The document as a tree: load it, follow its references, walk its parts by kind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import yaml

from openapi.yaml_reader import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONTRACT = Path(__file__).with_name("openapi.yaml")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

#: Keywords whose value is one schema, a list of schemas, or a mapping to schemas (JSON Schema 2020-12, 10).
ONE_SCHEMA = (
    "items",
    "contains",
    "additionalProperties",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
)
SCHEMA_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
SCHEMA_MAPS = ("properties", "patternProperties", "dependentSchemas", "$defs")

#: Keywords whose values are data of the API, which may have any form; so are those of a list `examples`.
_VALUES = ("value", "example", "default", "enum", "const", "x-possible-values")
#: Keywords whose value maps names to parts, so that its keys are no keywords.
_MAPS = frozenset(
    {
        *SCHEMA_MAPS,
        *(
            "paths",
            "webhooks",
            "pathItems",
            "callbacks",
            "responses",
            "requestBodies",
            "parameters",
            "headers",
        ),
        *("content", "encoding", "schemas", "examples", "links", "securitySchemes", "variables"),
    }
)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the document: its kind, its JSON pointer and its content."""

    kind: str
    pointer: str
    node: Json


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation; `group` is `paths` or `webhooks`, and `place` the path or the name of the webhook."""

    group: str
    place: str
    method: str
    node: Json

    @property
    def pointer(self) -> str:
        """The JSON pointer of the operation."""
        return f"/{self.group}/{escape(self.place)}/{self.method}"

    @property
    def is_webhook(self) -> bool:
        """Whether the API sends the request."""
        return self.group == "webhooks"

    @property
    def name(self) -> str:
        """The operationId, or else the pointer."""
        return str(self.node.get("operationId", self.pointer))


def load(path: Path = CONTRACT) -> Json:
    """Read a contract, and say it the one way of `plain`.

    Raises:
        yaml.YAMLError: It is not YAML, or has a duplicate key.
    """
    document = parse_yaml(path.read_bytes())
    if not isinstance(document, dict):
        raise yaml.YAMLError(f"{path}: expected an OpenAPI object, found {type(document).__name__}")
    return plain(document)


def complete(document: Json) -> Json:
    """Return the document with what may be left out, and without extensions between paths or responses.

    A percent-encoded reference, which is a fragment of a URI (RFC 6901, section 6), is decoded in place.
    """
    made = dict(document)
    for group in ("paths", "webhooks"):
        if isinstance(made.get(group), dict):
            made[group] = {
                name: _complete(item) for name, item in made[group].items() if not str(name).startswith("x-")
            }
    for _, node in nodes(document):
        if isinstance(node.get("$ref"), str):
            node["$ref"] = unquote(node["$ref"])
    return made


def _complete(item: Any) -> Any:  # noqa: ANN401 - any JSON until it was checked
    if not isinstance(item, dict):
        return item
    made = dict(item)
    for method in [name for name in METHODS if isinstance(item.get(name), dict)]:
        responses = item[method].get("responses", {})
        if isinstance(responses, dict):
            responses = {name: node for name, node in responses.items() if not str(name).startswith("x-")}
        made[method] = {**item[method], "responses": responses}
    return made


def plain(document: Json) -> Json:
    """Return the document with all of a path at its operations, so that readers know one way of saying it.

    A path item behind `$ref` stands at its path, and the parameters of a path item at each of its operations,
    before their own, which override them. A broken reference is left for `check_references`.
    """
    whole = complete(document)
    groups = {group: whole[group] for group in ("paths", "webhooks") if isinstance(whole.get(group), dict)}
    made = {
        group: {place: _plain_item(document, item) for place, item in items.items()}
        for group, items in groups.items()
    }
    whole |= made
    left = any("$ref" in item for items in made.values() for item in items.values() if isinstance(item, dict))
    if isinstance(document.get("components"), dict) and not left:
        # Nothing else can refer to them.
        whole["components"] = {
            key: part for key, part in document["components"].items() if key != "pathItems"
        }
    return whole


def _plain_item(document: Json, item: Any) -> Any:  # noqa: ANN401 - any JSON until it was checked
    if not isinstance(item, dict) or not ("$ref" in item or item.get("parameters")):
        return item
    try:
        found = _complete(resolve(document, item))
        shared = {_key(document, each): each for each in found.get("parameters", [])}
        for method in [name for name in METHODS if name in found]:
            own = {_key(document, each): each for each in found[method].get("parameters", [])}
            found[method] = {**found[method], "parameters": [*(shared | own).values()]}
    except (LookupError, TypeError, AttributeError):
        return item
    found.pop("parameters", None)
    return found


def _key(document: Json, parameter: Json) -> tuple[str, str]:
    """Return what tells the parameters of an operation apart."""
    resolved = resolve(document, parameter)
    return resolved["in"], resolved["name"]


class BrokenReferenceError(LookupError):
    """A reference does not lead to an object of the document; the message names the reference."""


def escape(key: object) -> str:
    """Write a key as a segment of a JSON pointer (RFC 6901)."""
    return str(key).replace("~", "~0").replace("/", "~1")


def unescape(segment: str) -> str:
    """Read a segment of a JSON pointer as a key."""
    return segment.replace("~1", "/").replace("~0", "~")


def at(document: Json, pointer: str) -> Any:  # noqa: ANN401 - any JSON may stand there
    """Return the value at a JSON pointer.

    Raises:
        LookupError: There is no such value.
    """
    node: Any = document
    for segment in pointer.split("/")[1:]:
        node = node[int(segment)] if isinstance(node, list) else node[unescape(segment)]
    return node


def chain(document: Json, node: Json, pointer: str = "") -> list[tuple[str, Json]]:
    """Return a node and each node that its `$ref` leads to, with their pointers; the last has no `$ref`.

    Raises:
        BrokenReferenceError: A reference leads to no object of the document, or back to itself.
    """
    found = [(pointer, node)]
    while "$ref" in node:
        reference = node["$ref"]
        if not isinstance(reference, str) or not reference.startswith("#/"):
            raise BrokenReferenceError(
                f"the reference {reference!r} is not within the document: expected '#/…'"
            )
        if any(reference[1:] == known for known, _ in found[1:]):
            raise BrokenReferenceError(f"the reference {reference!r} refers back to itself")
        try:
            node = at(document, reference)
        except (LookupError, TypeError, ValueError):
            raise BrokenReferenceError(f"the reference {reference!r} points to nothing") from None
        if not isinstance(node, dict):
            raise BrokenReferenceError(f"the reference {reference!r} points to no object")
        found.append((reference[1:], node))
    return found


def resolve(document: Json, node: Json) -> Json:
    """Follow `$ref` to the end. The keywords next to a reference win over those that it leads to.

    Raises:
        BrokenReferenceError: As `chain`.
    """
    merged: Json = {}
    for _, each in reversed(chain(document, node)):
        merged = {**merged, **each}
    merged.pop("$ref", None)
    return merged


def walk(document: Json) -> Iterator[Part]:
    """Yield every part of the document once; references are not followed."""
    for group, kind in (("paths", "operation"), ("webhooks", "push")):
        for path, item in document.get(group, {}).items():
            pointer = f"/{group}/{escape(path)}"
            yield from _parameters(pointer, item)
            for method in METHODS:
                if method in item:
                    yield from _operation(f"{pointer}/{method}", item[method], kind)
    components = document.get("components", {})
    for section, visit in _SECTIONS.items():
        for name, node in components.get(section, {}).items():
            yield from visit(f"/components/{section}/{escape(name)}", node)


def rules_of(document: Json, operation: Operation) -> list[tuple[str, Json]]:
    """Return the rules of an operation, each with the JSON pointer of its definition.

    Raises:
        BrokenReferenceError: As `chain`.
    """
    rules = enumerate(operation.node.get("x-callr-rules", []))
    return [chain(document, rule, f"{operation.pointer}/x-callr-rules/{index}")[-1] for index, rule in rules]


def schemas_below(document: Json, pointer: str, seen: set[str] | None = None) -> Iterator[Part]:
    """Yield the schema at a pointer and all schemas in it, each once; references are followed."""
    seen = set() if seen is None else seen
    if pointer in seen:
        return
    seen.add(pointer)
    for part in _schema(pointer, at(document, pointer)):
        yield part
        if "$ref" in part.node:
            yield from schemas_below(document, part.node["$ref"].lstrip("#"), seen)


def nodes(
    node: Any,  # noqa: ANN401 - any JSON
    pointer: str = "",
    *,
    is_map: bool = False,
    extensions: bool = True,
) -> Iterator[tuple[str, Json]]:
    """Yield every object of the document with its pointer, except those in the value of an example.

    Args:
        node: The document, or a part of it.
        pointer: The JSON pointer of the part.
        is_map: Whether the keys of the part are names, not keywords.
        extensions: Whether to yield the objects in extensions, too.
    """
    if isinstance(node, dict):
        yield pointer, node
        for key, child in node.items():
            values = key in _VALUES or (key == "examples" and isinstance(child, list))
            if is_map or not (values or (not extensions and str(key).startswith("x-"))):
                inner = not is_map and key in _MAPS
                yield from nodes(child, f"{pointer}/{escape(key)}", is_map=inner, extensions=extensions)
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from nodes(child, f"{pointer}/{index}", extensions=extensions)


def operations(document: Json) -> Iterator[Operation]:
    """Yield the operations of the paths, then those of the webhooks, in the order of the document."""
    for group in ("paths", "webhooks"):
        for place, item in document.get(group, {}).items():
            for method in METHODS:
                if method in item:
                    yield Operation(group, place, method, item[method])


def _operation(pointer: str, node: Json, kind: str) -> Iterator[Part]:
    yield Part(kind, pointer, node)
    for index, rule in enumerate(node.get("x-callr-rules", [])):
        yield from _rule(f"{pointer}/x-callr-rules/{index}", rule)
    yield from _parameters(pointer, node)
    if "requestBody" in node:
        yield from _body(f"{pointer}/requestBody", node["requestBody"])
    for status, response in node.get("responses", {}).items():
        yield from _response(f"{pointer}/responses/{status}", response)


def _parameters(pointer: str, node: Json) -> Iterator[Part]:
    for index, parameter in enumerate(node.get("parameters", [])):
        yield from _parameter(f"{pointer}/parameters/{index}", parameter)


def _parameter(pointer: str, node: Json, kind: str = "parameter") -> Iterator[Part]:
    if "$ref" not in node:
        yield Part(kind, pointer, node)
        yield from _schema(f"{pointer}/schema", node.get("schema", {}))


def _rule(pointer: str, node: Json) -> Iterator[Part]:
    if "$ref" not in node:
        yield Part("rule", pointer, node)


def _body(pointer: str, node: Json) -> Iterator[Part]:
    if "$ref" not in node:
        yield Part("request body", pointer, node)
        yield from _content(pointer, node)


def _response(pointer: str, node: Json) -> Iterator[Part]:
    if "$ref" in node:
        return
    yield Part("response", pointer, node)
    for name, header in node.get("headers", {}).items():
        yield from _parameter(f"{pointer}/headers/{escape(name)}", header, "header")
    yield from _content(pointer, node)
    for name, link in node.get("links", {}).items():
        yield from _link(f"{pointer}/links/{escape(name)}", link)


def _content(pointer: str, node: Json) -> Iterator[Part]:
    for media_type, media in node.get("content", {}).items():
        here = f"{pointer}/content/{escape(media_type)}"
        yield Part("media type", here, media)
        yield from _schema(f"{here}/schema", media.get("schema", {}))


def _link(pointer: str, node: Json) -> Iterator[Part]:
    if "$ref" not in node:
        yield Part("link", pointer, node)


def _schema(pointer: str, node: Any, kind: str = "schema") -> Iterator[Part]:  # noqa: ANN401 - a schema may be a boolean
    if not isinstance(node, dict):
        return
    bare = set(node) == {"$ref"} and kind == "schema"
    yield Part("reference" if bare else kind, pointer, node)
    for keyword in ONE_SCHEMA:
        yield from _schema(f"{pointer}/{keyword}", node.get(keyword))
    for keyword in SCHEMA_LISTS:
        for index, child in enumerate(node.get(keyword, [])):
            yield from _schema(f"{pointer}/{keyword}/{index}", child)
    for keyword in SCHEMA_MAPS:
        for name, child in node.get(keyword, {}).items():
            yield from _schema(f"{pointer}/{keyword}/{escape(name)}", child, "property")


_SECTIONS: dict[str, Callable[[str, Json], Iterator[Part]]] = {
    "x-callr-rules": _rule,
    "parameters": _parameter,
    "headers": partial(_parameter, kind="header"),
    "requestBodies": _body,
    "responses": _response,
    "links": _link,
    "securitySchemes": lambda pointer, node: iter([Part("security scheme", pointer, node)]),
    "schemas": _schema,
}
