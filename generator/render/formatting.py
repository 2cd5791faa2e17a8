"""The format of generated Python: ruff, independent of the settings of the machine."""

import os
import subprocess
import sys
from pathlib import Path

from generator.errors import GenerationError

_SETTINGS = Path(__file__).with_name("formatting.toml")


def lay_out(folder: Path) -> None:
    """Sort imports, remove unused ones, and format all Python in a folder.

    Raises:
        GenerationError: ruff is not installed, or the code has a syntax error.
    """
    options = ("--quiet", "--no-cache", "--config", str(_SETTINGS), str(folder))
    # Started as a module, so that PATH does not choose the ruff; RUFF_… variables would change its settings.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RUFF_")}
    for command in (["check", "--fix"], ["format"]):
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "ruff", *command, *options],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            encoding="utf-8",
        )
        if done.returncode:
            raise GenerationError(f"ruff {command[0]}: {done.stdout}{done.stderr}".strip())
