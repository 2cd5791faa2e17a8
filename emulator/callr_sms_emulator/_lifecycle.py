"""The life of an outgoing SMS: CREATED → PENDING → SENT → REMOTE_QUEUED → RECEIVED (sdk).

An SMS in the making has a moment at which its next change is due; it stands in its row, so it outlives the
process. Changes bear the moment they were due, not the moment they were noticed: what a reader sees
depends on the clock alone, also after a restart.
"""

import asyncio
import logging
from dataclasses import dataclass

from callr_sms_emulator import _dates
from callr_sms_emulator._clock import Clock, Timer
from callr_sms_emulator._message import Change, Progress, read_tail, write_tail
from callr_sms_emulator._store import Store

_log = logging.getLogger(__name__)

_BATCH = 256
# The timer gathers what falls due within this time into one transaction. Readers never wait for it.
_GATHER_MS = 50
_RETRY_MS = 1000


@dataclass(frozen=True)
class Timings:
    """Milliseconds that an SMS spends in each status before the next (about those of the capture)."""

    created: int = 1000
    pending: int = 2000
    sent: int = 1000
    remote_queued: int = 1000

    def faster(self, factor: float) -> "Timings":
        """Give the timings of a life `factor` times as fast, to the millisecond."""
        times = (self.created, self.pending, self.sent, self.remote_queued)
        return Timings(*(round(each / factor) for each in times))


class Plan:
    """What comes after each status, and how long that takes."""

    def __init__(self, timings: Timings) -> None:
        self.first_delay = timings.created
        self._next: dict[str, tuple[str, int | None]] = {
            "CREATED": ("PENDING", timings.pending),
            "PENDING": ("SENT", timings.sent),
            "SENT": ("REMOTE_QUEUED", timings.remote_queued),
            "REMOTE_QUEUED": ("RECEIVED", None),
        }

    def move(self, tail: bytes, due: int, now: int) -> tuple[bytes, int | None]:
        """Make every change that was due by `now`; give the new tail and when the next one is due."""
        progress = read_tail(tail)
        moment: int | None = due
        while moment is not None and moment <= now:
            status, delay = self._next.get(progress.status, (None, None))
            if status is not None:
                _change(progress, status, moment)
            moment = None if delay is None else moment + delay
        return write_tail(progress), moment


def _change(progress: Progress, status: str, moment: int) -> None:
    shown = _dates.show(moment // 1000)
    progress.status_history.append(
        Change(old_status=progress.status, new_status=status, updated_at=_dates.show_milliseconds(moment))
    )
    progress.status = status
    progress.date_update = shown
    if status == "SENT":
        progress.date_sent = shown
    elif status == "RECEIVED":
        progress.date_received = shown


class LifeCycle:
    """Moves the SMS of a store on, by a timer and whenever somebody is about to look."""

    def __init__(self, store: Store, clock: Clock, plan: Plan) -> None:
        self._store = store
        self._clock = clock
        self._plan = plan
        self._lock = asyncio.Lock()
        self._next: int | None = 0  # not known yet, so the first look asks the store
        self._timer: Timer | None = None
        self._timer_at = 0
        self._task: asyncio.Task[None] | None = None
        self._stopped = False

    def note(self, due: int) -> None:
        """Learn of a new SMS whose first change is due at `due`."""
        if self._next is None or due < self._next:
            self._next = due
        self._set_timer(self._next)

    async def catch_up(self) -> None:
        """Make all changes that are due; what is read afterwards is right as of now."""
        if not self._lock.locked() and (self._next is None or self._clock.now() < self._next):
            return
        async with self._lock:
            await self._advance()
        self._set_timer(self._next)

    async def stop(self) -> None:
        """Make no more changes; those that are due are made by the next emulator on this database."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _advance(self) -> None:
        while self._next is not None and self._clock.now() >= self._next:
            before, self._next = self._next, None
            try:
                found = await self._store.advance(self._clock.now(), self._plan.move, _BATCH)
            except Exception:
                self._next = before
                raise
            # An SMS noted while the store worked may be due before those that the store saw.
            dues = [due for due in (found, self._next) if due is not None]
            self._next = min(dues, default=None)

    def _set_timer(self, due: int | None) -> None:
        if due is None or self._stopped:
            return
        if self._timer is not None:
            if self._timer_at <= due + _GATHER_MS:
                return
            self._timer.cancel()
        self._timer_at = due + _GATHER_MS
        self._timer = self._clock.call_at(self._timer_at, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self._task = asyncio.get_running_loop().create_task(self._run_timer())

    async def _run_timer(self) -> None:
        try:
            await self.catch_up()
        except Exception as error:  # noqa: BLE001 - a full disk must not end the life of every later SMS
            _log.error("the life cycle stands still: %s", type(error).__name__)
            self._set_timer(self._clock.now() + _RETRY_MS)
