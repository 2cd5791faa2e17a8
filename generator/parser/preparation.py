"""The document as prepared for openapi-python-client."""

import json
from collections.abc import Iterator
from typing import Any

from generator.config import ClientConfig
from generator.errors import ContractError, Reasons
from generator.parser.all_of import find_endless, part_problems, rewrite_all_of
from generator.parser.document import Document
from generator.parser.keywords import EXACT, IGNORED, REFUSED, SCHEMAS, SUPPORTED, UNKNOWN
from generator.parser.media import is_json
from generator.parser.merging import merge_parts, sibling_conflict
from generator.parser.naming import NAMELESS, class_name, split_words
from generator.parser.nullable import drop_impossible_null, say_with_one_of, separate
from generator.parser.references import refer_to_components
from generator.parser.shapes import shape
from generator.parser.values import extension_problems, names_problem, schema_problems
from openapi.document import Operation, chain, nodes, operations


def prepare(document: Document, config: ClientConfig, reasons: Reasons) -> Document:
    """Prepare a document for openapi-python-client: only what operations use, with class names as titles.

    An open list of values, `x-possible-values`, becomes an `enum`, so that it gets a class. The templates
    make the classes of all enums open.

    Args:
        document: The document as written.
        config: The settings of the client.
        reasons: Takes what is not supported.
    """
    # A copy in which no part stands twice, as an alias of YAML does.
    raw = json.loads(json.dumps(document.raw))
    raw.pop("webhooks", None)
    shape(raw)
    rewrite_all_of(raw)
    merge_parts(raw)
    refer_to_components(raw)
    unprepared = Document(json.loads(json.dumps(raw)), "")
    events = tuple(_event_schemas(document, config, reasons)) if config.webhooks else ()
    reached = _reach(Document(raw, ""), config, events)
    schemas = raw.get("components", {}).get("schemas", {})
    endless = list(find_endless({name: schemas[name] for name in schemas if SCHEMAS + name in reached}))
    if endless:
        reasons.add(endless)
        reasons.check()
    unknown = set(config.schemas) - set(schemas)
    if unknown:
        cure = "correct the setting, or remove it"
        reasons.add([f"schemas: {', '.join(sorted(unknown))}: the contract has no such schema; {cure}"])
    _check_class_names(
        {
            name: config.schemas.get(name, class_name(name))
            for name, schema in schemas.items()
            if SCHEMAS + name in reached and "$ref" not in schema
        }
    )
    raw["components"] = {**raw.get("components", {}), "schemas": {}}
    for name, schema in schemas.items():
        if SCHEMAS + name in reached:
            # A schema that is only a reference is another name for its target.
            titled = {} if "$ref" in schema else {"title": config.schemas.get(name, class_name(name))}
            whole = {**schema, **titled}
            for place, inner in _walk(whole, SCHEMAS + name):
                with reasons.noting():
                    _prepare(unprepared, inner, place, reasons)
            raw["components"]["schemas"].update(_apart(name, whole))
    for path, method, operation in Document(raw, "").operations():
        for place, inner in _walk_operation(operation, f"{method.upper()} {path}"):
            with reasons.noting():
                _prepare(unprepared, inner, place, reasons)
    return Document(raw, document.sha256, events, document.raw)


def _check_class_names(classes: dict[str, str]) -> None:
    """Check that no two schemas have the same class, because the last one would replace the other."""
    known: dict[str, str] = {}
    reasons = Reasons()
    for name, made in classes.items():
        other = known.setdefault(made, name)
        if not made.isidentifier():
            reasons.add(
                [f"{SCHEMAS}{name}: {name!r} cannot be turned into a Python name; set one under [schemas]"]
            )
        elif other != name:
            both = f"{SCHEMAS}{name}: its Python name {made} is also that of {SCHEMAS}{other}"
            reasons.add([f"{both}; rename one, there or in the settings of the client under [schemas]"])
    reasons.check()


