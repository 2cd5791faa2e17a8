"""Runs a script, whose text is the first argument, where the guard is imported and not installed."""

import sys

from callr_sms_contract.guard import guard


def main() -> None:
    """Run the script; it sees the other arguments behind it."""
    script = sys.argv.pop(1)
    exec(compile(script, "script", "exec"), {"__name__": "__main__", "_guard": guard})  # noqa: S102 - a test's own
