"""The gate passes the contract and catches every defect that is seeded into a copy of it."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from openapi.document import CONTRACT, at, load, nodes, walk
from openapi.lint import node
from openapi.lint.__main__ import LEAST_SCORE, LINTERS, main, spec_validator
from openapi.lint.formats import CHECKER
from openapi.lint.rules import (
    ABOUT_THE_VENDOR,
    FIRST_RULES,
    RULES,
    findings,
    rules_for,
)
from openapi.vocabulary import extensions, provenance
from tests.openapi.defects import LIST, SEEDED, seeded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONTROL = CONTRACT.parents[1] / "emulator" / "callr_sms_emulator" / "control.yaml"


def written(document: dict[str, Any], folder: Path) -> Path:
    """Write a document as JSON, which is YAML that is written and read fast."""
    path = folder / "openapi.yaml"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.parametrize("document", [CONTRACT, CONTROL], ids=["contract", "control API"])
@pytest.mark.parametrize("linter", ["openapi-spec-validator", "own rules"])
def test_the_documents_have_no_finding(linter: str, document: Path) -> None:
    """`make lint-openapi` runs the other two on them, and the score."""
    assert LINTERS[linter](document) == []


def test_our_own_api_is_not_asked_what_the_vendor_says_of_it() -> None:
    assert RULES.keys() - rules_for(load(CONTROL)).keys() == ABOUT_THE_VENDOR
    assert rules_for(load()) == RULES


def test_a_contract_that_is_harder_to_integrate_has_too_low_a_score(tmp_path: Path) -> None:
    """Parameters make an operation harder to call, though nothing is wrong with any of them."""
    document = copy.deepcopy(load())
    for pointer, add in ((LIST, "list"), ("/paths/~1sms~1send/get", "send")):
        parameters = at(document, pointer)["parameters"]
        parameters += [{**parameters[-1], "name": f"{add}-{count}", "required": False} for count in range(9)]
    assert 0 < node.redocly_score(written(document, tmp_path)) < LEAST_SCORE == 92


@pytest.mark.parametrize("defect", SEEDED)
def test_a_seeded_defect_is_found(defect: str, tmp_path: Path) -> None:
    finder, pointer, member, value = SEEDED[defect]
    document = seeded((pointer, member, value))
    outside: dict[str, Callable[[Path], list[tuple[str, str, str]]]] = {
        "openapi-spec-validator": spec_validator,
        "redocly": node.redocly,
        "spectral": node.spectral,
    }
    if finder in outside:
        places = [place for _, place, _ in outside[finder](written(document, tmp_path))]
    else:
        places = [place for rule, place, _ in findings(document) if rule == finder]
    assert any(_is_at(document, place, pointer) for place in places), places


def _is_at(document: dict[str, Any], place: str, pointer: str) -> bool:
    """Return whether a finding is at the node that a pointer names, above it or below it."""
    return any(
        found and (f"{pointer}/".startswith(f"{found}/") or found.startswith(f"{pointer}/"))
        for found in (place.rstrip("/"), _without_references(document, place))
    )


def _without_references(document: dict[str, Any], place: str) -> str:
    """Return the pointer of what a pointer leads to when the references on its way are followed."""
    found = ""
    for segment in place.removeprefix("#").split("/")[1:]:
        found = f"{found}/{segment}"
        try:
            node = at(document, found)
        except LookupError:
            continue
        if isinstance(node, dict) and "$ref" in node:
            found = node["$ref"].removeprefix("#")
    return found


def test_every_rule_has_a_seeded_defect() -> None:
    proven = {finder for finder, *_ in SEEDED.values()}
    assert proven >= {*RULES, *FIRST_RULES, "openapi-spec-validator", "redocly", "spectral"}


def test_every_word_of_provenance_is_explained_and_used() -> None:
    used = {word for part in walk(load()) for word in part.node.get("x-provenance", [])}
    assert provenance().keys() == used


def test_every_extension_is_explained_and_used() -> None:
    documents = [load(), load(CONTROL)]
    used = {name for one in documents for _, node in nodes(one) for name in node if name.startswith("x-")}
    assert extensions() == used


#: What a linter says that stops, and the edit of the contract at which it does.
UNREADABLE: dict[str, tuple[str, str, str, object]] = {
    "the validator stopped at KeyError: 'in'": ("openapi-spec-validator", f"{LIST}/parameters/0", "in", ...),
    "they stopped at AttributeError": ("own rules", "/paths/~1sms~1send", "get", "send"),
    "they stopped at UnknownType": ("own rules", "/components/schemas/Hash", "type", "strnig"),
}


@pytest.mark.parametrize("said", UNREADABLE)
def test_a_document_that_cannot_be_read_is_a_finding(said: str, tmp_path: Path) -> None:
    linter, *edit = UNREADABLE[said]
    ((_, pointer, message),) = LINTERS[linter](written(seeded(edit), tmp_path))
    assert (pointer, message.startswith(said)) == ("/", True), message


def test_findings_are_printed_although_a_linter_stops(tmp_path: Path) -> None:
    document = seeded(*(edit for _, *edit in UNREADABLE.values()))
    result = CliRunner().invoke(_app(), [str(written(document, tmp_path))])
    assert result.exit_code == 1, result.output
    assert "openapi at /: the validator stopped at " in result.output
    assert "own rules at /: they stopped at " in result.output


def test_the_command_tells_that_there_is_no_file(tmp_path: Path) -> None:
    result = CliRunner().invoke(_app(), [str(tmp_path / "absent.yaml")])
    assert result.exit_code == 2
    assert "absent.yaml" in result.output


def _app() -> typer.Typer:
    app = typer.Typer()
    app.command()(main)
    return app


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("callr-datetime", "2024-02-29 23:59:59", "2023-02-29 23:59:59"),
        ("callr-datetime", "0001-01-01 00:00:00", "0000-00-00 00:00:00"),
        ("callr-datetime", "2024-03-19 02:41:23", "2024-03-19T02:41:23"),
        ("callr-datetime", "2024-03-19 02:41:23", "2024-03-19 02:41:23\n"),
        ("callr-datetime", "2024-03-19 02:41:23", "2024-03-19 24:00:00"),
        ("callr-datetime", "2024-03-19 02:41:23", "٢٠٢٤-03-19 02:41:23"),
        ("callr-datetime-or-zero", "0000-00-00 00:00:00", "0000-00-00 00:00:01"),
        ("callr-datetime-ms", "2024-03-19 02:41:23.912", "2024-03-19 02:41:23"),
        ("callr-text", "👍", "\ud83d"),
        ("decimal", "7.80", "7,80"),
        ("decimal", "0", "Infinity"),
        ("date-time", "2016-05-04T12:29:32.340Z", "2016-05-04 12:29:32"),
        ("uri", "https://example.com/a", "https://example.com/a b"),
    ],
)
def test_a_format_is_checked(name: str, good: str, bad: str) -> None:
    assert CHECKER.conforms(good, name)
    assert not CHECKER.conforms(bad, name)


def test_what_is_off_says_why() -> None:
    """Each rule that is off follows a comment, and no more than eight are off everywhere."""
    off = 0
    for name in ("redocly.yaml", "spectral.yaml"):
        text = (CONTRACT.parent / "lint" / name).read_text()
        blocks = re.split(r"\n(?=  #)", text)
        off += sum(block.count(": off") for block in blocks if "files: [" not in block)
        assert not re.search(r": off", blocks[0])
    assert 0 < off <= 8
