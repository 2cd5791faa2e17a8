"""`POST /sms` through the emulator on each store, and through what others wrote: requests per CPU second.

All servers stand on one core, `wrk` on another, PostgreSQL's own server where `wrk` is. In each round each
server gets some seconds of load, one after the other. Its CPU time is counted, and nobody else's. Two
processes are compared in throughput with one, both on all cores: with two of them that `wrk` and PostgreSQL
need, too, that says little, so the table names the number of cores.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks._measure import Goal, Result, Scale, Spread
from benchmarks._peers import ROOT, MissingError, Server, servers
from benchmarks._plot import draw
from benchmarks._table import machine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

FOLDER = ROOT / "build" / "bench"
_SECONDS = 4
_MOST_ROUNDS = 4
_CONNECTIONS = 32
_TICKS = os.sysconf("SC_CLK_TCK")
_ONE, _TWO = "PostgreSQL, one of any core", "PostgreSQL, two processes"
_GOALS = (
    Goal("SQLite", "Prism", 1 / 7),
    Goal("SQLite", "Prism, log off", 1 / 3.2),
    Goal("SQLite", "WireMock", 1 / 3.5),
    Goal("SQLite", "moto", 1 / 25),
    Goal("SQLite, durable", "SQLite", 1 / 0.85),
    Goal("PostgreSQL", "SQLite", 1 / 0.3),
)


class Load(NamedTuple):
    """What one server did under load for some seconds."""

    requests: int
    failed: int
    seconds: float
    cpu_s: float


def measure(scale: Scale) -> Result:
    """Load each server in each round; write the table's numbers and a plot to `build/bench`."""
    if shutil.which("wrk") is None or shutil.which("taskset") is None:
        raise SystemExit("bench: wrk and taskset are needed: apt-get install wrk util-linux")
    loads: dict[str, list[Load]] = {}
    missing: list[str] = []
    cores = sorted(os.sched_getaffinity(0))
    rounds = min(scale.rounds, _MOST_ROUNDS)
    seconds = max(0.2, _SECONDS * min(1.0, scale.amount))
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        running: dict[str, Server] = {}
        found = servers(cores[:1], Path(folder), _postgresql(stack, cores[-1], missing))
        for name, started in found.items():
            try:
                running[name] = stack.enter_context(started)
            except MissingError as error:
                missing.append(f"{name}: {error}")
        for name, server in running.items():
            _load(server, server.warm_s * min(1.0, scale.amount), cores[-1], Path(folder))
            loads[name] = []
        names = list(running)
        for _ in range(rounds):
            for name in names:
                loads[name].append(_load(running[name], seconds, cores[-1], Path(folder)))
            names.reverse()
    _write(loads, missing)
    goals = [goal for goal in _GOALS if {goal.case, goal.against} <= loads.keys()]
    cpu = {name: [each.cpu_s / each.requests * 1000 for each in found] for name, found in loads.items()}
    if {_ONE, _TWO} <= cpu.keys():  # in throughput, not in CPU time
        for name in (_ONE, _TWO):
            cpu[f"{name}, seconds"] = [each.seconds / each.requests * 1000 for each in loads[name]]
        goals.append(Goal(f"{_TWO}, seconds", f"{_ONE}, seconds", 1 / 1.6))
    title = f"1,000 x POST /sms, CPU time of the server, {len(cores)} cores, {_busy()}"
    return Result("\n".join([title, *(f"\nnot measured: {each}" for each in missing)]), cpu, goals)


def _busy() -> str:
    return f"load average {os.getloadavg()[0]:.1f}"


def _postgresql(stack: ExitStack, core: int, missing: list[str]) -> Callable[[str], str] | None:
    """Start PostgreSQL on a core; return what makes a database in it, or None if it cannot be started."""
    from tests.emulator.databases import _programs, own_server  # noqa: PLC0415 - only here

    if _programs() is None:
        missing.append("PostgreSQL: it is not installed (Debian: apt-get install postgresql)")
        return None
    own = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})  # the server inherits it
    try:
        server = stack.enter_context(own_server())
    finally:
        os.sched_setaffinity(0, own)

    def make(name: str) -> str:
        server.execute(f"CREATE DATABASE {name}")
        return server.url(name)

    return make


def _load(server: Server, seconds: float, core: int, folder: Path) -> Load:
    """Load a server with `wrk`, one for each of its processes."""
    script = folder / "post.lua"
    headers = "".join(
        f"wrk.headers[{json.dumps(name)}] = {json.dumps(word)}\n" for name, word in server.headers.items()
    )
    script.write_text(f'wrk.method = "POST"\nwrk.body = {json.dumps(server.body)}\n{headers}')
    connections = _CONNECTIONS // len(server.urls)
    whole = max(1, round(seconds))
    options = ["-t", "1", "-c", str(connections), "-d", f"{whole}s", "-s", str(script)]
    before = cpu_seconds(server.pids)
    wrk = ["taskset", "-c", str(core), "wrk", *options]
    popens = [
        subprocess.Popen([*wrk, url], stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command
        for url in server.urls
    ]
    found = [read(popen.communicate()[0]) for popen in popens]
    cpu_s = cpu_seconds(server.pids) - before
    return Load(
        sum(each.requests for each in found), sum(each.failed for each in found), found[0].seconds, cpu_s
    )


def read(output: str) -> Load:
    """Return what `wrk` printed.

    Raises:
        ValueError: It is not what wrk prints.
    """
    counted = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m)", output)
    if counted is None:
        raise ValueError(f"wrk printed no count of requests: {output!r}")
    unit = {"ms": 0.001, "s": 1.0, "m": 60.0}[counted[3]]
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    return Load(int(counted[1]), int(failed[1]) if failed else 0, float(counted[2]) * unit, 0.0)


def cpu_seconds(pids: Sequence[int]) -> float:
    """Return the CPU seconds of processes and their children so far."""
    ticks = 0
    for pid in pids:
        for each in (pid, *_children(pid)):
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])  # utime, stime (proc_pid_stat(5))
    return ticks / _TICKS


def _children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607 - of Debian
    return [each for child in map(int, found.stdout.split()) for each in (child, *_children(child))]


def _write(loads: Mapping[str, Sequence[Load]], missing: Sequence[str]) -> None:
    """Write all numbers as JSON, and a plot of the requests per CPU second."""
    for name, found in loads.items():
        failed = sum(each.failed for each in found)
        if failed:
            raise SystemExit(f"bench: {failed} requests to {name} failed, so nothing was measured")
    rates = {name: Spread.of([each.requests / each.cpu_s for each in found]) for name, found in loads.items()}
    FOLDER.mkdir(parents=True, exist_ok=True)
    content = {
        "machine": machine(),
        "load_average": os.getloadavg(),
        "missing": missing,
        "servers": {
            name: {
                "requests_per_cpu_second": {"min": rate.low, "median": rate.middle, "max": rate.high},
                "rounds": [each._asdict() for each in loads[name]],
            }
            for name, rate in rates.items()
        },
    }
    (FOLDER / "servers.json").write_text(json.dumps(content, indent=2) + "\n")
    shown = {name: rate for name, rate in rates.items() if name != _ONE}
    draw("POST /sms: requests per CPU second of the server", shown, FOLDER / "servers.png")
