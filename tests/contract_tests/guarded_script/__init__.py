"""Scripts under the guard, each in a process of its own that ends as the guard ends it."""

import subprocess

from tests.preloaded import command


def run(script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a script that finds the module of the guard as `_guard`, with `arguments` in `sys.argv`."""
    return subprocess.run(  # noqa: S603 - our own script
        [*command(__name__), script, *arguments], capture_output=True, text=True, timeout=300, check=False
    )
