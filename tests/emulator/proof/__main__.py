"""`make proof`: accidents under load, as often as wanted; prints how many were tried and how many failed."""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests import preloaded
from tests.emulator.databases import own_server
from tests.emulator.proof.malformed import send_malformed
from tests.emulator.proof.scenarios import LONG, SCENARIOS, fill_the_disk, kill_the_only_one
from tests.emulator.proof.soak import soak
from tests.emulator.webhooks.simulation.histories import main as run_histories

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> int:
    """Run each scenario some times; return 1 if one of them failed."""
    parser = argparse.ArgumentParser(prog="make proof")
    parser.add_argument("--times", type=int, default=3, help="how often each accident happens (%(default)s)")
    parser.add_argument("--only", default="", help="a part of the names of accidents")
    parser.add_argument("--malformed", type=int, default=100_000, help="malformed requests (%(default)s)")
    parser.add_argument(
        "--slow", type=float, default=30, help="seconds of slow senders besides (%(default)s)"
    )
    parser.add_argument("--soak", type=int, default=0, help="seconds of load, at the end (%(default)s)")
    wanted = parser.parse_args()
    failed = 0
    with ExitStack() as stack:
        stack.enter_context(preloaded.shared_by_workers())
        stack.enter_context(preloaded.in_use())
        start_server = cache(lambda: stack.enter_context(own_server()))

        def on_sqlite(folder: Path) -> None:
            kill_the_only_one(str(folder / "sms.sqlite3"), folder)

        def on_postgresql(name: str, folder: Path) -> None:
            database = f"proof_{folder.name}".lower()
            server = start_server()
            server.execute(f"CREATE DATABASE {database}")
            (SCENARIOS | LONG)[name](server.url(database), folder, server)

        runs: dict[str, Callable[[Path], None]] = {
            "sqlite: kill -9": on_sqlite,
            "sqlite: full disk": lambda folder: fill_the_disk(str(folder / "sms.sqlite3"), folder),
        }
        runs |= {f"postgresql: {name}": partial(on_postgresql, name) for name in SCENARIOS | LONG}
        once: dict[str, Callable[[Path], object]] = {
            f"{wanted.malformed:,} malformed requests": partial(
                send_malformed, count=wanted.malformed, slow_seconds=wanted.slow
            ),
        }
        if wanted.soak:
            once[f"{wanted.soak} s of load"] = partial(soak, seconds=wanted.soak)
        for name, run in runs.items():
            if wanted.only in name:
                failed += _repeat(name, run, wanted.times)
        for name, run_once in once.items():
            if wanted.only in name:
                failed += _repeat(name, run_once, 1)
    if wanted.only in "delivery engine":
        failed += run_histories([])
    return min(failed, 1)


def _repeat(name: str, run: Callable[[Path], object], times: int) -> int:
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
