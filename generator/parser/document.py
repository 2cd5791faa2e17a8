"""The document as written: loaded, and checked for what no operation can be planned with."""

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from openapi_python_client.schema import OpenAPI
from pydantic import ValidationError

from generator.errors import ContractError, GenerationError, Reasons, limited_depth
from generator.parser.fields import unknown_fields
from generator.parser.shapes import without_callbacks
from openapi.document import (
    METHODS,
    BrokenReferenceError,
    chain,
    complete,
    escape,
    nodes,
    operations,
    plain,
    resolve,
)
from openapi.yaml_reader import parse_yaml

_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_TEXT = "a lone surrogate, half of a character, which UTF-8 cannot hold; remove it"
_DIALECTS = ("https://spec.openapis.org/oas/3.1/dialect/base", "https://json-schema.org/draft/2020-12/schema")
_MAY_BE_NULL = {"const", "default", "enum", "example", "value"}
_SWITCHES = {
    *("required", "deprecated", "nullable", "readOnly", "writeOnly", "uniqueItems"),
    *("explode", "allowReserved", "allowEmptyValue"),
}
_AMOUNTS = {
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "minItems", "maxItems"),
}
#: What the library says where it expects something else, in words.
_KINDS = {
    "list_type": "expected a list",
    "dict_type": "expected an object",
    "model_type": "expected an object",
    "bool_type": "expected true or false",
    "too_short": "expected at least one value; add one, or remove the key",
}
#: What the library says about a const that is an object or an array.
_NO_SCALAR = {"string_type", "int_type", "float_type", "bool_type"}
#: Whether a bound itself is excluded.
_SWITCHES_OF_3_0 = {"exclusiveMinimum", "exclusiveMaximum"}


