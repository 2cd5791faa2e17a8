"""A contract to compare: its parts, and which operations send or read each of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import yaml

from generator.diff.changes import READERS, SENDERS
from generator.diff.versions import Version, parse_version
from generator.errors import GenerationError
from openapi.document import METHODS, at, escape, load, operations, plain, unescape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Json = dict[str, Any]

#: Below these are values and names, which are not sent or read themselves.
_NOT_CONTENT = ("example", "examples", "default", "enum", "const", "required", "links", "callbacks")
_NAMED = ("properties", "patternProperties", "$defs", "dependentSchemas", "headers", "content")


@dataclass(frozen=True, slots=True)
class Use:
    """The use of a part of the contract in an operation: users of the API send it or read it there."""

    operation: str
    side: str


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract and the uses of each of its parts, by JSON pointer."""

    path: Path
    document: Json
    version: Version
    uses: dict[str, frozenset[Use]]

    def uses_of(self, pointer: str) -> frozenset[Use]:
        """Return the uses of the part at a pointer, or of the nearest part around it."""
        segments = pointer.lstrip("#").split("/")
        while len(segments) > 1:
            found = self.uses.get("/".join(segments))
            if found is not None:
                return found
            segments.pop()
        return frozenset()

    def value(self, pointer: str) -> Any:  # noqa: ANN401 - any JSON may stand there
        """Return the value at a pointer; None if there is no such value."""
        try:
            return at(self.document, pointer)
        except (LookupError, ValueError, TypeError):
            return None

    def place(self, pointer: str) -> str:
        """Return the name of the operation, or of the component with its properties, at a pointer."""
        match pointer.lstrip("#").split("/")[1:]:
            case [("paths" | "webhooks") as group, path, method, *_] if method in METHODS:
                operation = self.value(f"/{group}/{path}/{method}") or {}
                return str(operation.get("operationId") or f"{method.upper()} {unescape(path)}")
            case [("paths" | "webhooks"), path, *_]:
                return unescape(path)
            case ["components", _, name, *rest]:
                properties = [unescape(key) for before, key in pairwise(rest) if before in _NAMED]
                return ".".join([unescape(name), *properties])
            case [first, *_]:
                return first
        return "the document"


def read_contract(path: Path) -> Contract:
    """Read a contract that is to be compared.

    Raises:
        GenerationError: It cannot be read, is not OpenAPI 3.1, or its version does not have three numbers.
    """
    try:
        document = load(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as caught:
        raise GenerationError(f"{path}: {' '.join(str(caught).split())}") from caught
    return contract_of(document, path)


def contract_of(document: Json, path: Path) -> Contract:
    """Return the contract of a document that was read before.

    Raises:
        GenerationError: As `read_contract`.
    """
    document = plain(document)
    info = document.get("info")
    if not str(document.get("openapi", "")).startswith("3.1") or not isinstance(info, dict):
        raise GenerationError(f"{path}: expected an OpenAPI 3.1 document with an `info`")
    version = parse_version(info.get("version"), f"{path}#/info/version")
    return Contract(path, document, version, _uses(document, path))


def _uses(document: Json, path: Path) -> dict[str, frozenset[Use]]:
    found: dict[str, set[Use]] = {}
    try:
        for one in operations(document):
            name, node, pointer = one.name, one.node, one.pointer
            sent, read = (READERS, SENDERS) if one.is_webhook else (SENDERS, READERS)
            item = pointer.rpartition("/")[0]
            request = {key: value for key, value in node.items() if key != "responses"}
            shared = at(document, item).get("parameters", [])
            found.setdefault(item, set()).add(Use(name, sent))
            _mark(document, [(pointer, request), (f"{item}/parameters", shared)], Use(name, sent), found)
            _mark(document, [(f"{pointer}/responses", node.get("responses", {}))], Use(name, read), found)
    except (LookupError, ValueError, TypeError, AttributeError) as caught:
        raise GenerationError(
            f"{path}: a reference points to nothing, or a part is not an object: {caught}"
        ) from caught
    return {pointer: frozenset(uses) for pointer, uses in found.items()}


def _mark(document: Json, waiting: list[tuple[str, Any]], use: Use, found: dict[str, set[Use]]) -> None:
    """Record the use of parts, of everything below them, and of the targets of their references."""
    while waiting:
        pointer, node = waiting.pop()
        uses = found.setdefault(pointer, set())
        if use not in uses:
            uses.add(use)
            waiting.extend(_below(pointer, node))
            if isinstance(node, dict) and isinstance(node.get("$ref"), str):
                waiting.append((node["$ref"].lstrip("#"), at(document, node["$ref"])))


def _below(pointer: str, node: object) -> Iterator[tuple[str, Any]]:
    if isinstance(node, list):
        yield from ((f"{pointer}/{index}", value) for index, value in enumerate(node))
    elif isinstance(node, dict):
        named = pointer.rpartition("/")[2] in _NAMED
        for key, value in node.items():
            is_content = key not in _NOT_CONTENT and not str(key).startswith("x-")
            if isinstance(value, dict | list) and (named or is_content):
                yield f"{pointer}/{escape(key)}", value
