"""The contract's own rules: provenance, safety to repeat, named examples, statuses, keywords, formats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from openapi.document import Json, Part, escape, nodes, resolve, walk
from openapi.lint.examples import check_examples, check_links
from openapi.lint.formats import CHECKER
from openapi.lint.integrity import check_patterns, check_references
from openapi.lint.sides import check_sides
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
)
#: OpenAPI's formats of numbers: they say how to hold a number, and no number is not one.
_OF_NUMBERS = {"int32": "integer", "int64": "integer", "double": "number"}
_STATUSES = {"200", "400", "401", "405", "500"}

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
    """Find extensions that nobody explains: a misspelt one would say nothing."""
    known = extensions()
    for pointer, node in nodes(document):
        for name in node:
            if name.startswith("x-") and name not in known and not pointer.endswith("/properties"):
                yield pointer, f"{name!r} is not explained in {_PAGE}"


def check_provenance(document: Json) -> Iterator[Finding]:
    """Find parts that do not say where they come from, or say it in a word that nobody explains."""
    words = set(provenance())
    for part in walk(document):
        if part.kind in _NEEDS_PROVENANCE:
            yield from _provenance(part.pointer, part.kind, part.node, words)
        for index, rule in enumerate(part.node.get("x-callr-rules", [])):
            yield from _provenance(f"{part.pointer}/x-callr-rules/{index}", "rule", rule, words)


def _provenance(pointer: str, kind: str, node: Json, words: set[str]) -> Iterator[Finding]:
    said = node.get("x-provenance")
    if not isinstance(said, list) or not said:
        yield pointer, f"this {kind} has no x-provenance; expected a list of {', '.join(sorted(words))}"
        return
    for index, word in enumerate(said):
        if not isinstance(word, str) or word not in words:
            yield pointer, f"x-provenance {word!r} is not explained in {_PAGE}"
        if word in said[:index]:
            yield pointer, f"x-provenance {word!r} stands twice"


def check_operations(document: Json) -> Iterator[Finding]:
    """Find operations that do not say whether they may be repeated, or leave out a status."""
    for part in walk(document):
        if part.kind not in ("operation", "push"):
            continue
        if not isinstance(part.node.get("x-callr-safe"), bool):
            yield part.pointer, "no x-callr-safe; expected true (may be repeated blindly) or false (bills)"
        if part.kind == "operation":
            missing = _expected_statuses(document, part) - set(part.node["responses"])
            yield from ((part.pointer, f"status {status} is not documented") for status in sorted(missing))
            for status, response in part.node["responses"].items():
                if not resolve(document, response).get("content"):
                    yield (
                        f"{part.pointer}/responses/{status}",
                        "this answer has no content: every one has a body",
                    )


def _expected_statuses(document: Json, part: Part) -> set[str]:
    in_path = any(resolve(document, p)["in"] == "path" for p in part.node.get("parameters", []))
    return _STATUSES | ({"404"} if in_path else set())


def check_rule_names(document: Json) -> Iterator[Finding]:
    """Find rules without a name in kebab-case that is their own within the operation."""
    for part in walk(document):
        names = [str(rule.get("name")) for rule in part.node.get("x-callr-rules", [])]
        for index, name in enumerate(names):
            pointer = f"{part.pointer}/x-callr-rules/{index}"
            if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name):
                yield pointer, f"the name {name!r} is not in kebab-case"
            if names.count(name) > 1:
                yield pointer, f"the name {name!r} stands twice"
            if not part.node["x-callr-rules"][index].get("description"):
                yield pointer, "the rule has no description"


def check_named_examples(document: Json) -> Iterator[Finding]:
    """Find bodies of requests, answers and pushes, parameters and headers without an example."""
    for part in walk(document):
        if part.kind in ("media type", "parameter") and not part.node.get("examples"):
            yield part.pointer, f"this {part.kind} has no named example"
        if part.kind == "header" and "example" not in part.node and not part.node.get("examples"):
            yield part.pointer, "this header has no example"
    for name, example in document.get("components", {}).get("examples", {}).items():
        if not example.get("summary") or "value" not in example:
            yield f"/components/examples/{name}", "an example has a summary and a value"


def check_descriptions(document: Json) -> Iterator[Finding]:
    """Find parts that people meet and that say nothing."""
    for part in walk(document):
        if part.kind in _NEEDS_PROVENANCE and not part.node.get("description"):
            yield part.pointer, f"this {part.kind} has no description"


def check_servers(document: Json) -> Iterator[Finding]:
    """Find servers without a full address: a relative one would mean wherever the document came from."""
    for index, server in enumerate(document.get("servers", [])):
        if not re.match(r"https?://[^/]", str(server.get("url"))):
            yield f"/servers/{index}/url", f"{server.get('url')!r} is no absolute http or https URL"


def check_keywords(document: Json) -> Iterator[Finding]:
    """Find schema keywords and formats that nobody defines: a misspelt one would assert nothing."""
    for part in walk(document):
        if part.kind in ("schema", "property", "reference"):
            for word in part.node:
                if word not in _KEYWORDS and not word.startswith("x-"):
                    yield part.pointer, f"JSON Schema 2020-12 knows no keyword {word!r}"
            yield from _format(part)


def _format(part: Part) -> Iterator[Finding]:
    name = part.node.get("format")
    if name is None:
        return
    known = {*CHECKER.checkers, *_OF_NUMBERS}
    if name not in known:
        yield part.pointer, f"nothing checks the format {name!r}; known: {', '.join(sorted(known))}"
    of = _OF_NUMBERS.get(name, "string")
    if of not in part.node.get("type", of):
        yield part.pointer, f"the format {name!r} is one of a {of}, so it says nothing here"


def check_open_statuses(document: Json) -> Iterator[Finding]:
    """Find statuses of an SMS that are closed: a client has to live with a word that is new."""
    for part in walk(document):
        if part.kind == "property" and re.search(r"/properties/(old_|new_)?status$", part.pointer):
            schema = resolve(document, part.node)
            if "string" not in schema.get("type", ""):  # an HTTP status
                continue
            open_ = "x-possible-values" in schema and "enum" not in schema
            if "const" not in schema and not open_:
                yield part.pointer, "a status is an open string with x-possible-values, never an enum"


def check_error_codes(document: Json) -> Iterator[Finding]:
    """Find examples of errors whose `code` is not the HTTP status that they stand under."""
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
                        yield where, f"the example's code is {code}, the HTTP status {status}"


def _error_code(value: object) -> object:
    data = value.get("data") if isinstance(value, dict) and value.get("status") == "error" else None
    return data.get("code") if isinstance(data, dict) else None


RULES: dict[str, Callable[[Json], Iterator[Finding]]] = {
    "provenance": check_provenance,
    "operations": check_operations,
    "rule-names": check_rule_names,
    "named-examples": check_named_examples,
    "examples": check_examples,
    "descriptions": check_descriptions,
    "servers": check_servers,
    "links": check_links,
    "keywords": check_keywords,
    "open-statuses": check_open_statuses,
    "error-codes": check_error_codes,
    "extensions": check_extensions,
    "sides": check_sides,
}
#: The rules that go first: where they find something, no other can be applied.
FIRST_RULES: dict[str, Callable[[Json], Iterator[Finding]]] = {
    "references": check_references,
    "patterns": check_patterns,
}


#: What a document of an API that is nobody's but ours cannot be asked: who said so, and what bills.
ABOUT_THE_VENDOR = frozenset({"provenance", "operations"})


def is_own(document: Json) -> bool:
    """Tell whether a document says that its API is our own, not the vendor's."""
    return document.get("info", {}).get("x-callr-own") is True


def rules_for(document: Json) -> dict[str, Callable[[Json], Iterator[Finding]]]:
    """Return the rules that a document is held to."""
    own = is_own(document)
    return {name: rule for name, rule in RULES.items() if not (own and name in ABOUT_THE_VENDOR)}


def findings(document: Json) -> list[tuple[str, str, str]]:
    """Apply every rule: the rule's name, a JSON pointer and what is wrong there, for each finding."""
    return _apply(FIRST_RULES, document) or _apply(rules_for(document), document)


def _apply(
    rules: dict[str, Callable[[Json], Iterator[Finding]]], document: Json
) -> list[tuple[str, str, str]]:
    return [(name, pointer, text) for name, rule in rules.items() for pointer, text in rule(document)]
