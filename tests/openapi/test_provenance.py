from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from generator.cli import app
from openapi.document import load
from openapi.provenance import PAGE, WAYS, WORDS, Row, checked, markdown, rows, with_table
from openapi.vocabulary import confidence


def test_the_table_of_the_page_is_that_of_the_contract() -> None:
    assert markdown(load()) in PAGE.read_text(encoding="utf-8")


def test_the_table_takes_the_place_of_the_old_one() -> None:
    old = "1 parts: so.\n\n| part |\n| --- |\n| `x` |\n"
    page = with_table(f"# Before\n\n{old}\n| another | table |\n", load())
    assert page == f"# Before\n\n{markdown(load())}\n| another | table |\n"
    assert with_table(page, load()) == page
    for found, wrong in ((0, "# Before\n"), (2, f"{old}\n{old}")):
        with pytest.raises(ValueError, match=f"expected one table of sources, found {found}"):
            with_table(wrong, load())


def test_a_part_is_as_sure_as_its_surest_source() -> None:
    found = {row.place: row for row in rows(load())}
    assert found["getSms hash-in-query"] == Row(
        "getSms hash-in-query", "rule", ("seed", "choice"), "recordings"
    )
    words = {
        "SMS.status": "proven",
        "getSms hash-in-query": "proven",
        "Forbidden": "indicated",
        "marketing-hours": "indicated",
        "NotFound": "choice",
        "end-of-v1": "unknown",
    }
    assert {place: found[place].confidence for place in words} == words
    assert found["getSms hash-in-query"].open == "its details: the response to such a request"
    assert found["SMS.status"].open == ""


def test_every_row_of_the_page_has_a_word_a_source_that_says_it_and_a_way_to_settle_it() -> None:
    page = PAGE.read_text(encoding="utf-8")
    lines = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.count("|") == 7
    ]
    table = [cells for cells in lines if cells[0].startswith("`")]
    assert len(table) == len(rows(load())) > 150
    for place, _, word, sources, settled_by, way in table:
        said = {confidence()[source] for source in sources.split(", ") if source}
        assert word in WORDS, place
        assert (word in said) if word != "unknown" else not said, place
        is_settled = word == "proven" and "choice" not in sources
        assert bool(settled_by) is bool(way) is not is_settled, place
        assert f"| {way} | " in page, place


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (Row("SMS.new", "property", ("hearsay",), "reads"), "no source of ['hearsay'] says how sure it is"),
        (Row("SMS.new", "property", ("seed",), "dreams"), "'dreams' is no way to settle it; expected reads"),
    ],
)
def test_a_row_without_a_word_or_a_way_is_refused(row: Row, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"SMS.new: {problem}")):
        checked(row)


def test_each_way_to_settle_a_part_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8").replace("`", "")
    assert [
        way for way, (what, command) in WAYS.items() if f"| {way} | {what} | {command} |" not in page
    ] == []


def test_the_counts_are_those_of_the_rows() -> None:
    lines = markdown(load()).splitlines()
    total, *counts = (int(word) for word in lines[0].replace(":", "").split() if word.isdigit())
    assert len([line for line in lines if line.startswith("| `")]) == total == sum(counts)


def test_the_command_prints_the_table() -> None:
    result = CliRunner().invoke(app, ["provenance"])
    assert (result.exit_code, result.stdout) == (0, markdown(load()))
