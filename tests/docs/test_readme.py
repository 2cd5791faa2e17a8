"""What the README shows is run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import RunningEmulator

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [text for name, text in fenced if name == language]


def test_the_example_of_the_client_runs(emulator: RunningEmulator) -> None:
    (example,) = blocks("python")
    environment = {
        "CALLR_LOGIN": emulator.login,
        "CALLR_PASSWORD": emulator.password,
        "CALLR_BASE_URL": emulator.base_url,
    }
    done = subprocess.run(  # noqa: S603 - our own example
        [sys.executable, "-c", example], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    status, outcome = done.stdout.splitlines()
    assert re.fullmatch(r"CREATED 1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", status)
    assert outcome == "from refused"


def test_the_example_is_ten_lines_and_on_the_first_screen() -> None:
    (example,) = blocks("python")
    assert len(example.splitlines()) <= 11
    assert README.index("What it is not") < README.index("## ")
    assert len(README[: README.index("## ")].splitlines()) <= 36


def test_the_curl_line_works(emulator: RunningEmulator) -> None:
    line = next(block for block in blocks("") if block.startswith("curl"))
    command = shlex.split(line.replace("http://127.0.0.1:8767/rest/v1.1", emulator.base_url))
    done = subprocess.run(  # noqa: S603 - our own example
        [*command, "--silent", "--show-error"], capture_output=True, text=True, check=False
    )
    assert re.fullmatch(r'\{"status":"success","data":"[0-9A-Z]{8}"\}', done.stdout), done.stderr


def test_every_file_that_the_readme_links_to_exists() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
