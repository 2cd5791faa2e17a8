"""The kill table: its page follows the registry, and a part of it can be renewed."""

import re

from mutants import MUTANTS
from mutants.kill_table import table
from mutants.kill_table.trial import Finding


def test_the_page_has_a_row_for_each_mutant_and_no_other() -> None:
    names = re.findall(r"^\| `([a-z0-9-]+)` \|", table.PATH.read_text("utf-8"), re.MULTILINE)
    assert sorted(names) == sorted(MUTANTS)


def test_the_page_is_what_its_rows_give() -> None:
    text = table.PATH.read_text("utf-8")
    assert table.write_table(table.read_table(text)) == text


def test_a_row_is_renewed_and_keeps_what_schemathesis_alone_said() -> None:
    former = table.Row("`old`", "fuzzing", "9.0", "900", "`RejectedPositiveData`")
    killed = Finding("send-201", 1, check="verdict_on_the_wire", phase="examples", seconds=1.26, requests=7)
    assert table.row_of(killed, former) == table.Row(
        "`verdict_on_the_wire`", "examples", "1.3", "7", "`RejectedPositiveData`"
    )
    survived = table.row_of(Finding("send-201", 1, seconds=30), former)
    assert survived.check == table.SURVIVES
    assert not survived.is_killed


def test_shares_are_counted_over_what_was_tried() -> None:
    rows = {
        "send-201": table.Row("`x`", "examples", "1.0", "7", "`Y`"),
        "query-send-202": table.Row(table.SURVIVES, "", "30.0", "", table.SURVIVES),
    }
    text = table.write_table(rows)
    assert f"| these contract tests | {len(MUTANTS)} | 1 |" in text
    assert "| schemathesis alone | 2 | 1 | 50.0 % |" in text
    assert "The slowest kill took 1.0 seconds." in text
