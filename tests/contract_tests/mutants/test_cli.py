"""`python -m mutants` as a process, and the commands of its README."""

import sys
from pathlib import Path

import mutants
from tests.docs.pages import run_by

FOLDER = Path(mutants.__file__).parent
README = (FOLDER / "README.md").read_text("utf-8")
BLOCKS = run_by("tests/contract_tests/mutants/test_cli.py")
COMMAND = (sys.executable, "-m", "mutants")
