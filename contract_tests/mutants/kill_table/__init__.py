"""The table of which suite finds which mutant."""

from mutants.kill_table.schemathesis_alone import run_plain
from mutants.kill_table.table import PATH, Row, read_table, row_of, write_table
from mutants.kill_table.trial import TRUTH, Finding, Plan, run_trials

__all__ = [
    "PATH",
    "TRUTH",
    "Finding",
    "Plan",
    "Row",
    "read_table",
    "row_of",
    "run_plain",
    "run_trials",
    "write_table",
]
