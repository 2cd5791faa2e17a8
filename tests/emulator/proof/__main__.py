"""`make proof`: accidents under load, as often as wanted; prints how many were tried and how many failed."""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.emulator.databases import own_server
from tests.emulator.proof.scenarios import SCENARIOS, kill_the_only_one

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> int:
    """Run each scenario some times; return 1 if one of them failed."""
    parser = argparse.ArgumentParser(prog="make proof")
    parser.add_argument("--times", type=int, default=3, help="how often each accident happens (%(default)s)")
    parser.add_argument("--only", default="", help="a part of the names of accidents")
    wanted = parser.parse_args()
    failed = 0
    with own_server() as server:

        def on_sqlite(folder: Path) -> None:
            kill_the_only_one(str(folder / "sms.sqlite3"), folder)

        def on_postgresql(name: str, folder: Path) -> None:
            database = f"proof_{folder.name}".lower()
            server.execute(f"CREATE DATABASE {database}")
            SCENARIOS[name](server.url(database), folder, server)

        runs: dict[str, Callable[[Path], None]] = {"sqlite: kill -9": on_sqlite}
        runs |= {f"postgresql: {name}": partial(on_postgresql, name) for name in SCENARIOS}
        for name, run in runs.items():
            if wanted.only in name:
                failed += _repeat(name, run, wanted.times)
    return min(failed, 1)


def _repeat(name: str, run: Callable[[Path], None], times: int) -> int:
    """Run a scenario some times, say how it went, and return how often it failed."""
    failed = 0
    for _ in range(times):
        with tempfile.TemporaryDirectory(prefix="proof") as folder:
            try:
                run(Path(folder))
            except Exception:  # noqa: BLE001 - counted, and printed
                failed += 1
                traceback.print_exc()
                log = Path(folder) / "log"
                print(log.read_text() if log.exists() else "no log", file=sys.stderr)  # noqa: T201 - a program
    print(f"{name}: {times} tried, {failed} failed", flush=True)  # noqa: T201 - a program
    return failed


if __name__ == "__main__":
    sys.exit(main())
