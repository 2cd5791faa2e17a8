"""Shell blocks of the pages, run line by line."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from tests.docs.pages import Block

_HASH = "8242D945"
_INSTALL = re.compile(r'pip install "?\./(?P<folder>\w+)(?:\[(?P<extra>\w+)\])?"?')


def lines_of(block: Block) -> list[str]:
    """List the commands of a shell block, without comments; a backslash joins lines."""
    joined = re.sub(r" *\\\n *", " ", block.text)
    return [line for line in (re.sub(r" +# .*", "", each).strip() for each in joined.splitlines()) if line]


def run_block(block: Block, folder: Path, environment: dict[str, str]) -> None:
    """Run the commands of a block in a folder, and fail unless each of them ends with 0.

    `pip install` and `make` are not run, because they change the checkout: the folder with its extra, and the
    target with its variables, have to exist. A hash of the page stands for the last one that was printed.
    """
    sms_hash = _HASH
    for line in lines_of(block):
        if line.startswith("pip install"):
            check_install(line)
        elif line.startswith("make "):
            check_make(line)
        else:
            printed = run_line(line.replace(_HASH, sms_hash), folder, environment)
            if re.fullmatch(r"[0-9A-Z]{8}\n", printed):
                sms_hash = printed.strip()


def check_install(line: str) -> None:
    """Fail unless the folder is a distribution that has the extra."""
    found = _INSTALL.fullmatch(line)
    assert found is not None, line
    project = tomllib.loads((ROOT / found["folder"] / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]
    assert found["extra"] is None or found["extra"] in project["optional-dependencies"], line


def check_make(line: str) -> None:
    """Fail unless make knows the targets, and the Makefile the variables."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    unknown = [name for name in re.findall(r" ([A-Z_]+)=", line) if not re.search(rf"\b{name}\b", makefile)]
    assert unknown == [], line
    run_line(f"{line} --dry-run", ROOT, {})


def run_line(line: str, folder: Path, environment: dict[str, str], code: int = 0) -> str:
    """Run a command with bash, and return what it printed; it must end with the code and report no error."""
    # Placeholders such as CALLR_LOGIN=… are in the environment already.
    line = re.sub(r"\bCALLR_\w+=… ", "", line)
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("CALLR_", "MAKE", "MFLAGS"))
    }
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S603 - what the page shows
        ["bash", "-c", line],  # noqa: S607 - the reader's bash
        cwd=folder,
        env=clean | environment | {"PATH": programs},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stderr) == (code, ""), line
    return done.stdout
