"""Delivers what is in the outbox, with a worker for each receiver that something is due for."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from callr_sms_emulator._clock import Scheduler
from callr_sms_emulator._http_client import HttpClient, Resolver
from callr_sms_emulator._log import RecurringErrors, log_error
from callr_sms_emulator._storage import Message
from callr_sms_emulator._webhooks.limiter import Limiter
from callr_sms_emulator._webhooks.result_writer import ResultWriter
from callr_sms_emulator._webhooks.transport import DirectTransport
from callr_sms_emulator._webhooks.worker import Worker, WorkerContext

if TYPE_CHECKING:
    from collections.abc import Callable

    from callr_sms_emulator._accounts import Account, Accounts
    from callr_sms_emulator._clock import Clock
    from callr_sms_emulator._settings import Config
    from callr_sms_emulator._storage import AttemptResult, Store
    from callr_sms_emulator._webhooks.transport import Transport

_log = logging.getLogger(__name__)

_CONNECTIONS = 256  # of all receivers: far from what a process may open
_LOCK_POLL_S = 1.0
_OUTBOX_POLL_S = 1.0
_DRAIN_POLL_S = 0.05
_GRACE_S = 0.1
_RETRY_MS = 1000


class Dispatcher:
    """Delivers the events that are due, for all accounts. It belongs to one event loop.

    Of several processes that share a database one delivers what an account sends to a receiver: the one that
    has claimed it, or, on SQLite, the one that holds the delivery lock. When it ends, in any way, another one
    takes over within seconds, and sends again what was under way.

    `wrap` is called for each request, with the transport and the login of its account; it returns the
    transport that carries the request.

    Attributes:
        is_delivering: Whether this process delivers, all of it or what it has claimed.
        attempt_listeners: Called with the login and the result of each attempt, once it is written.
    """

    def __init__(
        self,
        config: Config,
        store: Store,
        accounts: Accounts,
        clock: Clock,
        wrap: Callable[[DirectTransport, str], Transport],
    ) -> None:
        self.is_delivering = False
        self.attempt_listeners: list[Callable[[str, AttemptResult], None]] = []
        self._store = store
        self._accounts = accounts
        self._clock = clock
        self._sender = HttpClient(Resolver(config.webhooks_to.allows), config.webhooks_timeout)
        self._context = WorkerContext(
            outbox=store.outbox,
            transport_for=partial(wrap, DirectTransport(self._sender)),
            writer=ResultWriter(store.outbox),
            limiter=Limiter(_CONNECTIONS),
            schedule=self._schedule,
            on_attempt=self._note_attempt,
        )
        self._scheduler = Scheduler(clock, self._wake_login, "the webhooks of an account are not delivered")
        self._workers: dict[tuple[str, str], tuple[Worker, asyncio.Task[None]]] = {}  # by login and receiver
        self._checks: dict[str, bool] = {}  # under way, by login: whether to check once more
        self._to_notify: set[str] = set()  # logins: whose next check is passed on to other processes
        self._tasks: set[asyncio.Task[None]] = set()
        self._errors = RecurringErrors(_log, "the webhooks of an account are not delivered")
        self._poll_errors = RecurringErrors(_log, "the outbox of webhooks cannot be read")
        self._is_stopping = False
        self._poller: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin with what an earlier emulator on this database has left."""
        self.is_delivering = await self._store.outbox.acquire_delivery_lock()
        if self.is_delivering:
            await self._wake_all()
        if self._store.is_shared:
            self._poller = asyncio.get_running_loop().create_task(self._poll())

    async def stop(self) -> None:
        """Start no more attempts; those that do not end in a moment are repeated by the next emulator."""
        self._is_stopping = True
        if self._poller is not None:
            self._poller.cancel()
        await self._scheduler.stop()
        await asyncio.gather(*self._tasks)
        tasks = [task for _, task in self._workers.values()]
        for worker, _ in self._workers.values():
            worker.stop()
        if tasks:
            await asyncio.wait(tasks, timeout=_GRACE_S)
            for worker, _ in self._workers.values():
                worker.cancel()
            await asyncio.wait(tasks, timeout=_GRACE_S)
        self._sender.close()

    def wake(self, account: Account, *, notify: bool = True) -> None:
        """Called when an account may have something due.

        With `notify`, the processes that have claimed some of that are notified. A check that such a message
        causes notifies nobody: two processes would wake each other until all is delivered.
        """
        login = account.login
        if notify:
            self._to_notify.add(login)
        if login in self._checks:
            self._checks[login] = True
        elif not self._is_stopping:
            self._checks[login] = True
            task = asyncio.get_running_loop().create_task(self._check_while_woken(account))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def drain(self, account: Account) -> None:
        """Return when all that is due by the account's clock has been delivered and written."""
        until = account.clock.now()
        self._to_notify.add(account.login)
        await self._check(account)
        while True:
            found = await self._store.outbox.receivers(account.login, until)
            due = [each.name for each in found if each.first <= until]
            if not due:
                return
            if self.is_delivering:
                for receiver in due:
                    await self._start_worker(account, receiver)
            tasks = self._tasks_of(account.login)
            if tasks:
                await asyncio.wait(tasks, timeout=_DRAIN_POLL_S)
            else:
                await asyncio.sleep(_DRAIN_POLL_S)

    async def cancel_account(self, login: str) -> None:
        """Cancel the attempts of an account that are under way; `wake` starts them again."""
        for (owner, _), (worker, _) in self._workers.items():
            if owner == login:
                worker.cancel()
        tasks = self._tasks_of(login)
        if tasks:
            await asyncio.wait(tasks)

    async def cancel_all(self) -> None:
        """Cancel all attempts that are under way, because other processes may make them now."""
        for login in {login for login, _ in self._workers}:
            await self.cancel_account(login)
        await self._wake_all()

    def restart(self, account: Account) -> None:
        """Called when deliveries were removed: what has not started is read from the outbox again."""
        for (owner, _), (worker, task) in self._workers.items():
            if owner == account.login:
                worker.stop()
                task.add_done_callback(lambda _: self.wake(account))

    # --- finding what is due ----------------------------------------------------------------------------

    async def _poll(self) -> None:
        """Find what other processes have put in the outbox, or left there when they ended."""
        while True:
            await asyncio.sleep(_OUTBOX_POLL_S if self.is_delivering else _LOCK_POLL_S)
            try:
                if not self.is_delivering:
                    self.is_delivering = await self._store.outbox.acquire_delivery_lock()
                if self.is_delivering:
                    await self._wake_all()
            except Exception as error:  # noqa: BLE001 - a database that is busy must not end it for ever
                self._poll_errors.begin(None, error)
            else:
                self._poll_errors.end(None)

    async def _wake_all(self) -> None:
        for login in await self._store.outbox.waiting_accounts():
            await self._wake_login(login, notify=False)  # the other processes look, too

    async def _wake_login(self, login: str, *, notify: bool = True) -> None:
        self.wake(await self._accounts.load(login), notify=notify)

    async def _check_while_woken(self, account: Account) -> None:
        try:
            while self._checks[account.login] and not self._is_stopping:
                self._checks[account.login] = False
                await self._check(account)
        except Exception as error:  # noqa: BLE001 - a database that is busy must not end it for ever
            self._retry_later((account.login, None), error)
        else:
            self._errors.end((account.login, None))
        finally:
            del self._checks[account.login]

    async def _check(self, account: Account) -> None:
        """Set to work the workers of all receivers that something is due for; schedule what is due later."""
        if not self.is_delivering:
            return
        notify = account.login in self._to_notify
        self._to_notify.discard(account.login)
        async with account.changes_lock:  # the earliest is delivered first: not before all of them are there
            now = account.clock.now()
            receivers = await self._store.outbox.receivers(account.login, now)
        for receiver in receivers:
            if receiver.following is not None:
                self._schedule(account.login, receiver.following)
            if receiver.first > now:
                continue
            running = self._workers.get((account.login, receiver.name))
            if running is not None:
                running[0].note_due(-1)
            elif not await self._start_worker(account, receiver.name) and notify:
                notify = False
                if self._store.exchange is not None:
                    self._store.exchange.announce(Message("deliveries", account.login))

    # --- the workers ------------------------------------------------------------------------------------

    async def _start_worker(self, account: Account, receiver: str) -> bool:
        """Start a worker, unless there is one; return False if another process delivers to this receiver."""
        key = (account.login, receiver)
        if key in self._workers:
            return True
        if not await self._store.outbox.claim(*key):
            return False
        if key in self._workers or self._is_stopping:  # by now
            return True
        worker = Worker(account.login, receiver, account.clock, self._context)
        task = asyncio.get_running_loop().create_task(self._run(key, worker))
        self._workers[key] = (worker, task)
        return True

    async def _run(self, key: tuple[str, str], worker: Worker) -> None:
        try:
            await worker.run()
        except Exception as error:  # noqa: BLE001 - a database that is busy must not end it for ever
            self._retry_later(key, error)
        else:
            self._errors.end(key)
        finally:
            await self._release(key, worker)

    async def _release(self, key: tuple[str, str], worker: Worker) -> None:
        """Give back the claim of a worker that has ended, before another one may start."""
        try:
            await self._store.outbox.release(*key)
        except Exception as error:  # noqa: BLE001 - as above; the claim stays with this process
            log_error(_log, "a claim is not given back", error)
        del self._workers[key]
        if worker.has_news and not self._is_stopping:  # which came after its end
            try:
                await self._wake_login(key[0])
            except Exception as error:  # noqa: BLE001 - as above
                self._retry_later((key[0], None), error)

    def _retry_later(self, key: tuple[str, str | None], error: Exception) -> None:
        self._errors.begin(key, error)
        self._scheduler.note(key[0], self._clock.now() + _RETRY_MS)

    def _note_attempt(self, login: str, result: AttemptResult) -> None:
        for listener in self.attempt_listeners:
            listener(login, result)

    def _tasks_of(self, login: str) -> list[asyncio.Task[None]]:
        return [task for (owner, _), (_, task) in self._workers.items() if owner == login]

    def _schedule(self, login: str, due: int) -> None:
        """Have an account checked when its clock shows `due`; never, while it is frozen before that."""
        account = self._accounts.known(login)
        moment = None if account is None else account.clock.real_at(due)
        if moment is not None:
            self._scheduler.note(login, moment)