def _event_schemas(document: Document, config: ClientConfig, reasons: Reasons) -> dict[str, None]:
    """Return the schemas that webhooks push, each once, in the order of the document."""
    found: dict[str, None] = {}
    webhooks = [one for one in operations(document.raw) if one.is_webhook]
    if not webhooks:
        reasons.add(["webhooks: the contract has no webhooks; remove the setting"])
    with reasons.noting():
        reasons.add(unsigned_webhooks(document, config.webhooks.get("signature", "")))
    for pushed in webhooks:
        place = f"webhook {pushed.place}"
        with reasons.noting():
            found[_event_schema(document, pushed, place)] = None
    return found


def _event_schema(document: Document, pushed: Operation, place: str) -> str:
    body = document.resolve(pushed.node.get("requestBody", {}), place)
    content = body.get("content", {})
    schema: dict[str, Any] = next((content[name].get("schema", {}) for name in content if is_json(name)), {})
    document.resolve(schema, place)
    target = chain(document.raw, schema)[-1][0].removeprefix(SCHEMAS[1:])
    if target not in document.raw.get("components", {}).get("schemas", {}):
        raise ContractError(place, "expected a JSON body whose schema is a reference to a component")
    return target


def unsigned_webhooks(document: Document, signature: str) -> Iterator[str]:
    """Yield the webhooks that list headers, but not the one with the signature; none without a signature."""
    for pushed in (one for one in operations(document.raw) if one.is_webhook and signature):
        place = f"webhook {pushed.place}"
        parameters = [document.resolve(each, place) for each in pushed.node.get("parameters", [])]
        headers = [each["name"] for each in parameters if each["in"] == "header"]
        if headers and signature.lower() not in {name.lower() for name in headers}:
            cure = "correct `signature` under [webhooks] in the settings"
            yield f"{place}: none of its headers, {', '.join(headers)}, is the signature {signature}; {cure}"


def _prepare(document: Document, schema: dict[str, Any], place: str, reasons: Reasons) -> None:
    reasons.add(_open_values(schema, place))
    reasons.add(_check(document, schema, place))
    reasons.add(_unusable_names(schema, place))
    problems = list(part_problems(schema, document.raw, place))
    if problems:
        reasons.add(problems)
        del schema[next(key for key in ("oneOf", "anyOf", "allOf") if key in schema)]
    if "enum" in schema:
        schema["enum"] = list(dict.fromkeys(schema["enum"]))
        known = [value for value in schema["enum"] if value is not None]
        problem = names_problem(schema, len(known))
        if problem:
            reasons.add([f"{place}: {problem}"])
            del schema["x-enum-varnames"]
        schema.setdefault("x-enum-varnames", [f"V_{index}" for index in range(len(known))])
    for bound in EXACT:
        if isinstance(schema.get(bound), int):
            # The library makes a float of it, which is another number above 2 to the power of 53.
            schema[f"x-{bound}"] = schema[bound]
    say_with_one_of(schema)
    drop_impossible_null(schema)
    around, _, name = place.rpartition("/")
    if around + "/" == SCHEMAS:
        return
    apart = separate(schema, name if around.endswith("/properties") else None)
    if apart:
        inner, said = apart
        schema.clear()
        schema.update(said, oneOf=[inner, {"type": "null"}])