@dataclass(frozen=True)
class Document:
    """A contract.

    Attributes:
        raw: The document.
        sha256: The hash of the file, in hexadecimal.
        events: The names of the schemas that its webhooks push, if the client reads them.
        written: The document before it was prepared; empty for one that was not.
        problems: What the file has and OpenAPI does not define.
    """

    raw: dict[str, Any]
    sha256: str
    events: tuple[str, ...] = ()
    written: dict[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def resolve(self, node: dict[str, Any], place: str) -> dict[str, Any]:
        """Return a node with its references followed; the keywords next to a `$ref` win."""
        try:
            return resolve(self.raw, node)
        except BrokenReferenceError as caught:
            raise ContractError(place, str(caught)) from caught

    def look_up(self, reference: str, place: str) -> dict[str, Any]:
        """Return the node that a reference points to."""
        try:
            return chain(self.raw, {"$ref": reference})[1][1]
        except BrokenReferenceError as caught:
            raise ContractError(place, str(caught)) from caught

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield each path, method and operation, with a list of its parameters."""
        for one in operations(self.raw):
            if not one.is_webhook:
                yield one.place, one.method, {**one.node, "parameters": one.node.get("parameters", [])}


@limited_depth()
def load_document(path: Path) -> Document:
    """Read a contract in YAML or JSON.

    Raises:
        GenerationError: The file cannot be read, or is not an OpenAPI 3 document.
    """
    try:
        content = path.read_bytes()
        raw = parse_yaml(content)
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as caught:
        raise GenerationError(f"{path}: {caught}") from caught
    if not isinstance(raw, dict) or not re.match(r"3\.[01](\.|$)", str(raw.get("openapi"))):
        raise GenerationError(f"{path}: expected an OpenAPI 3 document; {_found_instead(raw)}")
    reasons = Reasons()
    reasons.add(_no_json(raw, "#"))
    reasons.check()
    whole = {"paths": {}, **without_callbacks(complete(raw))}
    reasons.add(_misshapen(whole))
    # The library does not look at webhooks.
    webhooks = {**whole, "paths": whole.get("webhooks") or {}, "components": {}}
    reasons.add(line.replace("#/paths", "#/webhooks", 1) for line in _misshapen(webhooks))
    problems = (*unknown_fields(whole), *_dialect_problems(whole))
    if reasons.found:
        reasons.add(problems)
        reasons.check()
    return Document(plain(whole), hashlib.sha256(content).hexdigest(), problems=problems)


def _found_instead(raw: object) -> str:
    """Return what a file is instead of a document of OpenAPI 3.0 or 3.1, and what to do about it."""
    if not isinstance(raw, dict):
        return "found nothing" if raw is None else f"found a {type(raw).__name__} instead of an object"
    if "swagger" in raw:
        return f"found swagger {raw['swagger']}; convert it to OpenAPI 3.1"
    if "openapi" not in raw:
        return "there is no `openapi` at its top; add the version, such as `openapi: 3.1.0`"
    return f"`openapi` is {raw['openapi']}; write it as 3.1.0, or another version of 3.0 or 3.1"


def _dialect_problems(document: dict[str, Any]) -> Iterator[str]:
    """Yield that the schemas are of another JSON Schema, whose keywords mean something else."""
    if document.get("jsonSchemaDialect", _DIALECTS[0]) not in _DIALECTS:
        yield "#/jsonSchemaDialect: only JSON Schema 2020-12 is supported; remove it, or write its URL"


def _no_json(node: Any, place: str) -> Iterator[str]:  # noqa: ANN401 - any YAML
    """Yield what JSON in UTF-8 does not have: keys that are no text, infinity, and lone surrogates."""
    if isinstance(node, dict):
        for key, child in node.items():
            if not isinstance(key, str):
                yield f"{place}: the key {key!r} is no text; write it in quotes"
            elif _SURROGATE.search(key):
                yield f"{place}: the key {key!a} has {_NO_TEXT}"
                continue
            yield from _no_json(child, f"{place}/{escape(key)}")
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _no_json(child, f"{place}/{index}")
    elif isinstance(node, float) and not math.isfinite(node):
        yield f"{place}: {node} is not a number of JSON; leave it out"
    elif isinstance(node, str) and _SURROGATE.search(node):
        yield f"{place}: the text has {_NO_TEXT}"


def _misshapen(document: dict[str, Any]) -> Iterator[str]:
    """Yield what is not as OpenAPI defines it."""
    try:
        OpenAPI.model_validate(document)
    except ValidationError as caught:
        found: dict[str, str] = {}
        for item in caught.errors(include_url=False):
            keys = _keys_of(document, item["loc"])
            if item["type"] == "missing":
                keys.append(str(item["loc"][-1]))
            place = "#" + "".join(f"/{escape(key)}" for key in keys)
            found.setdefault(place, _said(item["type"], item["msg"], item["input"], place.rpartition("/")[2]))
        # The library tries each form that a place can have; the fault is in the one with deeper places.
        outer = {place.rpartition("/")[0] for place in found}
        yield from (f"{place}: {problem}" for place, problem in found.items() if place not in outer)
        return
    for pointer, node in nodes(document, extensions=False):
        if pointer.rpartition("/")[2] not in ("mapping", "scopes"):
            yield from _quoted(node, f"#{pointer}")


def _said(kind: str, message: str, value: object, key: str) -> str:
    """Return an error of the library in the words of this generator, with what to do about it."""
    if kind == "missing":
        return "OpenAPI requires it; add it"
    if key == "const" and kind in _NO_SCALAR:
        # JSON Schema allows it, the library does not.
        return "a const of an object or an array is not supported; list its properties or items"
    if key == "required" and kind == "list_type":
        return "expected a list of properties, in the schema of the object that has them; move it"
    if kind == "string_type" and isinstance(value, bool | int | float):
        return f"not as OpenAPI defines it: {message}; write it in quotes"
    if kind == "model_type" and isinstance(value, bool):
        cure = "write {}, or leave it out" if value else "leave it out"
        return f"a schema that is {str(value).lower()} is not supported; {cure}"
    return f"not as OpenAPI defines it: {_KINDS.get(kind, message)}"


def _keys_of(node: Any, location: tuple[int | str, ...]) -> list[str]:  # noqa: ANN401 - any JSON
    """Return the keys of a place, without the names of Python classes that the library puts between them."""
    keys = []
    for key in location:
        is_index = isinstance(node, list) and isinstance(key, int) and key < len(node)
        if is_index or (isinstance(node, dict) and key in node):
            node = node[key]
            keys.append(str(key))
    return keys


def _quoted(node: dict[str, Any], place: str) -> Iterator[str]:
    """Yield texts for numbers or switches, and switches for numbers: the library accepts them."""
    for kind, keys in (("true or false", _SWITCHES), ("a number", _AMOUNTS)):
        for key in sorted(keys & node.keys()):
            if isinstance(node[key], str):
                yield f"{place}/{key}: expected {kind}, got the text {node[key]!r}; write it as JSON has it"
    for key in sorted((_AMOUNTS - _SWITCHES_OF_3_0) & node.keys()):
        if isinstance(node[key], bool):
            yield f"{place}/{key}: expected a number, got {str(node[key]).lower()}; write a number"


def check_document(document: Document) -> None:
    """Check what no operation can be planned with.

    Raises:
        GenerationError: A key without a value, a path that cannot be read, or a server of a path.
    """
    reasons = Reasons()
    reasons.add(
        f"#{pointer}/{escape(key)}: the key has no value; give it one, or remove the key"
        for pointer, node in nodes(document.raw, extensions=False)
        for key, value in node.items()
        if value is None and key not in _MAY_BE_NULL and not str(key).startswith("x-")
    )
    reasons.add(
        f"{method.upper()} {path}, response {status}: expected a status such as 200, or 4XX, or default"
        for path, method, operation in document.operations()
        for status in operation.get("responses", {})
        if not re.fullmatch("default|[1-5]([0-9][0-9]|XX)", str(status))
    )
    reasons.check()
    servers = document.raw.get("servers", [])[:1]
    forms: dict[str, str] = {}
    for path, item in document.raw.get("paths", {}).items():
        place = f"#/paths/{escape(path)}"
        if not path.startswith("/") or {"?", "#"} & set(path):
            reasons.add([f"{place}: expected a path that begins with / and has neither query nor fragment"])
        same = forms.setdefault(re.sub("{.*?}", "{}", path), path)
        if same != path:
            reasons.add([f"{place}: OpenAPI takes it for the same path as {same}; write both as one path"])
        names = re.findall("{(.*?)}", path)
        reasons.add(
            f"{place}: {{{name}}} is no name of letters, digits, - and _ after a letter; rename it, "
            "and its parameter: nobody sees it in a request"
            for name in names
            if not re.fullmatch("[A-Za-z_][A-Za-z0-9_-]*", name)
        )
        reasons.add(
            f"{place}: {{{name}}} stands twice; give each a name and a parameter of its own"
            for name in dict.fromkeys(names)
            if names.count(name) > 1
        )
        with reasons.noting():
            if "$ref" in item:
                document.resolve(item, place)
                raise ContractError(
                    place, "the path item behind $ref is not one; expected its operations there"
                )
        for where, node in (
            (place, item),
            *((f"{place}/{name}", item[name]) for name in METHODS if name in item),
        ):
            if node.get("servers", servers)[:1] != servers:
                cure = "the client and its credentials belong to one; move it to the servers of the document"
                reasons.add([f"{where}/servers: a server of its own is not supported, because {cure}"])
    reasons.check()


def server_problems(document: dict[str, Any]) -> Iterator[str]:
    """Yield why the first server cannot be the default of the client."""
    for server in document.get("servers", [])[:1]:
        place, url, variables = "#/servers/0", str(server["url"]), server.get("variables", {})
        unknown = [name for name in re.findall(r"{(.*?)}", url) if name not in variables]
        yield from (
            f"{place}/url: the variable {name} is not defined; define it, with a default" for name in unknown
        )
        for name, variable in variables.items():
            default, values = variable["default"], variable.get("enum") or [variable["default"]]
            if default not in values:
                yield (
                    f"{place}/variables/{escape(name)}: the default {default!r} is not one of "
                    f"{', '.join(values)}; correct it"
                )
            url = url.replace(f"{{{name}}}", default)
        if {"?", "#"} & set(url):
            yield f"{place}/url: the URL of a server has no query and no fragment; remove them"
        elif not unknown and not _is_reachable(url):
            yield f"{place}/url: {url}: expected a host and maybe a port, without credentials; correct it"


def _is_reachable(url: str) -> bool:
    """Return whether a URL, if it is absolute, has a host and a port, and no character that is not sent."""
    parts = urlsplit(url)
    try:
        named = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False
    return (named or not parts.scheme) and not re.search(r"[^!-~]|[{}<>\\^`|\"]", url)
