"""The life of an outgoing SMS: CREATED → PENDING → SENT → REMOTE_QUEUED → RECEIVED (sdk).

An SMS in the making has a moment at which its next change is due; it stands in its row, so it outlives the
process. Changes bear the moment they were due, not the moment they were noticed. So what a reader sees
depends on the clock alone: whoever reads a row works out what is due by now (`Plan.show`), and the timer,
which writes it down, may come later, when one write does for several changes.
"""

import asyncio
import logging
from dataclasses import dataclass

from callr_sms_emulator import _dates
from callr_sms_emulator._clock import Clock, Timer
from callr_sms_emulator._log import describe
from callr_sms_emulator._message import Change, Progress, read_tail, write_tail
from callr_sms_emulator._store import Store, StoredSms

_log = logging.getLogger(__name__)

_BATCH = 256
# An SMS is written down about once in its life instead of four times: a third of the cost of a send.
_WRITE_AFTER_MS = 5000
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

    def show(self, sms: StoredSms, now: int) -> bytes:
        """Give the JSON of an SMS as of now, whatever has been written down of its life."""
        if sms.due is None or sms.due > now:
            return sms.head + sms.tail
        return sms.head + self.move(sms.tail, sms.due, now)[0]

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
    """Writes down the changes of the SMS in a store some time after they were due."""

    def __init__(self, store: Store, clock: Clock, plan: Plan) -> None:
        self._store = store
        self._clock = clock
        self._plan = plan
        self._timer: Timer | None = None
        self._timer_at = 0
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._stopped = False

    def start(self) -> None:
        """Begin with what an earlier emulator on this database has left."""
        self._set_timer(self._clock.now())

    def note(self, due: int) -> None:
        """Learn of a new SMS whose first change is due at `due` (milliseconds)."""
        self._set_timer(due + _WRITE_AFTER_MS)

    async def write_down(self) -> None:
        """Make all changes that are due, then wait for the next."""
        async with self._lock:
            due: int | None = 0
            while not self._stopped and due is not None and due <= self._clock.now():
                due = await self._store.advance(self._clock.now(), self._plan.move, _BATCH)
        if due is not None:
            self.note(due)

    async def stop(self) -> None:
        """Make no more changes; those that are due are made by the next emulator on this database."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    def _set_timer(self, moment: int) -> None:
        if self._stopped:
            return
        if self._timer is not None:
            if self._timer_at <= moment:
                return
            self._timer.cancel()
        self._timer_at = moment
        self._timer = self._clock.call_at(moment, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            await self.write_down()
        except Exception as error:  # noqa: BLE001 - a full disk must not end the life of every later SMS
            _log.error("the life cycle stands still: %s", describe(error))
            self._set_timer(self._clock.now() + _RETRY_MS)
