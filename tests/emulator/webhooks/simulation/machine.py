"""Histories of the delivery engine: Hypothesis decides what happens, and which process does its next step."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from types import SimpleNamespace
from typing import TYPE_CHECKING
from unittest import mock

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from callr_sms_emulator._clock import Timeline
from callr_sms_emulator._storage.postgresql import exchange
from tests.emulator.webhooks.simulation.process import Process
from tests.emulator.webhooks.simulation.world import BEHAVIOURS, RECEIVERS, START_MS, World

if TYPE_CHECKING:
    from tests.emulator.webhooks.simulation.process import Kind

HOOKS = ("", "HOOK")
FASTEST = 1_000_000.0
_SETTLED_S = 60.0
_MOST_PROCESSES = 4  # in one history, one after the other; two of them at a time

_log = logging.getLogger("callr_sms_emulator")
_index = st.integers(0, 3)


class DeliveryEngine(RuleBasedStateMachine):
    """Drives up to two processes on one store, and checks after every step.

    In the end all receivers accept, the store works, and one process runs: then everything is delivered.

    Attributes:
        count: The number of histories so far, of all machines.
    """

    count = 0

    def __init__(self) -> None:
        super().__init__()
        DeliveryEngine.count += 1
        self._patches = ExitStack()
        self.world = World()
        clock = SimpleNamespace(monotonic=lambda: self.world.now)
        self._patches.enter_context(mock.patch.object(exchange, "time", clock))
        self._patches.callback(_log.setLevel, _log.level)
        _log.setLevel(logging.CRITICAL + 1)  # failures are what it is about
        self.kind: Kind = "memory"
        self.timeline = Timeline()
        self.started = 0

    @initialize(
        kind=st.sampled_from(["claims", "lock", "memory"]),
        rate=st.sampled_from([1.0, 1000.0]),
        are_two=st.booleans(),
    )
    def begin(self, kind: Kind, rate: float, are_two: bool) -> None:  # noqa: FBT001 - drawn
        self.kind = kind
        self.timeline = Timeline(START_MS, START_MS, rate)
        self.world.subscribe(HOOKS[1])
        for _ in range(1 + (are_two and kind != "memory")):
            self._start()

    def _start(self) -> None:
        Process(self.world, self.kind, self.timeline)
        self.started += 1

    def _alive(self) -> list[Process]:
        return [each for each in self.world.processes if not each.port.is_dead]

    def _one(self, index: int) -> Process:
        alive = self._alive()
        return alive[index % len(alive)]

    @property
    def is_shared(self) -> bool:
        """Whether processes may come and go: what a process keeps in memory ends with it."""
        return self.kind != "memory"

    # --- what happens in the account --------------------------------------------------------------------

    @rule(
        number=st.integers(0, 5),
        count=st.integers(1, 3),
        hooks=st.sampled_from([HOOKS, HOOKS[:1], HOOKS[1:]]),
        teller=_index,
        is_told=st.booleans(),
    )
    def add_events(
        self,
        number: int,
        count: int,
        hooks: tuple[str, ...],
        teller: int,
        is_told: bool,  # noqa: FBT001 - drawn
    ) -> None:
        """The next events of an SMS happen; a process that dies at once does not wake its dispatcher."""
        process = self._one(teller)
        number = min(number, len(self.world.sms))
        self.world.add_events(number, count, process.account.clock.now(), hooks)
        if is_told or not self.is_shared:
            process.wake()

    @rule(seconds=st.sampled_from([1, 15, 100, 86_400]))
    def advance_clock(self, seconds: int) -> None:
        """The clock of the account is advanced in one step, in all processes."""
        alive = self._alive()
        real = alive[0].now()
        shown = self.timeline.at(real) + seconds * 1000
        self.timeline = Timeline(real, shown, self.timeline.rate)
        for each in alive:
            each.jump(self.timeline)

    @rule(seconds=st.sampled_from([-3600, -1, 1, 3600]))
    def jump_clock(self, seconds: int) -> None:
        """Somebody sets the clock of the machine."""
        self.world.jumped_ms += seconds * 1000

    # --- what goes on -----------------------------------------------------------------------------------

    @rule(choices=st.binary(min_size=1, max_size=60))
    def run_steps(self, choices: bytes) -> None:
        """Processes do steps, in this order."""
        for choice in choices:
            if not self.world.step(choice) or self.world.violations:
                break

    @rule(seconds=st.sampled_from([0.01, 0.3, 1.5, 4.5, 7.0]))
    def pass_time(self, seconds: float) -> None:
        self.world.pass_time(seconds)

    @rule(receiver=st.integers(0, len(RECEIVERS) - 1), behaviour=st.sampled_from(BEHAVIOURS))
    def change_receiver(self, receiver: int, behaviour: str) -> None:
        self.world.behaviours[receiver] = behaviour

    @rule(index=_index, mode=st.sampled_from(["works", "fails", "hangs", "loses answers"]))
    def change_store(self, index: int, mode: str) -> None:
        """The way of a process to the store changes; only a server can lose an answer after the commit."""
        self._one(index).port.mode = mode if self.kind == "claims" else mode.replace("loses answers", "fails")

    # --- what happens to processes ----------------------------------------------------------------------

    @precondition(lambda self: self.is_shared and self.started < _MOST_PROCESSES)
    @rule(index=_index, is_kind=st.booleans())
    def end_and_start(self, index: int, is_kind: bool) -> None:  # noqa: FBT001 - drawn
        """A process ends, by kill -9 or by Ctrl-C; another one starts."""
        process = self._one(index)
        if is_kind and process.is_running:
            process.stop()
        else:
            process.kill()
        self._start()

    @precondition(lambda self: self.is_shared)
    @rule(index=_index)
    def freeze_or_thaw(self, index: int) -> None:
        process = self._one(index)
        if process.is_running:
            process.freeze()
        else:
            process.thaw()

    # --- what must hold ---------------------------------------------------------------------------------

    @invariant()
    def nothing_is_wrong(self) -> None:
        self.world.check()
        assert not self.world.violations, "; ".join(self.world.violations)

    def teardown(self) -> None:
        try:
            if self.world.processes and not self.world.violations:
                self._settle()
        finally:
            for each in self.world.processes:
                each.port.is_dead = True
                each.loop.close()
            self._patches.close()
            self.world.storage.close()

    def _settle(self) -> None:
        """Let everything work again: then all is delivered."""
        world = self.world
        world.behaviours[:] = ["accepts"] * len(RECEIVERS)
        real = self._alive()[0].now()
        self.timeline = Timeline(real, self.timeline.at(real), FASTEST)
        for each in self._alive():
            each.port.mode = "works"
            each.thaw() if not each.is_running else None
            each.jump(self.timeline)
        until = world.now + _SETTLED_S
        while world.waiting() and world.now < until and not world.violations:
            world.pass_time(0.5)
        self.nothing_is_wrong()
        assert not world.waiting(), f"{world.waiting()} events were not delivered in {_SETTLED_S:g} s"
