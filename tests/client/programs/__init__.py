"""Programs that tests run in an interpreter of their own."""

import subprocess
import sys

from tests.docs.pages import ROOT

_STRICT = ("-W", "error", "-W", "ignore:This process:DeprecationWarning")
"""Warnings are errors, except that of newer Pythons about forks of a process with threads."""


def run(name: str, *arguments: str, strict: bool = True) -> str:
    """Run a program and return what it prints. It must print nothing to stderr, such as a warning.

    Args:
        name: Its module.
        arguments: Its arguments.
        strict: Whether warnings count. Libraries of green threads give some themselves.
    """
    flags = _STRICT if strict else ("-W", "ignore")
    command = [sys.executable, *flags, "-m", f"{__name__}.{name}", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)  # noqa: S603 - our own program
    assert ended.stderr == ""
    return ended.stdout
