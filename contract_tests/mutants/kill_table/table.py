"""The kill table, `MUTANTS.md`: written from findings, and read again so that a part of it can be renewed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mutants.kill_table.schemathesis_alone import SURVIVES as SURVIVES  # noqa: PLC0414 - also the word of this page
from mutants.kill_table.trial import Finding
from mutants.registry import MUTANTS

PATH: Final = Path(__file__).resolve().parents[2] / "MUTANTS.md"

UNKNOWN: Final = "not tried"
_HEAD: Final = ("mutant", "what the server does", "killed by", "in phase", "seconds", "requests", "plain")
_ROW: Final = re.compile(r"^\| `([a-z0-9-]+)` \| (.*) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Row:
    """One mutant, as the table shows it."""

    check: str = UNKNOWN
    phase: str = ""
    seconds: str = ""
    requests: str = ""
    plain: str = UNKNOWN
    """Which check of schemathesis alone notices it."""

    @property
    def is_killed(self) -> bool:
        """Whether our suite kills it."""
        return self.check not in {UNKNOWN, SURVIVES}

    @property
    def plain_kills(self) -> bool:
        """Whether schemathesis alone kills it."""
        return self.plain not in {UNKNOWN, SURVIVES}


def row_of(finding: Finding, former: Row) -> Row:
    """Return the row of a finding, with the former finding of schemathesis alone."""
    if not finding.is_killed:
        return Row(SURVIVES, "", f"{finding.seconds:.1f}", str(finding.requests or ""), former.plain)
    seconds = f"{finding.seconds:.1f}"
    return Row(f"`{finding.check}`", finding.phase, seconds, str(finding.requests), former.plain)


def read_table(text: str) -> dict[str, Row]:
    """Return the rows of a table by mutant."""
    found = {}
    for name, rest in _ROW.findall(text):
        _, *cells = rest.split(" | ")
        found[name] = Row(*(cell.strip() for cell in cells))
    return found


def write_table(rows: Mapping[str, Row]) -> str:
    """Return the whole page, with a section for each kind."""
    known = {name: rows.get(name, Row()) for name in MUTANTS}
    return "\n".join([_INTRODUCTION, *_summary(known), *_sections(known)]) + "\n"


def _sections(rows: Mapping[str, Row]) -> Iterable[str]:
    for kind in dict.fromkeys(mutant.kind for mutant in MUTANTS.values()):
        yield f"\n## {kind.capitalize()}\n"
        yield f"| {' | '.join(_HEAD)} |"
        yield f"|{' --- |' * len(_HEAD)}"
        for name, mutant in MUTANTS.items():
            if mutant.kind == kind:
                row = rows[name]
                cells = (row.check, row.phase, row.seconds, row.requests, row.plain)
                yield f"| `{name}` | {_escaped(mutant.summary)} | {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    return text.replace("|", r"\|")


def _summary(rows: Mapping[str, Row]) -> Iterable[str]:
    killed = sum(row.is_killed for row in rows.values())
    plain = sum(row.plain_kills for row in rows.values())
    tried = sum(row.plain != UNKNOWN for row in rows.values())
    slowest = max((float(row.seconds) for row in rows.values() if row.is_killed), default=0)
    yield "| suite | mutants | killed | share |"
    yield "| --- | --- | --- | --- |"
    yield f"| these contract tests | {len(rows)} | {killed} | {_share(killed, len(rows))} |"
    yield f"| schemathesis alone | {tried} | {plain} | {_share(plain, tried)} |"
    yield f"\nThe slowest kill took {slowest:.1f} seconds."


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else ""


_INTRODUCTION: Final = """\
# The kill table

Each mutant is a server that is wrong in one thing and right in all else. `make mutants` holds the contract
tests against every one of them and writes this page; nobody edits it. [mutants/README.md](mutants/README.md)
says how to hold another suite against them.

*Killed by* is the first check that noticed, *seconds* and *requests* count until the run ended, at its first
failure. *Plain* is schemathesis by its own command line on the same contract, with all of its checks and
as many examples as a quick run; what it says of the right server too is no kill.
"""
