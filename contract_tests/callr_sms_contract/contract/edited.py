"""An edited contract: it is checked before anything is requested, and what is wrong is said in words."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

import jsonschema_rs
import yaml

from callr_sms_contract.contract.document import LOADER, Contract
from callr_sms_contract.contract.formats import FORMATS
from callr_sms_contract.contract.spellings import BrokenReferenceError, in_one_spelling, operations, resolved

_MOST: Final = 5
"""How many problems are named."""
_FORMATS: Final = {*FORMATS, "uri", "date-time"}


class ContractError(ValueError):
    """A file that is no contract; the message names the file, each problem and what was expected."""


def load_edited(path: Path, rules: Collection[str]) -> Contract:
    """Return the contract in the file `path`, whose operations may have the rules `rules`.

    Raises ContractError.
    """
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), LOADER)  # noqa: S506 - both loaders are safe
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ContractError(
            f"--contract: {path} cannot be read ({reason}); expected an OpenAPI document"
        ) from None
    except (yaml.YAMLError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ContractError(
            f"--contract: {path} is neither YAML nor JSON ({reason}); expected an OpenAPI document"
        ) from None
    return checked(document, path, rules)


def checked(document: object, path: Path, rules: Collection[str]) -> Contract:
    """Return the contract that a file contains; raises ContractError."""
    try:
        problems = list(_problems(document, rules))
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        problems = [f"it has another form than OpenAPI says ({type(error).__name__}: {error})"]
    if problems:
        more = f"; and {len(problems) - _MOST} more" if len(problems) > _MOST else ""
        raise ContractError(f"--contract: {path}: {'; '.join(problems[:_MOST])}{more}")
    return Contract(cast("Mapping[str, Any]", document), path.resolve())


def _problems(document: Any, rules: Collection[str]) -> Iterator[str]:  # noqa: ANN401 - any YAML
    if not isinstance(document, Mapping):
        yield f"it is {_kind(document)}; expected an OpenAPI document, an object with paths"
        return
    top = list(_top(document))
    yield from top
    if top:
        return
    try:
        whole = in_one_spelling(document)
        yield from _references(document, document, "")
    except BrokenReferenceError as error:
        yield str(error)
        return
    except (AttributeError, TypeError) as error:
        yield f"paths: they have another form than OpenAPI says ({error}); expected path items"
        return
    ids: dict[str, str] = {}
    for path, method, operation in operations(whole):
        place = f"{method.upper()} {path}"
        found = (*_operation(path, operation, rules), *_parameters(path, operation))
        yield from (f"{place}: {problem}" for problem in found)
        own = str(operation["operationId"])
        if ids.setdefault(own, place) != place:
            yield f"{place}: operationId {own!r} is that of {ids[own]}, too; expected one of its own"
    yield from _schemas(whole)


def _top(document: Mapping[str, Any]) -> Iterator[str]:
    version = document.get("openapi")
    if not str(version).startswith("3.1"):
        yield f"openapi: {version!r} is not a version that is understood; expected 3.1.0 or another 3.1"
    info, servers = document.get("info"), document.get("servers")
    for name in ("title", "version"):
        if not (isinstance(info, Mapping) and isinstance(info.get(name), str)):
            yield f"info.{name}: it is missing or no string; expected the {name} of the contract"
    first = servers[0] if isinstance(servers, list) and servers else None
    if not (isinstance(first, Mapping) and isinstance(first.get("url"), str)):
        yield "servers: the first one has no url; expected the URL of the API"
    for name in ("paths", "components", "webhooks"):
        found = document.get(name)
        if not isinstance(found, Mapping) and (found is not None or name == "paths"):
            yield f"{name}: it is {_kind(found)}; expected an object"
    if isinstance(document.get("paths"), Mapping) and not document["paths"]:
        yield "paths: there are none; expected those of the API"


def _operation(path: str, operation: Mapping[str, Any], rules: Collection[str]) -> Iterator[str]:
    responses = operation.get("responses")
    if not isinstance(responses, Mapping) or not responses:
        yield "responses: there are none; expected one for each status"
    elif not all(isinstance(status, str) for status in responses):
        yield "responses: a status is a number; expected a string, such as '200'"
    is_safe, body = operation.get("x-callr-safe"), operation.get("requestBody")
    if not isinstance(is_safe, bool):
        yield f"x-callr-safe: {is_safe!r} is neither true nor false; expected true only for reads"
    elif is_safe and (path == "/sms/send" or body):
        yield "x-callr-safe: true on an operation that sends; expected false"
    if body is not None and not _json_schema(body):
        yield "requestBody: it has no schema for application/json; expected one"
    for rule in operation.get("x-callr-rules", ()):
        name = rule.get("name") if isinstance(rule, Mapping) else rule
        is_judged = not isinstance(rule, Mapping) or "at" not in rule
        if is_judged and name not in rules:
            yield f"x-callr-rules: {name!r} is unknown; expected a rule of the released contract"


def _parameters(path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    names = set()
    for parameter in operation.get("parameters", ()):
        name, where = parameter.get("name"), parameter.get("in")
        names.add((where, name))
        if not isinstance(name, str) or where not in {"query", "path", "header", "cookie"}:
            yield (
                f"parameters: {name!r} in {where!r} is not a parameter; "
                "expected a name, in query, path or header"
            )
        elif not isinstance(parameter.get("schema"), Mapping):
            yield f"parameters: {name!r} has no schema; expected one"
    for step in path.split("/"):
        if step.startswith("{") and ("path", step.strip("{}")) not in names:
            yield f"parameters: {step.strip('{}')!r} of the path is missing; expected it, in path"


def _json_schema(body: Any) -> bool:  # noqa: ANN401 - JSON
    content = body.get("content") if isinstance(body, Mapping) else None
    json = content.get("application/json") if isinstance(content, Mapping) else None
    return isinstance(json, Mapping) and isinstance(json.get("schema"), Mapping)


def _references(document: Mapping[str, Any], node: Any, place: str) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Follow every reference once; those of schemas may be circular."""
    if isinstance(node, Mapping):
        if isinstance(node.get("$ref"), str) and not place.endswith(("/example", "/examples", "/value")):
            try:
                resolved(document, {"$ref": node["$ref"]})
            except BrokenReferenceError as error:
                yield f"{place.lstrip('/') or 'the document'}: {error}"
        for name, value in node.items():
            yield from _references(document, value, f"{place}/{name}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _references(document, value, f"{place}/{number}")


def _schemas(document: Mapping[str, Any]) -> Iterator[str]:
    schemas = document.get("components", {}).get("schemas", {})
    for name, schema in schemas.items() if isinstance(schemas, Mapping) else ():
        if not isinstance(schema, (Mapping, bool)):
            yield f"components.schemas.{name}: it is {_kind(schema)}; expected a schema"
            continue
        try:
            jsonschema_rs.meta.validate(
                {"$schema": _DIALECT, **schema} if isinstance(schema, Mapping) else schema
            )
        except jsonschema_rs.ValidationError as error:
            where = ".".join(("components.schemas", name, *map(str, error.instance_path)))
            yield f"{where}: {error.message}; expected JSON Schema"
        except ValueError as error:
            yield f"components.schemas.{name}: {error}; expected JSON Schema"


_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def _kind(value: object) -> str:
    names = {type(None): "missing", list: "an array", str: "a string", bool: "a boolean", dict: "an object"}
    return names.get(type(value), "a number")
