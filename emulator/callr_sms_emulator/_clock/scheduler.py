"""Work for accounts at given moments, with one timer for all of them."""

import asyncio
import heapq
import logging
from collections.abc import Awaitable, Callable

from callr_sms_emulator._clock.system import Clock, Timer
from callr_sms_emulator._log import RecurringErrors

_log = logging.getLogger(__name__)

_RETRY_MS = 1000


class Scheduler:
    """Calls `work` with the login of an account at the moment (milliseconds, real time) noted for it.

    `name` stands in the log when the work begins to fail; it is tried again each second.
    """

    def __init__(self, clock: Clock, work: Callable[[str], Awaitable[None]], name: str) -> None:
        self._clock = clock
        self._work = work
        self._errors = RecurringErrors(_log, name)
        self._moments: dict[str, int] = {}
        self._heap: list[tuple[int, str]] = []
        self._timer: Timer | None = None
        self._timer_at = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False

    def note(self, login: str, moment: int) -> None:
        """Schedule the account's work for `moment`, unless it is scheduled for an earlier one."""
        known = self._moments.get(login)
        if self._stopped or (known is not None and known <= moment):
            return
        self._moments[login] = moment
        heapq.heappush(self._heap, (moment, login))
        self._set_timer()

    def has(self, login: str) -> bool:
        """Return whether work is scheduled for an account."""
        return login in self._moments

    async def stop(self) -> None:
        """Start no more work, and wait for what is under way."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _set_timer(self) -> None:
        if self._stopped or not self._heap:
            return
        moment = self._heap[0][0]
        if self._timer is not None:
            if self._timer_at <= moment:
                return
            self._timer.cancel()
        self._timer_at = moment
        self._timer = self._clock.call_at(moment, self._run_due)

    def _run_due(self) -> None:
        self._timer = None
        now = self._clock.now()
        while self._heap and self._heap[0][0] <= now:
            moment, login = heapq.heappop(self._heap)
            if self._moments.get(login) == moment:  # else it was moved to an earlier moment, and is done
                del self._moments[login]
                task = asyncio.get_running_loop().create_task(self._run(login))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        self._set_timer()

    async def _run(self, login: str) -> None:
        try:
            await self._work(login)
        except Exception as error:  # noqa: BLE001 - a full disk must not end it for ever
            self._errors.begin(login, error)
            self.note(login, self._clock.now() + _RETRY_MS)
        else:
            self._errors.end(login)
