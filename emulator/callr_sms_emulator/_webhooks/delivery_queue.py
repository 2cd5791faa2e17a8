"""What waits for one receiver, and which of it may be tried next."""

from __future__ import annotations

import heapq
from collections import deque
from typing import TYPE_CHECKING

from callr_sms_emulator._webhooks.backoff import TRIES, least_delay

if TYPE_CHECKING:
    from collections.abc import Iterable

    from callr_sms_emulator._storage import DeliveryChain

NEVER = 1 << 62
"""Milliseconds: a moment that does not come."""

LOADED = 512
"""Lines that are read at a time."""

_LOW = 512
_CROWD = 64
_OVERLAP_MS = 600_000
_OVERLAPS = [min(least_delay(tries) or _OVERLAP_MS, _OVERLAP_MS) for tries in range(TRIES)]


class DeliveryQueue:
    """Lines by when their first is due, as far as they have been read.

    Where a clock goes over a day at one go, the receiver sees that day in its order: a try waits for all that
    were due before it. Only in a crowd it does not wait for those less than ten minutes before it, unless one
    of them could be due again in between.
    """

    def __init__(self) -> None:
        self.known: set[int] = set()
        """The deliveries in the queue, under way, or not written down yet."""
        self._heap: list[tuple[int, int, DeliveryChain]] = []
        self._complete_until = -1  # nothing that is due by then is missing here
        self._missed = NEVER  # the earliest that became due while we read, and may not have been read
        self._limits: dict[int, int] = {}  # by delivery under way: up to when others may overlap it
        # What is due as soon as an outcome is written down: the number of that and the moment, both growing.
        self._coming: deque[tuple[int, int]] = deque()
        self._until = -1  # at least up to here tries may begin

    def __len__(self) -> int:
        """Tell how many lines are in the queue."""
        return len(self._heap)

    # --- reading ----------------------------------------------------------------------------------------

    @property
    def is_complete(self) -> bool:
        """Whether all that is due has been read."""
        return self._complete_until == NEVER

    def should_load(self) -> bool:
        """Tell whether to read on now: what is there is told meanwhile."""
        if self._complete_until == NEVER:
            return False
        return len(self._heap) < _LOW or self._heap[0][0] > self._allow(self._complete_until)

    def note_loading(self) -> None:
        """Learn that reading begins."""
        self._missed = NEVER

    def note_loaded(self, lines: list[DeliveryChain]) -> None:
        """Take in what was read: up to `LOADED` lines, by when their first is due."""
        for line in lines:
            self.known.update([each.id for each in line])
            self.push(line)
        last = lines[-1][0].due or 0 if len(lines) == LOADED else NEVER
        self._complete_until = min(last, self._missed)

    def note_due(self, due: int) -> None:
        """Learn that in the outbox something has become due then."""
        self._complete_until = min(self._complete_until, due)
        self._missed = min(self._missed, due)
        self._until = min(self._until, due)

    # --- lines ------------------------------------------------------------------------------------------

    def push(self, line: DeliveryChain) -> None:
        """Put in a line."""
        first = line[0]
        heapq.heappush(self._heap, (first.due or 0, first.id, line))

    def forget(self, line: DeliveryChain) -> None:
        """Leave deliveries to whoever reads the outbox next."""
        self.known.difference_update([each.id for each in line])

    def clear(self) -> None:
        """Leave all that has not begun."""
        for _, _, line in self._heap:
            self.forget(line)
        self._heap.clear()

    # --- which may begin --------------------------------------------------------------------------------

    def has_next(self) -> bool:
        """Tell whether the first line may be tried now."""
        heap = self._heap
        if not heap:
            return False
        due = heap[0][0]
        # In a crowd not each time by a look at all that is under way.
        return (due <= self._until and len(heap) > _CROWD) or due <= self._find_until()

    def pop(self) -> DeliveryChain:
        """Take the first line."""
        return heapq.heappop(self._heap)[2]

    def pop_with(self, limit: int) -> Iterable[DeliveryChain]:
        """Take all lines that are due by `limit`, as far as that is known; more may be pushed meanwhile."""
        until = min(self._complete_until, limit)
        while self._heap and self._heap[0][0] <= until:
            yield self.pop()

    def begin(self, line: DeliveryChain, *, is_over: bool) -> None:
        """Learn that the first of a line is tried, as if it were when it was due, or when that `is_over`."""
        first = line[0]
        limit = NEVER if is_over else self._allow(first.due or 0, first.tries)
        self._limits[first.id] = limit
        self._until = min(self._until, limit)

    def end(self, identity: int) -> None:
        """Learn that a try has ended."""
        del self._limits[identity]

    def expect(self, number: int, due: int) -> None:
        """Learn that something is due then as soon as the outcome of this number is written down."""
        coming = self._coming
        while coming and coming[-1][1] >= due:
            coming.pop()
        coming.append((number, due))
        if due < self._until:
            self._until = min(self._until, self._allow(due))

    def note_written(self, number: int) -> None:
        """Learn that the outcomes up to this number are written down."""
        if self._coming and self._coming[0][0] <= number:
            self._coming.popleft()

    def _find_until(self) -> int:
        to_come = min(self._complete_until, self._coming[0][1] if self._coming else NEVER)
        self._until = min(self._allow(to_come), min(self._limits.values(), default=NEVER))
        return self._until

    def _allow(self, due: int, tries: int = 0) -> int:
        """Tell up to when others may be tried before or beside what is due then."""
        return due + overlap(tries) if len(self._heap) > _CROWD else due


def overlap(tries: int) -> int:
    """Tell how many milliseconds out of their order tries may be, one of them having had `tries` before."""
    return _OVERLAPS[tries] if tries < TRIES else _OVERLAP_MS