def _apart(name: str, schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return a component; one that may be null becomes two, with a component for the other values."""
    apart = separate(schema, None)
    if not apart:
        return {name: schema}
    inner, said = apart
    value = f"{name}.OtherThanNull"
    return {value: inner, name: {**said, "oneOf": [{"$ref": SCHEMAS + value}, {"type": "null"}]}}


def _reach(document: Document, config: ClientConfig, events: tuple[str, ...]) -> set[str]:
    """Return all references that operations, events and groups of parameters lead to."""
    found: set[str] = set()
    broken = Reasons()
    waiting: list[object] = [operation for _, _, operation in document.operations()]
    waiting += [{"$ref": SCHEMAS + schema} for schema in (*config.groups.values(), *events)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str) and reference not in found:
                found.add(reference)
                if not reference.startswith("#/components/examples/"):
                    with broken.noting():
                        waiting.append(document.look_up(reference, reference))
            waiting.extend(_parts(node))
        elif isinstance(node, list):
            waiting.extend(node)
    if broken.found:
        broken.name_places((f"#{place}", str(node.get("$ref"))) for place, node in nodes(document.raw))
    broken.check()
    return found


def _parts(node: dict[str, Any]) -> Iterator[object]:
    """Yield the parts of a node that can refer to others. The names of properties are not keywords."""
    for key, item in node.items():
        if key == "properties" and isinstance(item, dict):
            yield from item.values()
        elif key not in ("examples", "example", "default", "enum", "const"):
            yield item


def _walk(schema: object, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a schema and all schemas in it, with their places."""
    if not isinstance(schema, dict):
        return
    yield place, schema
    for key in ("items", "additionalProperties"):
        yield from _walk(schema.get(key), f"{place}/{key}")
    for name, inner in schema.get("properties", {}).items():
        yield from _walk(inner, f"{place}/properties/{name}")
    for key in ("allOf", "anyOf", "oneOf"):
        for index, inner in enumerate(schema.get(key, [])):
            yield from _walk(inner, f"{place}/{key}/{index}")


def _walk_operation(node: object, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the schemas in an operation, with their places."""
    if isinstance(node, list):
        for index, inner in enumerate(node):
            yield from _walk_operation(inner, f"{place}/{index}")
    elif isinstance(node, dict):
        for key, inner in node.items():
            if key == "schema":
                yield from _walk(inner, f"{place}/{key}")
            elif not key.startswith("x-") and key not in ("examples", "example", "links"):
                yield from _walk_operation(inner, f"{place}/{key}")


def _open_values(schema: dict[str, Any], place: str) -> Iterator[str]:
    """Make an enum of an open list of values, and one type of a list of one."""
    types = schema.get("type")
    if isinstance(types, list):
        schema["type"] = types = list(dict.fromkeys(types))
        if not types:
            yield f"{place}: the list of types is empty; name one, or remove it"
            del schema["type"]
        elif len(types) == 1:
            schema["type"] = types[0]
    yield from (f"{place}: {problem}" for problem in extension_problems(schema))
    values = schema.get("x-possible-values")
    if values and "enum" not in schema:
        nullable = isinstance(types, list) and "null" in types
        schema["enum"] = [*values, *([None] if nullable else [])]


def _check(document: Document, schema: dict[str, Any], place: str) -> Iterator[str]:
    """Yield what openapi-python-client would ignore, or refuse without its place, and remove it."""
    resolved = {**document.resolve(schema, place), **schema}
    yield from (f"{place}: {problem}" for problem in schema_problems(schema, resolved))
    keyword = sibling_conflict(document.raw, schema)
    if keyword:
        schema.pop(keyword, None)
        yield f"{place}: the {keyword} next to `$ref` does not become one with its schema's; write one schema"
    for keyword, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        # As OpenAPI 3.0 writes it.
        if isinstance(schema.get(keyword), bool) and schema.pop(keyword) and bound in schema:
            schema[keyword] = schema.pop(bound)
    types = {type(value) for value in schema.get("enum", []) if value is not None}
    if len(types) > 1 or types - {str, int}:
        del schema["enum"]
        yield f"{place}: only an enum of strings, or of integers, is supported; use values of one type"
    if any(isinstance(value, str) and not value.isprintable() for value in schema.get("enum", [])):
        del schema["enum"]
        yield f"{place}: an enum of values with control characters is not supported; remove them"
    if "array" in (schema.get("type"), *(schema["type"] if isinstance(schema.get("type"), list) else [])):
        # Items of any type.
        schema.setdefault("items", {})
    for key in [key for key in schema if not (key in SUPPORTED or key in IGNORED or key.startswith("x-"))]:
        del schema[key]
        if key in REFUSED:
            yield f"{place}: the keyword {key!r} is not supported; {REFUSED[key]}"
        else:
            yield f"{place}: the keyword {key!r} {UNKNOWN}"


def _unusable_names(schema: dict[str, Any], place: str) -> Iterator[str]:
    """Yield the properties without a Python name of their own, and remove them."""
    known: dict[str, str] = {}
    for name in list(schema.get("properties", {})):
        made = "_".join(split_words(name)).lower()
        if made and known.setdefault(made, name) == name:
            continue
        del schema["properties"][name]
        if name in schema.get("required", []):
            schema["required"] = [one for one in schema["required"] if one != name]
        if made:
            yield f"{place}: {name} and {known[made]} have the same Python name; leave one of them out"
        else:
            yield f"{place}, property {name}: {NAMELESS.format(name)}"
