"""The rendering of the page: the template, and the filters and functions that it uses."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import UndefinedError
from markupsafe import Markup, escape

from openapi.docs.contract import Contract, types_of
from openapi.docs.markdown import headings
from openapi.docs.pages import STYLE, Inline, templates
from openapi.provenance import WAYS, Row, rows
from openapi.vocabulary import confidence, provenance

if TYPE_CHECKING:
    from openapi.document import Json

_HERE = Path(__file__).parent
_JSON_TOKENS = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=:)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>-?\d[\d.eE+-]*|true|false|null)'
)
#: Keywords of a schema that the template shows itself; `_facts` shows all others.
_SHOWN = {"$ref", "type", "title", "description", "format", "items", "properties", "required"}
_SHOWN |= {"examples", "default", "enum", "const", "pattern"}
_RANGES = {
    ("minLength", "maxLength"): "characters",
    ("minItems", "maxItems"): "items",
    ("minimum", "maximum"): "",
}
# The contract has the largest 32-bit number where a linter requires a limit and the API has no limit.
_NO_LIMIT = 2**31 - 1


class UnfinishedContractError(ValueError):
    """The contract lacks something that the page shows."""


def render(document: Json, client: str = "") -> str:
    """Render a contract as one HTML page: the same document results in the same bytes.

    Args:
        document: The contract.
        client: The address of the reference of a client, to link to.

    Raises:
        UnfinishedContractError: The contract does not pass the lint.
    """
    contract = Contract(document)
    environment = templates(_HERE)
    environment.filters |= {"json": _json, "literal": _literal}
    environment.globals |= {"contract": contract, "facts": _facts, "types": types_of, "headings": headings}
    environment.globals |= {"sure": _sure}
    try:
        page = environment.get_template("reference.html").render(
            document=document,
            provenance=provenance(),
            confidence=confidence(),
            rows=rows(document),
            ways=WAYS,
            style=Inline.of(STYLE),
            source=_download(document),
            client=client,
        )
    except (UndefinedError, LookupError, TypeError) as error:
        raise UnfinishedContractError(
            "the contract lacks something that the page shows; `make lint-openapi` names it"
        ) from error
    return page.lstrip()  # the macros leave line feeds


def _download(document: Json) -> str:
    """Return the contract as an address, so that the page holds the document that it was made from."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return f"data:application/json;base64,{base64.b64encode(text.encode()).decode()}"


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _json(value: object) -> Markup:
    """Return indented JSON whose tokens are marked for the style."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    written, end = [], 0
    for token in _JSON_TOKENS.finditer(text):
        marked = Markup('<span class="{}">{}</span>').format(token.lastgroup, token[0])
        written += [escape(text[end : token.start()]), marked]
        end = token.end()
    return Markup().join([*written, escape(text[end:])])


def _sure(sources: list[str]) -> str:
    """Return how sure a part is, by its sources."""
    return Row("", "", tuple(sources), "").confidence


def _facts(schema: Json) -> list[str]:
    """Return the constraints of a schema as text: ranges in words, other keywords unchanged."""
    shown = set(_SHOWN)
    facts = []
    for (least, most), unit in _RANGES.items():
        shown |= {least, most}
        # The length of a listed value is obvious.
        if not {"enum", "const"} & schema.keys():
            facts.append(_range(schema.get(least), schema.get(most), unit))
    if schema.get("additionalProperties") is False:
        shown.add("additionalProperties")
        facts.append("closed: no other properties")
    facts += [
        f"{key}: {_literal(value)}" for key, value in schema.items() if key not in shown and key[:2] != "x-"
    ]
    return [each for each in facts if each]


def _range(least: int | None, most: int | None, unit: str) -> str:
    most = None if most == _NO_LIMIT else most
    if most is None:
        return f"at least {least:,} {unit}".rstrip() if least else ""
    if least is None:
        return f"at most {most:,} {unit}".rstrip()
    return (f"{least:,} {unit}" if least == most else f"{least:,} to {most:,} {unit}").rstrip()
