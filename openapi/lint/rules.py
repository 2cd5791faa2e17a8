"""The own rules of the lint: provenance, safe operations, named examples, statuses, keywords, formats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from openapi.document import Json, Part, escape, nodes, operations, resolve, rules_of, walk
from openapi.lint.constraints import check_constraints, check_date_patterns
from openapi.lint.examples import check_examples, check_links
from openapi.lint.formats import CHECKER
from openapi.lint.integrity import check_patterns, check_references
from openapi.lint.sides import check_sides
from openapi.provenance import WAYS
from openapi.vocabulary import PAGE, extensions, provenance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from openapi.lint.examples import Finding

_PAGE = "/".join(PAGE.parts[-2:])
_NEEDS_PROVENANCE = (
    "schema",
    "property",
    "parameter",
    "header",
    "response",
    "request body",
    "security scheme",
    "rule",
)
#: OpenAPI's formats of numbers, which every number matches.
_OF_NUMBERS = {"int32": "integer", "int64": "integer", "double": "number"}
_STATUSES = {"200", "400", "401", "405", "500"}
_SHARED = "/components/x-callr-rules"

#: What JSON Schema 2020-12 and OpenAPI 3.1's base vocabulary define for a schema.
_KEYWORDS = frozenset(
    """
    $id $schema $ref $anchor $dynamicRef $dynamicAnchor $vocabulary $comment $defs
    prefixItems items contains additionalProperties properties patternProperties dependentSchemas
    propertyNames if then else allOf anyOf oneOf not unevaluatedItems unevaluatedProperties
    type const enum multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength
    pattern maxItems minItems uniqueItems maxContains minContains maxProperties minProperties required
    dependentRequired title description default deprecated readOnly writeOnly examples format
    contentEncoding contentMediaType contentSchema discriminator xml externalDocs example
    """.split()  # noqa: SIM905 - sixty words read better than sixty literals
)


def check_extensions(document: Json) -> Iterator[Finding]:
    """Find extensions that are not explained: a misspelt one would have no effect."""
    known = extensions()
    for pointer, node in nodes(document):
        for name in node:
            if name.startswith("x-") and name not in known and not pointer.endswith("/properties"):
                yield pointer, f"{name!r} is not explained in {_PAGE}"


def check_provenance(document: Json) -> Iterator[Finding]:
    """Find parts without a provenance, or with a value that is not explained."""
    words = set(provenance())
    for part in walk(document):
        if part.kind in _NEEDS_PROVENANCE:
            yield from _provenance(part.pointer, part.kind, part.node, words)


def _provenance(pointer: str, kind: str, node: Json, words: set[str]) -> Iterator[Finding]:
    said = node.get("x-provenance")
    if not isinstance(said, list) or not said:
        yield pointer, f"this {kind} has no x-provenance; expected a list of {', '.join(sorted(words))}"
        return
    for index, word in enumerate(said):
        if not isinstance(word, str) or word not in words:
            yield pointer, f"x-provenance {word!r} is not explained in {_PAGE}"
        if word in said[:index]:
            yield pointer, f"x-provenance {word!r} is repeated"


def check_operations(document: Json) -> Iterator[Finding]:
    """Find operations that do not say whether they are safe to retry, or lack a status."""
    for part in walk(document):
        if part.kind not in ("operation", "push"):
            continue
        if not isinstance(part.node.get("x-callr-safe"), bool):
            yield (
                part.pointer,
                "x-callr-safe is missing; expected true (safe to retry) or false (every request bills)",
            )
        if part.kind == "operation":
            parameters = (resolve(document, each) for each in part.node.get("parameters", []))
            expected = _STATUSES | {"404" for parameter in parameters if parameter["in"] == "path"}
            for status in sorted(expected - set(part.node["responses"])):
                yield part.pointer, f"status {status} is not documented"
            for status, response in part.node["responses"].items():
                if not resolve(document, response).get("content"):
                    yield (
                        f"{part.pointer}/responses/{status}",
                        "this response has no content; expected a body",
                    )


def check_rule_names(document: Json) -> Iterator[Finding]:
    """Find rules whose name is not in kebab-case, or stands twice: a rule of several operations is shared."""
    used = [pair for operation in operations(document) for pair in rules_of(document, operation)]
    defined = {part.pointer: str(part.node.get("name")) for part in walk(document) if part.kind == "rule"}
    for pointer, name in defined.items():
        if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name):
            yield pointer, f"the name {name!r} is not in kebab-case"
        if [*defined.values()].count(name) > 1:
            yield pointer, f"the name {name!r} is repeated; a rule of several operations stands in {_SHARED}"
        if pointer.startswith(_SHARED):
            if pointer != f"{_SHARED}/{name}":
                yield pointer, f"the name {name!r} is not that of its place"
            if pointer not in dict(used):
                yield pointer, f"no operation has the rule {name!r}"
    for operation in operations(document):
        places = [pointer for pointer, _ in rules_of(document, operation)]
        for pointer in {place for place in places if places.count(place) > 1}:
            yield operation.pointer, f"the rule {defined[pointer]!r} is repeated"


def check_confidence(document: Json) -> Iterator[Finding]:
    """Find open questions that do not say by what they are settled."""
    for index, question in enumerate(document.get("info", {}).get("x-callr-unknown", [])):
        pointer = f"/info/x-callr-unknown/{index}"
        missing = [key for key in ("name", "description", "settled-by") if not question.get(key)]
        if missing:
            yield pointer, f"the question has no {missing[0]}"
        elif question["settled-by"] not in WAYS:
            yield pointer, f"settled-by {question['settled-by']!r} is unknown; expected {', '.join(WAYS)}"


def check_named_examples(document: Json) -> Iterator[Finding]:
    """Find bodies, parameters and headers without an example."""
    for part in walk(document):
        if part.kind in ("media type", "parameter") and not part.node.get("examples"):
            yield part.pointer, f"this {part.kind} has no named example"
        if part.kind == "header" and "example" not in part.node and not part.node.get("examples"):
            yield part.pointer, "this header has no example"
    for name, example in document.get("components", {}).get("examples", {}).items():
        if not example.get("summary") or "value" not in example:
            yield f"/components/examples/{name}", "expected an example with a summary and a value"


def check_descriptions(document: Json) -> Iterator[Finding]:
    """Find parts without a description."""
    for part in walk(document):
        if part.kind in _NEEDS_PROVENANCE and not part.node.get("description"):
            yield part.pointer, f"this {part.kind} has no description"


def check_servers(document: Json) -> Iterator[Finding]:
    """Find servers without an absolute URL: a relative one depends on where the document came from.

    A server that is for internal use may serve the document itself, at whatever address it has.
    """
    for index, server in enumerate(document.get("servers", [])):
        expected = r"https?://[^/]|/[^/]" if server.get("x-internal") is True else r"https?://[^/]"
        if not re.match(expected, str(server.get("url"))):
            yield f"/servers/{index}/url", f"{server.get('url')!r} is not an absolute http or https URL"


def check_keywords(document: Json) -> Iterator[Finding]:
    """Find undefined keywords and formats of schemas: a misspelt one would check nothing."""
    for part in walk(document):
        if part.kind in ("schema", "property", "reference"):
            for keyword in part.node:
                if keyword not in _KEYWORDS and not keyword.startswith("x-"):
                    yield part.pointer, f"{keyword!r} is not a keyword of JSON Schema 2020-12"
            yield from _format(part)


def _format(part: Part) -> Iterator[Finding]:
    name = part.node.get("format")
    if name is None:
        return
    known = {*CHECKER.checkers, *_OF_NUMBERS}
    if name not in known:
        yield part.pointer, f"the format {name!r} is unknown; known formats: {', '.join(sorted(known))}"
    of = _OF_NUMBERS.get(name, "string")
    if of not in part.node.get("type", of):
        yield part.pointer, f"the format {name!r} applies to the type {of}, so it has no effect here"


def check_open_statuses(document: Json) -> Iterator[Finding]:
    """Find statuses of an SMS that are closed: a client has to accept new ones."""
    for part in walk(document):
        if part.kind == "property" and re.search(r"/properties/(old_|new_)?status$", part.pointer):
            schema = resolve(document, part.node)
            if "string" not in schema.get("type", ""):  # an HTTP status
                continue
            open_ = "x-possible-values" in schema and "enum" not in schema
            if "const" not in schema and not open_:
                yield (
                    part.pointer,
                    "expected a status to be an open string with x-possible-values, not an enum",
                )


def check_error_codes(document: Json) -> Iterator[Finding]:
    """Find examples of errors whose `code` is not the HTTP status of their response."""
    for part in walk(document):
        for status, response in part.node.get("responses", {}).items() if part.kind == "operation" else ():
            found = resolve(document, response)
            for name, media in found.get("content", {}).items():
                for key, example in media.get("examples", {}).items():
                    code = _error_code(resolve(document, example).get("value"))
                    if code is not None and str(code) != status:
                        where = (
                            f"{part.pointer}/responses/{status}/content/{escape(name)}/examples/{escape(key)}"
                        )
                        yield where, f"the code of the example is {code}, but the HTTP status is {status}"


def _error_code(value: object) -> object:
    data = value.get("data") if isinstance(value, dict) and value.get("status") == "error" else None
    return data.get("code") if isinstance(data, dict) else None


RULES: dict[str, Callable[[Json], Iterator[Finding]]] = {
    "provenance": check_provenance,
    "operations": check_operations,
    "rule-names": check_rule_names,
    "confidence": check_confidence,
    "named-examples": check_named_examples,
    "examples": check_examples,
    "descriptions": check_descriptions,
    "servers": check_servers,
    "links": check_links,
    "keywords": check_keywords,
    "constraints": check_constraints,
    "date-patterns": check_date_patterns,
    "open-statuses": check_open_statuses,
    "error-codes": check_error_codes,
    "extensions": check_extensions,
    "sides": check_sides,
}
#: The rules that run first: after a finding of these, the others cannot run.
FIRST_RULES: dict[str, Callable[[Json], Iterator[Finding]]] = {
    "references": check_references,
    "patterns": check_patterns,
}


#: The rules that do not apply to an API of the toolkit itself: it has no source and bills nothing, and its
#: server reads the formats.
ABOUT_THE_VENDOR = frozenset({"provenance", "operations", "date-patterns"})


def is_own(document: Json) -> bool:
    """Return whether the API of a document is the toolkit's own, not the vendor's."""
    info = document.get("info")
    return isinstance(info, dict) and info.get("x-callr-own") is True


def rules_for(document: Json) -> dict[str, Callable[[Json], Iterator[Finding]]]:
    """Return the rules that apply to a document."""
    own = is_own(document)
    return {name: rule for name, rule in RULES.items() if not (own and name in ABOUT_THE_VENDOR)}


def findings(document: Json) -> list[tuple[str, str, str]]:
    """Return the findings of all rules: the name of the rule, a JSON pointer and a message."""
    return _apply(FIRST_RULES, document) or _apply(rules_for(document), document)


def _apply(
    rules: dict[str, Callable[[Json], Iterator[Finding]]], document: Json
) -> list[tuple[str, str, str]]:
    return [(name, pointer, text) for name, rule in rules.items() for pointer, text in rule(document)]
