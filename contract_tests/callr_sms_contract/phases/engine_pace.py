"""Makes each phase of schemathesis end when its time is over.

With a time limit of its own, schemathesis would repeat phases until that is reached.
"""

import math
import time
from collections.abc import Callable
from inspect import getgeneratorlocals
from typing import Self

from schemathesis.engine import events as engine
from schemathesis.engine.core import EventStream
from schemathesis.engine.run import PhaseName

from callr_sms_contract.settings import ENGINE_PHASES
from callr_sms_contract.time_budget import Schedule


class _Limit(float):
    """A moment, or a number of seconds, that is reached only when something else is true, too."""

    _is_reached: Callable[[], bool]

    def __new__(cls, value: float, is_reached: Callable[[], bool]) -> Self:
        """Return a limit of `value`."""
        found = super().__new__(cls, value)
        found._is_reached = is_reached
        return found

    def __le__(self, other: float) -> bool:
        """Return whether it is reached: Python calls this first for `other >= limit`."""
        return float(self) <= other and self._is_reached()


class _Slices:
    """Shares out the time of a phase among the operations, in place of what schemathesis has for it.

    An operation may take twice as long as each of those after it is sure of, because some have many more
    requests than others. What one leaves goes to those that follow. Schemathesis sends at least one request
    of each operation, and all that it has generated in time.
    """

    def __init__(self, schedule: Schedule, operations: int, limit: Callable[[float, int], float]) -> None:
        self._schedule, self._operations = schedule, max(operations, 1)
        self._limit, self._all = limit, self._operations
        self._deadline = math.inf

    def take(self, _: float) -> float:
        """Return when the time of the next operation is over."""
        self.note()
        seconds = self._schedule.left * 2 / (self._operations + 1)
        self._operations = max(self._operations - 1, 1)
        self._deadline = time.monotonic() + seconds
        return self._limit(self._deadline, self._all)

    def note(self) -> None:
        """Note whether the last operation ended early."""
        if time.monotonic() >= self._deadline:
            self._schedule.was_cut()


class EnginePace:
    """Gives each phase of schemathesis its time, as the events of the engine pass."""

    def __init__(self, schedule: Schedule, stream: EventStream, made: Callable[[], int]) -> None:
        """`made` returns how many requests the engine has made."""
        self._schedule, self._engine = schedule, getgeneratorlocals(stream.generator)["engine"]
        self._made = made
        self._slices: _Slices | None = None

    def before(self, event: engine.EngineEvent) -> None:
        """Called with each event before it is counted: a phase that ends has no limit any more."""
        if not isinstance(event, engine.PhaseFinished):
            return
        if self._slices is not None:
            self._slices.note()
        elif self._engine.control.has_reached_time_limit:
            self._schedule.was_cut()
        self._engine.control.max_time = self._slices = None

    def after(self, event: engine.EngineEvent) -> None:
        """Called with each event after it was counted: a phase that begins gets its time."""
        if not isinstance(event, engine.SuiteStarted) or event.phase.value not in ENGINE_PHASES:
            return
        if event.phase is PhaseName.STATEFUL_TESTING:
            seconds = self._engine.running_time + self._schedule.left
            self._engine.control.max_time = self._after_the_minimum(seconds, 1)
            return
        # The other two generate all requests of an operation before the first one is made.
        limit = self._after_the_minimum if event.phase is PhaseName.FUZZING else lambda seconds, _: seconds
        operations = self._engine._slice_budget._remaining_operations  # noqa: SLF001 - it has no other name
        self._slices = _Slices(self._schedule, operations, limit)
        self._engine._slice_budget = self._slices  # noqa: SLF001 - as above
        # Only slices end these phases: the limit itself would drop requests that were generated in time.
        self._engine.control.max_time = math.inf

    def _after_the_minimum(self, seconds: float, of: int) -> _Limit:
        """Return a limit that is reached when this part of the phase has made its part of the minimum."""
        wanted = self._made() + math.ceil(self._schedule.minimum / of)
        return _Limit(seconds, lambda: self._made() >= wanted or self._schedule.is_spent)
