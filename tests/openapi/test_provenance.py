from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from generator.cli import app
from openapi.document import load
from openapi.lint.provenance import PAGE, Row, markdown, rows, with_table

if TYPE_CHECKING:
    from pathlib import Path


def test_the_table_of_the_page_is_that_of_the_contract() -> None:
    assert markdown(load()) in PAGE.read_text(encoding="utf-8")


def test_the_table_takes_the_place_of_the_old_one() -> None:
    old = "1 fields, 0 of them guesses: so.\n\n| field |\n| --- |\n| `x` |\n"
    page = with_table(f"# Before\n\n{old}\n| another | table |\n", load())
    assert page == f"# Before\n\n{markdown(load())}\n| another | table |\n"
    assert with_table(page, load()) == page
    for found, wrong in ((0, "# Before\n"), (2, f"{old}\n{old}")):
        with pytest.raises(ValueError, match=f"expected one table of sources, found {found}"):
            with_table(wrong, load())


def test_a_field_is_a_guess_when_it_rests_on_choice_alone() -> None:
    found = {row.place: row for row in rows(load())}
    assert found["getSms hash-in-query"] == Row("getSms hash-in-query", "rule", ("seed", "choice"))
    assert not found["getSms hash-in-query"].is_guess
    assert found["NotFound"].is_guess
    assert found["SMS.status"] == Row("SMS.status", "property", ("capture", "sdk"))


def test_the_count_is_that_of_the_marked_rows() -> None:
    lines = markdown(load()).splitlines()
    total, guesses = (int(word) for word in lines[0].split() if word.isdigit())
    assert len([line for line in lines if line.startswith("| `")]) == total
    assert len([line for line in lines if line.endswith("| yes |")]) == guesses


def test_the_command_prints_the_table() -> None:
    result = CliRunner().invoke(app, ["provenance"])
    assert (result.exit_code, result.stdout) == (0, markdown(load()))


def test_the_command_tells_that_there_is_no_contract(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["provenance", "--contract", str(tmp_path / "absent.yaml")])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "absent.yaml" in result.stderr
