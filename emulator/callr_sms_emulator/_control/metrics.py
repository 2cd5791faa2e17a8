"""`/_emulator/metrics`: numbers in the text format of Prometheus, version 0.0.4.

No label has a login, a number or a text, so that there are at most some hundred time series.
"""

from __future__ import annotations

import os
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from callr_sms_emulator._http import Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._engine import Engine

_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
_ENDED = ("delivered", "given_up", "lost")
_MEMORY = Path("/proc/self/statm")
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


class Metric(NamedTuple):
    """A metric: its values by the values of its labels."""

    name: str
    kind: str
    help: str
    labels: tuple[str, ...]
    values: Iterable[tuple[tuple[object, ...], float]]

    def lines(self) -> Iterator[str]:
        """Yield the lines of the metric, with its samples in order."""
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} {self.kind}"
        shown = {tuple(str(each or "none") for each in key): value for key, value in self.values}
        for key, value in sorted(shown.items()):
            pairs = zip(self.labels, key, strict=True)
            labels = ",".join(f'{name}="{each.translate(_ESCAPES)}"' for name, each in pairs)
            yield f"{self.name}{{{labels}}} {value}" if labels else f"{self.name} {value}"


async def read(request: ControlRequest) -> Response:
    """Return the numbers of this process, without an envelope."""
    request.query()
    metrics = [*_counted(request.engine), *await _current(request.engine), *_of_process()]
    text = "".join(f"{line}\n" for each in metrics for line in each.lines())
    return Response(200, [(b"content-type", _TYPE)], text.encode())


def _counted(engine: Engine) -> Iterable[Metric]:
    counters = engine.counters
    attempts = counters.attempts
    ended = {(state,): attempts[state] for state in _ENDED}
    results = {
        ("accepted",): attempts["delivered"],
        ("failed",): attempts["waiting"] + attempts["given_up"],
        ("withheld",): attempts["lost"],
    }
    return (
        _counter(
            "requests", "Requests by endpoint and status.", ("endpoint", "status"), counters.requests.items()
        ),
        _counter("sms", "SMS that came to a status.", ("type", "status"), counters.sms.items()),
        _counter("deliveries", "Deliveries of events that ended.", ("result",), ended.items()),
        _counter("delivery_attempts", "Attempts to deliver an event.", ("result",), results.items()),
    )


async def _current(engine: Engine) -> Iterable[Metric]:
    usage = await engine.store.usage()
    now = engine.clock.now() / 1000
    return (
        Metric(
            "callr_emulator_info",
            "gauge",
            "The version and the kind of database.",
            ("version", "store"),
            [((version("callr-sms-emulator"), engine.store.kind), 1)],
        ),
        _gauge("accounts_loaded", "Accounts that were used since the start.", len(engine.accounts)),
        _gauge("virtual_clocks", "Accounts whose clock was set.", engine.accounts.virtual_clocks),
        _gauge("faults", "Rules of faults.", engine.accounts.faults),
        _gauge("event_streams", "Open streams of events.", engine.accounts.streams),
        _gauge("waits", "Requests that wait for an SMS.", len(engine.waiting)),
        _gauge("deliveries_due", "Deliveries whose next attempt has a time.", usage.deliveries),
        _gauge("database_bytes", "The size of the database.", usage.size),
        _gauge("clock_seconds", "The time of the emulator, since 1970.", now),
        _gauge("start_time_seconds", "When it was started, since 1970.", engine.started_at / 1000),
    )


def _of_process() -> Iterable[Metric]:
    yield Metric(
        "process_cpu_seconds_total",
        "counter",
        "CPU time of user and system.",
        (),
        [((), round(time.process_time(), 6))],
    )
    if _MEMORY.exists():  # Linux
        pages = int(_MEMORY.read_text("ascii").split()[1])
        size = pages * os.sysconf("SC_PAGE_SIZE")
        yield Metric("process_resident_memory_bytes", "gauge", "Memory in use.", (), [((), size)])


def _counter(
    name: str, text: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[object, ...], float]]
) -> Metric:
    return Metric(f"callr_emulator_{name}_total", "counter", text, labels, values)


def _gauge(name: str, text: str, value: float) -> Metric:
    return Metric(f"callr_emulator_{name}", "gauge", text, (), [((), value)])
