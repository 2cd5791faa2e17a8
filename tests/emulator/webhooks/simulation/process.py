"""One simulated process of the emulator: the real dispatcher, on a loop of its own."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal

from callr_sms_emulator import Config
from callr_sms_emulator._clock import VirtualClock
from callr_sms_emulator._engine.sharing import Sharing
from callr_sms_emulator._storage.postgresql.exchange import PostgresqlExchange
from callr_sms_emulator._storage.sqlite.outbox import SqliteOutbox
from callr_sms_emulator._storage.store import StoreUnreachableError
from callr_sms_emulator._webhooks import Dispatcher
from tests.emulator.webhooks.simulation.storage import (
    ClaimedOutbox,
    Port,
    PostgresqlDatabase,
    SharedLock,
    SqliteDatabase,
)
from tests.emulator.webhooks.simulation.virtual_loop import VirtualLoop
from tests.emulator.webhooks.simulation.world import LOGIN, START_MS, Sent, World

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from callr_sms_emulator._clock import Timeline
    from callr_sms_emulator._storage import Delivery
    from callr_sms_emulator._webhooks import OnResult, WebhookRequest

Kind = Literal["memory", "lock", "claims"]
"""Of the store: one process alone; one of several delivers; each delivers what it has claimed."""

_CLAIMED = """
SELECT 1 FROM claim JOIN process ON process.id = claim.process
WHERE claim.receiver = ? AND claim.process = ? AND process.expires > now()
"""
_UNDERSTANDS_S = 2.0


class Process:
    """A process: it can be killed between any two of its steps, frozen, and cut off from the store.

    Attributes:
        open: Its requests under way, by delivery.
        accepted: The deliveries that it knows were accepted, while it has the claims that it had then.
    """

    def __init__(self, world: World, kind: Kind, timeline: Timeline) -> None:
        self.world, self.kind = world, kind
        self.loop = VirtualLoop(lambda: world.now)  # type: ignore[abstract] # asyncio calls no more of it
        self.port = Port(world.storage, self.loop)
        self.open: dict[int, Sent] = {}
        self.accepted: set[tuple[int, int]] = set()
        self.is_running = True
        self._excused_until = 0.0
        clock = VirtualClock(self)
        clock.timeline = timeline
        self.account: Any = SimpleNamespace(
            login=LOGIN, clock=clock, changes_lock=asyncio.Lock(), is_removed=False
        )
        self.exchange: PostgresqlExchange | None
        self.exchange, outbox = self._parts()
        store: Any = SimpleNamespace(outbox=outbox, exchange=self.exchange, is_shared=kind != "memory")
        accounts: Any = SimpleNamespace(
            load=self._load, refresh=self._load, known=lambda _: self.account, end_events=lambda: None
        )
        self.dispatcher = Dispatcher(Config(), store, accounts, self, lambda *_: self)
        status_timer: Any = SimpleNamespace()
        self.sharing = (
            None if self.exchange is None else Sharing(self.exchange, accounts, status_timer, self.dispatcher)
        )
        self.loop.create_task(self._start())
        world.processes.append(self)

    def _parts(self) -> tuple[PostgresqlExchange | None, Any]:
        deliveries = SqliteOutbox(SqliteDatabase(self.port))  # type: ignore[arg-type] # as far as it is used
        if self.kind == "claims":
            database: Any = PostgresqlDatabase(self.port)
            exchange = PostgresqlExchange(database)
            return exchange, ClaimedOutbox(deliveries, database, exchange)
        if self.kind == "lock":
            deliveries._lock = SharedLock(self.port)  # type: ignore[assignment] # not of a file
        return None, deliveries

    async def _load(self, _login: object) -> Any:
        if not self.port.is_dead:
            await asyncio.sleep(0)
        return self.account

    async def _start(self) -> None:
        """Start like the emulator, as often as the store lets that fail."""
        if self.exchange is not None:
            await _until_it_works(self.exchange.open)
        if self.sharing is not None:
            self.sharing.start()
        await _until_it_works(self.dispatcher.start)

    # --- as its clock and its transport -----------------------------------------------------------------

    def now(self) -> int:
        return START_MS + self.world.jumped_ms + round(self.world.now * 1000)

    def call_at(self, moment: int, callback: Callable[[], object]) -> asyncio.TimerHandle:
        return self.loop.call_later(max(0, moment - self.now()) / 1000, callback)

    def send(self, delivery: Delivery, request: WebhookRequest, on_result: OnResult) -> Sent:
        sent = Sent(self, delivery)
        world = self.world
        if not self.is_excused and any(
            delivery.id in each.open and each.is_running and not each.is_excused for each in world.processes
        ):
            world.violations.append("two attempts for one delivery are under way")
        self.open[delivery.id] = sent
        world.receive(sent, request, on_result)
        return sent

    # --- what happens to it -----------------------------------------------------------------------------

    @property
    def is_excused(self) -> bool:
        """Whether it was frozen, and cannot know yet what it has missed."""
        return self.world.now < self._excused_until

    def has_claim(self, receiver: str) -> bool:
        """Return whether the store says that it may deliver to this receiver."""
        if self.exchange is not None:
            process = self.exchange.process
            return self.world.storage.sqlite.execute(_CLAIMED, (receiver, process)).fetchone() is not None
        return self.kind == "memory" or self.world.storage.lock_holder is self.port

    def wake(self) -> None:
        """Say that something may be due, as what has written it does."""
        self.loop.call_soon(self.dispatcher.wake, self.account)

    def jump(self, timeline: Timeline) -> None:
        """Advance the clock of the account in one step."""
        clock = self.account.clock
        before = clock.now()
        clock.timeline = timeline
        clock.jump(before, clock.now())
        self.wake()

    def kill(self) -> None:
        """End it at once: the system closes its connections, and nobody cleans up."""
        self.is_running = False
        self.port.is_dead = True
        self.open.clear()
        SharedLock(self.port).release()
        self.port.storage.listeners[:] = [
            each for each in self.port.storage.listeners if each.port is not self.port
        ]

    def freeze(self) -> None:
        """Let it do nothing until `thaw`."""
        self.is_running = False

    def thaw(self) -> None:
        """Let it go on: its timers ring late, and its lease may have ended."""
        self.is_running = True
        self._excused_until = self.world.now + _UNDERSTANDS_S

    def stop(self) -> None:
        """Ask for its end, as Ctrl-C does."""

        async def stop() -> None:
            if self.sharing is not None:
                await self.sharing.stop()
            await self.dispatcher.stop()
            if self.exchange is not None:
                await self.exchange.close()
            self.kill()

        self.loop.create_task(stop())


async def _until_it_works(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            return await work()
        except StoreUnreachableError:
            await asyncio.sleep(0.5)
