"""The reference page holds all that the contract says, and nothing that loads, or runs but its own script."""

from __future__ import annotations

import base64
import copy
import hashlib
import html
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from openapi.docs.__main__ import main
from openapi.docs.page import render
from openapi.docs.pages import VENDOR
from openapi.document import load
from openapi.vocabulary import provenance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCUMENT = load()
PAGE = render(DOCUMENT)


def words(text: str) -> str:
    """The words of a text: how they are set off from each other does not count."""
    return " ".join(re.findall(r"\w+", text))


def seen(page: str) -> str:
    """What a reader sees of a page."""
    body = page.split("<body>")[1]
    return html.unescape(re.sub(r"<[^>]*>", "", body))


def strings(node: object, *keys: str) -> Iterator[str]:
    """Every text that stands under one of these keys, examples of JSON left out."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in keys and isinstance(value, str):
                yield value
            elif key != "value":
                yield from strings(value, *keys)
    elif isinstance(node, list):
        for each in node:
            yield from strings(each, *keys)


def changed(**info: str) -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT)
    document["info"] |= info
    return document


def test_every_word_of_the_contract_is_on_the_page() -> None:
    page = words(seen(PAGE))
    keys = ("summary", "description", "operationId", "format", "pattern")
    missing = [text for text in strings(DOCUMENT, *keys) if words(text) not in page]
    assert missing == []


def test_every_member_and_rule_is_on_the_page() -> None:
    schemas = DOCUMENT["components"]["schemas"].values()
    names = {name for schema in schemas for name in schema.get("properties", {})}
    names |= set(strings(DOCUMENT["paths"], "name"))
    assert len(names) > 40
    page = seen(PAGE)
    assert {name for name in names if name not in page} == set()


def test_every_example_is_on_the_page() -> None:
    page = re.sub(r"\s+", "", seen(PAGE))
    examples = [one["value"] for one in DOCUMENT["components"]["examples"].values()]
    whole = [one for one in examples if isinstance(one, dict)]
    assert whole
    assert [one for one in whole if re.sub(r"\s+", "", json.dumps(one, ensure_ascii=False)) not in page] == []


def test_every_word_of_provenance_is_explained_and_used() -> None:
    assert len(provenance()) > 5
    for word, meaning in provenance().items():
        assert f'<a class="source" href="#source-{word}"' in PAGE
        assert words(meaning) in words(seen(PAGE))


def test_a_guess_looks_like_one() -> None:
    guess = PAGE.split('<span class="rule-name">list-order</span>')[1]
    known = PAGE.split('<span class="rule-name">list-type</span>')[1]
    assert 'class="source guess"' in guess[:120]
    assert 'class="source"' in known[:120]


def test_every_address_on_the_page_is_a_place_on_it() -> None:
    places = re.findall(r'id="([^"]*)"', PAGE)
    assert len(places) == len(set(places))
    addresses = re.findall(r'href="([^"]*)"', PAGE)
    assert len(addresses) > 100
    away = {one for one in addresses if not one.startswith("#")}
    assert {one for one in addresses if one.startswith("#")} <= {f"#{place}" for place in places}
    assert {one[:30] for one in away} == {"data:,", VENDOR, "data:application/json;base64,e"}


def test_the_page_carries_the_document_that_it_was_made_from() -> None:
    (carried,) = re.findall(r'href="data:application/json;base64,([^"]+)" download', PAGE)
    assert json.loads(base64.b64decode(carried)) == DOCUMENT


def test_the_page_links_to_the_reference_of_the_client_where_there_is_one() -> None:
    assert "The client in Python" not in PAGE
    assert '<a href="client.html">The client in Python</a>' in render(DOCUMENT, "client.html")


def test_the_rules_are_folded_after_the_parameters_and_the_responses() -> None:
    for section in PAGE.split('<section class="operation"')[1:]:
        parts = ("<h4>In the query string</h4>", "<h4>Body</h4>", "<h4>Responses</h4>")
        places = [section.index(part) for part in parts if part in section]
        assert max(places) < section.index('<details class="rules">')


def test_every_heading_leads_to_itself() -> None:
    headings = re.findall(r"<h[23][^>]*>.*?</h[23]>", PAGE.split("<main")[1])
    assert len(headings) > 40
    assert [each for each in headings if 'class="anchor" href="#' not in each] == []


def test_the_script_is_small_and_the_only_one() -> None:
    (script,) = re.findall(r"<script>(.*?)</script>", PAGE, re.DOTALL)
    assert len(script.encode()) <= 3072
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in PAGE[:600]


def test_how_sure_a_part_is_stands_with_its_sources() -> None:
    places = {"marketing-hours": "indicated", "list-type": "proven", "stop-number": "proven"}
    for place, word in places.items():
        after = PAGE.split(f'<span class="rule-name">{place}</span>')[1]
        assert f'<a class="sure {word}"' in after[:120]
    assert "Which requests are answered with 403." in seen(PAGE)


def test_the_same_contract_gives_the_same_bytes() -> None:
    assert render(load()) == PAGE


def test_it_is_small() -> None:
    assert len(PAGE.encode()) < 470_000  # 120,000 of them are the document


@pytest.mark.parametrize(
    "text",
    [
        '<img src="https://example.com/x.png">',
        "![x](https://example.com/x.png)",
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "`</code></main><script>`",
    ],
)
def test_a_description_cannot_bring_anything_to_load_or_run(text: str) -> None:
    page = render(changed(description=f"## A heading\n{text}", summary=text, title=text))
    tags = set(re.findall(r"<(\w+)", page))
    assert not tags & {"img", "iframe", "object", "embed", "audio", "video", "form"}
    assert page.count("<script") == 1
    assert 'href="javascript:' not in page


def test_a_keyword_that_the_page_has_no_words_for_is_shown_as_it_is() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["components"]["schemas"]["SMS"]["minProperties"] = 3
    assert "<span>minProperties: 3</span>" in render(document)


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    page = tmp_path / "new" / "page.html"
    result = CliRunner().invoke(_app(), [str(page)])
    assert (result.exit_code, page.read_text(encoding="utf-8")) == (0, PAGE)
    assert [path.name for path in page.parent.iterdir()] == ["page.html"]


def test_what_openapi_allows_to_leave_out_may_be_left_out() -> None:
    document = copy.deepcopy(DOCUMENT)
    operation = document["paths"]["/sms"]["get"]
    for parameter in operation["parameters"]:
        del parameter["required"]
    answer = operation["responses"]["200"]["content"]["application/json"]
    answer["schema"] = {"type": "array", "items": {"type": "string"}}
    assert "application json array of string" in words(seen(render(document)))


@pytest.mark.parametrize("text", [None, "a: [", "a: 1\na: 2", "- a", "openapi: 3.1.1"])
def test_the_command_tells_what_is_wrong_and_writes_nothing(tmp_path: Path, text: str | None) -> None:
    contract, page = tmp_path / "openapi.yaml", tmp_path / "page.html"
    if text is not None:
        contract.write_text(text)
    result = CliRunner().invoke(_app(), [str(page), "--contract", str(contract)])
    assert result.exit_code == 2
    assert result.output.startswith("openapi.docs: ")
    assert not page.exists()


def _app() -> typer.Typer:
    app = typer.Typer()
    app.command()(main)
    return app


def test_a_member_that_may_be_null_says_so() -> None:
    assert "string or null" in seen(PAGE)
    assert "['" not in seen(PAGE)


def test_without_a_server_to_try_the_examples_call_the_first() -> None:
    document = copy.deepcopy(DOCUMENT)
    first, *others = document["servers"]
    for server in (first, *others):
        del server["x-internal"]
    page = seen(render(document))
    assert f'"{first["url"]}/sms"' in page
    assert not [server["url"] for server in others if f'"{server["url"]}/sms"' in page]
