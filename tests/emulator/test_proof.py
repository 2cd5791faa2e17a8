"""`make proof` as a program; its scenarios are tests of their own."""

import os
import subprocess
import sys

import pytest

from tests.preloaded import FOLDER, ROOT

_QUICK = ("--times", "1", "--malformed", "1200", "--slow", "1")


@pytest.mark.parametrize("part", ["sqlite: kill", "malformed"])
def test_each_part_says_what_it_tried(part: str) -> None:
    run = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "tests.emulator.proof", *_QUICK, "--only", part],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != FOLDER},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    (line,) = run.stdout.splitlines()
    assert part in line
    assert line.endswith(": 1 tried, 0 failed")
