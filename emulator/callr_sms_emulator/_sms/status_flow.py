"""The statuses of an SMS: CREATED → PENDING → SENT → REMOTE_QUEUED → RECEIVED, or those of its outcome.

Each change has the moment at which it was due, not the one at which it was written.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from callr_sms_emulator._clock import format_datetime, format_milliseconds
from callr_sms_emulator._sms.french_rules import allowed_from
from callr_sms_emulator._sms.message import Change, Progress, read_tail, write_tail
from callr_sms_emulator._sms.records import DueSms, Event, SmsUpdate, StoredSms
from callr_sms_emulator._sms.scenarios import AT_ONCE, IN_HOURS, PATHS, STATUS_ERRORS, USUAL
from callr_sms_emulator._sms.timings import Timings

_END_OF_TIME = 2**62

EventId = Callable[[str, int], str]
"""Returns the identifier of an event from the hash of its SMS and its number among the events of it."""


class _FlowResult(NamedTuple):
    """An SMS after its due changes: its tail, when the next is due, and the changes."""

    tail: bytes
    due: int | None
    changes: list[tuple[int, int, bytes, str]]  # number, moment, tail, status


class StatusFlow:
    """The next status after each, and how long an SMS stays in it."""

    def __init__(self, timings: Timings) -> None:
        self.timings = timings
        self.first_delay = timings.created
        # With a frozen clock, many SMS start at one moment and change alike.
        self._follow_cached = lru_cache(maxsize=64)(self._follow)
        self._next = {name: _steps(name, path, timings) for name, path in PATHS.items()}
        self._next |= {name: _last_steps(status) for status, name in AT_ONCE.items()}

    def show(self, sms: StoredSms, now: int) -> bytes:
        """Return the JSON of an SMS as of now, with changes that were not written yet."""
        if sms.due is None or sms.due > now:
            return sms.head + sms.tail
        progress = read_tail(sms.tail)
        for _ in self._changes(progress, sms.outcome, sms.due, now):
            pass
        return sms.head + write_tail(progress)

    def move(
        self, sms: DueSms, now: int, event_id: EventId | None, counter: Counter[tuple[str, str]]
    ) -> SmsUpdate:
        """Make every change that was due by `now`, and count it; with `event_id`, return each as an event."""
        result = self._follow_cached(sms.tail, sms.outcome, sms.due, now)
        for change in result.changes:
            counter["OUT", change[3]] += 1
        if event_id is None:
            return SmsUpdate(result.tail, result.due, [])
        events = [
            Event(event_id(sms.hash, number), number, at, tail) for number, at, tail, _ in result.changes
        ]
        return SmsUpdate(result.tail, result.due, events)

    def upcoming(self, sms: StoredSms) -> list[tuple[str, int]]:
        """Return the changes to come of an SMS: each status, and the moment when it is due."""
        if sms.due is None:
            return []
        progress = read_tail(sms.tail)
        changes = self._changes(progress, sms.outcome, sms.due, _END_OF_TIME)
        return [(progress.status, moment) for moment, _ in changes]

    def _follow(self, tail: bytes, outcome: str | None, due: int, now: int) -> _FlowResult:
        progress = read_tail(tail)
        changes: list[tuple[int, int, bytes, str]] = []
        next_due: int | None = due
        for moment, following in self._changes(progress, outcome, due, now):
            next_due = following
            changes.append((len(progress.status_history), moment, write_tail(progress), progress.status))
        return _FlowResult(write_tail(progress), next_due, changes)

    def _changes(
        self, progress: Progress, outcome: str | None, due: int, now: int
    ) -> Iterator[tuple[int, int | None]]:
        """Make the changes one by one; yield the moment of each and that of the one after it."""
        has_hours = outcome is not None and outcome.startswith(IN_HOURS)
        name = USUAL if outcome is None else outcome.removeprefix(IN_HOURS)
        steps = self._next[name]
        moment: int | None = due
        while moment is not None and moment <= now:
            made = moment
            status, delay = steps.get(progress.status, (None, None))
            if status is not None:
                _change(progress, status, moment)
                if status == "ERROR":
                    progress.status_error = STATUS_ERRORS[name]
            moment = None if delay is None else moment + delay
            if has_hours and moment is not None and progress.status == "PENDING":
                moment = allowed_from(moment)
            yield made, moment


def _steps(outcome: str, path: tuple[str, ...], timings: Timings) -> dict[str, tuple[str, int | None]]:
    """Return, for each status of a path, the next one and how long that lasts (None: for ever)."""
    queued = {"slow": timings.slow, "expired": timings.validity}.get(outcome, timings.remote_queued)
    lasts = {"PENDING": timings.pending, "SENT": timings.sent, "REMOTE_QUEUED": queued, path[-1]: None}
    return {here: (following, lasts[following]) for here, following in pairwise(path)}


def _last_steps(status: str) -> dict[str, tuple[str, int | None]]:
    """Return the steps of an SMS that ends at once with this status, from whichever status it has."""
    usual = PATHS[USUAL]
    if status == usual[-1]:
        return {here: (following, None if following == status else 0) for here, following in pairwise(usual)}
    return dict.fromkeys(usual[:-1], (status, None))


def _change(progress: Progress, status: str, moment: int) -> None:
    shown = format_datetime(moment // 1000)
    progress.status_history.append(
        Change(old_status=progress.status, new_status=status, updated_at=format_milliseconds(moment))
    )
    progress.status = status
    progress.date_update = shown
    if status == "SENT":
        progress.date_sent = shown
    elif status == "RECEIVED":
        progress.date_received = shown
