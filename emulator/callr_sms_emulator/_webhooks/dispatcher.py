"""Delivers what is in the outbox: wakes a lane for each receiver that something is due for."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from callr_sms_emulator._clock import Scheduler
from callr_sms_emulator._http_client import HttpClient, Resolver
from callr_sms_emulator._log import describe
from callr_sms_emulator._webhooks.limiter import Limiter
from callr_sms_emulator._webhooks.result_writer import ResultWriter
from callr_sms_emulator._webhooks.transport import DirectTransport
from callr_sms_emulator._webhooks.worker import Worker, WorkerContext

if TYPE_CHECKING:
    from collections.abc import Callable

    from callr_sms_emulator._accounts import Account, Accounts
    from callr_sms_emulator._clock import Clock
    from callr_sms_emulator._settings import Config
    from callr_sms_emulator._storage import Store
    from callr_sms_emulator._webhooks.transport import Transport

_log = logging.getLogger(__name__)

_CONNECTIONS = 256  # of all receivers: far from what a process may open
_SEAT_S = 1.0
_LOOK_S = 1.0
_GRACE_S = 0.1
_POLL_S = 0.05
_RETRY_MS = 1000


class Dispatcher:
    """Tells receivers what is due, for all accounts. `start`, `stop` and the rest belong to one event loop.

    Of several processes that share a database one delivers: the one that has the seat. When it ends, in
    whatever way, another one takes it within a second, and tells again what was under way.

    `wrap` is called for each request, with the transport and the login of its account; it returns the
    transport that carries the request.
    """

    def __init__(
        self,
        config: Config,
        store: Store,
        accounts: Accounts,
        clock: Clock,
        wrap: Callable[[DirectTransport, str], Transport],
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._clock = clock
        self._sender = HttpClient(Resolver(config.webhooks_to.allows), config.webhooks_timeout)
        self._context = WorkerContext(
            outbox=store.outbox,
            transport_for=partial(wrap, DirectTransport(self._sender)),
            writer=ResultWriter(store.outbox),
            limiter=Limiter(_CONNECTIONS),
            schedule=self._note,
        )
        self._scheduler = Scheduler(clock, self._ring, "the webhooks of an account stand still")
        self._workers: dict[tuple[str, str], tuple[Worker, asyncio.Task[None]]] = {}
        self._looking: dict[str, bool] = {}  # by login: whether to look once more
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = False
        self._has_seat = False
        self._keeper: asyncio.Task[None] | None = None

    @property
    def is_delivering(self) -> bool:
        """Whether it is this process that delivers."""
        return self._has_seat

    async def start(self) -> None:
        """Begin with what an earlier emulator on this database has left."""
        self._has_seat = await self._store.outbox.acquire_delivery_lock()
        if self._has_seat:
            await self._look_everywhere()
        if self._store.is_shared:
            self._keeper = asyncio.get_running_loop().create_task(self._keep_looking())

    async def stop(self) -> None:
        """Deliver no more: what is under way has a moment to end, and is told again by the next emulator."""
        self._is_stopping = True
        if self._keeper is not None:
            self._keeper.cancel()
        await self._scheduler.stop()
        await asyncio.gather(*self._tasks)
        tasks = [task for _, task in self._workers.values()]
        for lane, _ in self._workers.values():
            lane.stop()
        if tasks:
            await asyncio.wait(tasks, timeout=_GRACE_S)
            for lane, _ in self._workers.values():
                lane.cancel()
            await asyncio.wait(tasks, timeout=_GRACE_S)
        self._sender.close()

    def wake(self, account: Account) -> None:
        """Learn that an account may have something due."""
        login = account.login
        if login in self._looking:
            self._looking[login] = True
        elif not self._is_stopping:
            self._looking[login] = True
            task = asyncio.get_running_loop().create_task(self._look_until_calm(account))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def drain(self, account: Account) -> None:
        """Return when nothing of an account is due by what its clock shows now, and all is written down."""
        until = account.clock.now()
        await self._look(account)
        while receivers := await self._due_by(account, until):
            if self._has_seat:
                for receiver in receivers:
                    self._set_going(account, receiver)
            tasks = self._tasks_of(account.login)
            if tasks:
                await asyncio.wait(tasks, timeout=_POLL_S)
            else:
                await asyncio.sleep(_POLL_S)

    async def cancel_account(self, login: str) -> None:
        """End what is on its way to the receivers of an account; `wake` lets it go on."""
        for (owner, _), (lane, _) in self._workers.items():
            if owner == login:
                lane.cancel()
        tasks = self._tasks_of(login)
        if tasks:
            await asyncio.wait(tasks)

    def restart(self, account: Account) -> None:
        """Learn that less is to be told than was: what has not begun is looked up again."""
        for (owner, _), (lane, task) in self._workers.items():
            if owner == account.login:
                lane.stop()
                task.add_done_callback(lambda _: self.wake(account))

    # --- looking for what is due ------------------------------------------------------------------------

    async def _keep_looking(self) -> None:
        """Look for what other processes have put in the outbox, or left when they ended."""
        while True:
            await asyncio.sleep(_LOOK_S if self._has_seat else _SEAT_S)
            try:
                self._has_seat = self._has_seat or await self._store.outbox.acquire_delivery_lock()
                if self._has_seat:
                    await self._look_everywhere()
            except Exception as error:  # noqa: BLE001 - a database that is busy must not end it for ever
                _log.error("the webhooks cannot be looked for: %s", describe(error))

    async def _look_everywhere(self) -> None:
        for login in await self._store.outbox.waiting_accounts():
            self.wake(await self._accounts.load(login))

    async def _ring(self, login: str) -> None:
        self.wake(await self._accounts.load(login))

    async def _look_until_calm(self, account: Account) -> None:
        try:
            while self._looking[account.login] and not self._is_stopping:
                self._looking[account.login] = False
                await self._look(account)
        except Exception as error:  # noqa: BLE001 - a database that is busy must not end it for ever
            self._complain(account.login, error)
        finally:
            del self._looking[account.login]

    async def _look(self, account: Account) -> None:
        if not self._has_seat:
            return
        async with account.changes_lock:  # the earliest shall be told first: not before all of them are there
            now = account.clock.now()
            receivers = await self._store.outbox.receivers(account.login, now)
        for receiver in receivers:
            if receiver.following is not None:
                self._note_for(account, receiver.following)
            if receiver.first > now:
                continue
            lane = self._workers.get((account.login, receiver.name))
            if lane is None:
                self._set_going(account, receiver.name)
            else:
                lane[0].note_due(-1)

    async def _due_by(self, account: Account, until: int) -> list[str]:
        found = await self._store.outbox.receivers(account.login, until)
        return [each.name for each in found if each.first <= until]

    # --- the lanes --------------------------------------------------------------------------------------

    def _set_going(self, account: Account, receiver: str) -> None:
        key = (account.login, receiver)
        if key in self._workers or self._is_stopping:
            return
        lane = Worker(account.login, receiver, account.clock, self._context)
        task = asyncio.get_running_loop().create_task(self._run(key, lane))
        self._workers[key] = (lane, task)

    async def _run(self, key: tuple[str, str], lane: Worker) -> None:
        try:
            await lane.run()
        except Exception as error:  # noqa: BLE001 - a database that is busy must not end it for ever
            self._complain(key[0], error)
        finally:
            del self._workers[key]

    def _complain(self, login: str, error: Exception) -> None:
        _log.error("the webhooks of an account stand still: %s", describe(error))
        self._scheduler.note(login, self._clock.now() + _RETRY_MS)

    def _tasks_of(self, login: str) -> list[asyncio.Task[None]]:
        return [task for (owner, _), (_, task) in self._workers.items() if owner == login]

    def _note(self, login: str, due: int) -> None:
        account = self._accounts.known(login)
        if account is not None:
            self._note_for(account, due)

    def _note_for(self, account: Account, due: int) -> None:
        moment = account.clock.real_at(due)
        if moment is not None:
            self._scheduler.note(account.login, moment)
