"""The validation of examples, defaults and links against their schemas."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from openapi.document import Json, Part, at, chain, escape, resolve, walk
from openapi.lint.formats import CHECKER

if TYPE_CHECKING:
    from collections.abc import Iterator

Finding = tuple[str, str]
_LISTS = ("examples", "enum", "x-possible-values", "x-final-values", "x-success-values")
_BASE = "urn:callr-sms-contract"


def _pattern(_validator: object, pattern: str, value: object, _schema: object) -> Iterator[ValidationError]:
    """Match `$` at the very end, as in ECMA 262; in Python it also matches before a final line feed."""
    ends = pattern.endswith("$") and not pattern.endswith("\\$")
    if isinstance(value, str) and not re.search(pattern[:-1] + r"\Z" if ends else pattern, value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


_Validator = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]  # missing in the stubs


class Validator:
    """Validates values against the schemas of a contract, formats included."""

    def __init__(self, document: Json) -> None:
        """Store the contract, whose references are followed."""
        resource = DRAFT202012.create_resource(document)
        self._document = document
        self._registry: Registry[Any] = Registry().with_resource(_BASE, resource)

    def errors(self, pointer: str, value: object) -> list[str]:
        """Return the errors of a value against the schema at a JSON pointer."""
        schema = {"$ref": f"{_BASE}#{pointer}"}
        validator = _Validator(schema, registry=self._registry, format_checker=CHECKER)
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]

    def examples(self, part: Part) -> Iterator[tuple[str, object]]:
        """Yield the pointer and the value of each example of a parameter, header or media type."""
        if "example" in part.node:
            yield f"{part.pointer}/example", part.node["example"]
        for name, example in part.node.get("examples", {}).items():
            yield f"{part.pointer}/examples/{escape(name)}", resolve(self._document, example).get("value")


def check_examples(document: Json) -> Iterator[Finding]:
    """Find examples, defaults and listed values that their schemas refuse."""
    validator = Validator(document)
    for part in walk(document):
        if part.kind in ("parameter", "header", "media type"):
            for pointer, value in validator.examples(part):
                yield from ((pointer, error) for error in validator.errors(f"{part.pointer}/schema", value))
        if part.kind in ("schema", "property"):
            values = [
                (f"{keyword}/{index}", value)
                for keyword in _LISTS
                for index, value in enumerate(part.node.get(keyword, []))
            ]
            if "default" in part.node:
                values.append(("default", part.node["default"]))
            for place, value in values:
                errors = validator.errors(part.pointer, value)
                yield from ((f"{part.pointer}/{place}", error) for error in errors)


def check_links(document: Json) -> Iterator[Finding]:
    """Find links without an operation or parameter, or with a runtime expression that finds no value."""
    validator = Validator(document)
    targets = {part.node.get("operationId"): part for part in walk(document) if part.kind == "operation"}
    used = {id(chain(document, link)[-1][1]): response for response, link in _used_links(document)}
    for part in walk(document):
        if part.kind == "link":
            target = targets.get(part.node.get("operationId"))
            if target is None:
                yield part.pointer, f"the operation {part.node.get('operationId')!r} does not exist"
            elif id(part.node) in used:
                yield from _expressions(validator, document, part, target, used[id(part.node)])


def _used_links(document: Json) -> Iterator[tuple[Json, Json]]:
    for part in walk(document):
        for response in part.node.get("responses", {}).values() if part.kind == "operation" else ():
            found = resolve(document, response)
            yield from ((found, link) for link in found.get("links", {}).values())


def _expressions(
    validator: Validator, document: Json, link: Part, target: Part, response: Json
) -> Iterator[Finding]:
    known = {
        found["name"]: f"{pointer}/schema"
        for index, parameter in enumerate(target.node.get("parameters", []))
        for pointer, found in chain(document, parameter, f"{target.pointer}/parameters/{index}")[-1:]
    }
    needed = (resolve(document, each) for each in target.node.get("parameters", []))
    missing = {each["name"] for each in needed if each.get("required")} - set(link.node.get("parameters", {}))
    for name in sorted(missing):
        yield link.pointer, f"{target.node['operationId']} needs the parameter {name!r}"
    for name, expression in link.node.get("parameters", {}).items():
        pointer = f"{link.pointer}/parameters/{escape(name)}"
        if name not in known:
            yield pointer, f"{target.node['operationId']} has no parameter {name!r}"
            continue
        for value in _values(document, expression, response):
            errors = (
                ["finds nothing in an example of the response"]
                if value is None
                else validator.errors(known[name], value)
            )
            yield from ((pointer, f"{expression} {error}") for error in errors)


def _values(document: Json, expression: str, response: Json) -> Iterator[object]:
    """Yield the value of a runtime expression in each example of a response; None without a value."""
    where, _, pointer = str(expression).partition("#")
    for example in response["content"]["application/json"].get("examples", {}).values():
        try:
            yield at(resolve(document, example)["value"], pointer) if where == "$response.body" else None
        except (LookupError, TypeError, ValueError):
            yield None
