"""How generated Python is laid out: ruff, the same whatever is installed or set on the machine."""

import os
import subprocess
import sys
from pathlib import Path

from generator.errors import GenerationError

_SETTINGS = Path(__file__).with_name("formatting.toml")


def lay_out(folder: Path) -> None:
    """Sort imports, drop those that are not needed, and format all Python below a folder.

    Raises:
        GenerationError: ruff is not installed or refuses the code, which then has a syntax error.
    """
    for command in (["check", "--fix"], ["format"]):
        _run([*command, "--quiet", "--no-cache", "--config", str(_SETTINGS), str(folder)])


def _run(arguments: list[str]) -> None:
    # Started as a module, so that no PATH decides which ruff it is; RUFF_… variables would change its mind.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RUFF_")}
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "ruff", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        encoding="utf-8",
    )
    if done.returncode:
        raise GenerationError(f"ruff {arguments[0]}: {done.stdout}{done.stderr}".strip())
