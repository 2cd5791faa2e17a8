"""What the README shows is run."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.docs.pages import ROOT, run_by

if TYPE_CHECKING:
    from tests.conftest import RunningEmulator

README = (ROOT / "README.md").read_text(encoding="utf-8")


(EXAMPLE,) = (block.text for block in run_by("tests/docs/test_readme.py"))


def test_the_example_of_the_client_runs(emulator: RunningEmulator) -> None:
    environment = {
        "CALLR_LOGIN": emulator.login,
        "CALLR_PASSWORD": emulator.password,
        "CALLR_BASE_URL": emulator.base_url,
    }
    done = subprocess.run(  # noqa: S603 - our own example
        [sys.executable, "-c", EXAMPLE], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    status, outcome = done.stdout.splitlines()
    assert re.fullmatch(r"CREATED 1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", status)
    assert outcome == "from refused"


def test_the_example_is_ten_lines_and_on_the_first_screen() -> None:
    assert len(EXAMPLE.splitlines()) <= 11
    assert README.index("What it is not") < README.index("## ")
    assert len(README[: README.index("## ")].splitlines()) <= 36
