"""The deliveries that wait for one receiver, and which of them may be attempted next."""

from __future__ import annotations

import heapq
from collections import deque
from typing import TYPE_CHECKING

from callr_sms_emulator._webhooks.backoff import TRIES, least_delay

if TYPE_CHECKING:
    from collections.abc import Iterable

    from callr_sms_emulator._storage import DeliveryChain

NEVER = 1 << 62
"""Milliseconds: later than any moment."""

LOADED = 512
"""Chains that are read at a time."""

_LOW = 512
_CROWD = 64
_OVERLAP_MS = 600_000
_OVERLAPS = [min(least_delay(tries) or _OVERLAP_MS, _OVERLAP_MS) for tries in range(TRIES)]


class DeliveryQueue:
    """Chains ordered by when their first delivery is due, as far as they have been read.

    When a clock is advanced by a day, the receiver sees that day in order: an attempt waits for all that were
    due before it. In a long queue it does not wait for those less than ten minutes before it, unless one of
    them could be due again in between.

    Attributes:
        known: The ids of deliveries in the queue, under way, or not written yet.
    """

    def __init__(self) -> None:
        self.known: set[int] = set()
        self._heap: list[tuple[int, int, DeliveryChain]] = []
        self._complete_until = -1  # all that is due by then has been read
        self._missed = NEVER  # the earliest that became due during a read, and may be missing in it
        self._limits: dict[int, int] = {}  # by delivery under way: up to when others may overlap it
        # What is due once a result is written: the number of that result and the moment, both ascending.
        self._coming: deque[tuple[int, int]] = deque()
        self._until = -1  # up to here attempts may start, without a look at what is under way

    def __len__(self) -> int:
        """Return the number of chains in the queue."""
        return len(self._heap)

    # --- reading ----------------------------------------------------------------------------------------

    @property
    def is_complete(self) -> bool:
        """Whether all that is due has been read."""
        return self._complete_until == NEVER

    def should_load(self) -> bool:
        """Return whether to read on now, while what is in the queue is delivered."""
        if self._complete_until == NEVER:
            return False
        return len(self._heap) < _LOW or self._heap[0][0] > self._allow(self._complete_until)

    def note_loading(self) -> None:
        """Called when a read starts."""
        self._missed = NEVER

    def note_loaded(self, chains: list[DeliveryChain]) -> None:
        """Add what was read: up to `LOADED` chains, in the order in which their first is due."""
        for chain in chains:
            self.known.update([each.id for each in chain])
            self.push(chain)
        last = chains[-1][0].due or 0 if len(chains) == LOADED else NEVER
        self._complete_until = min(last, self._missed)

    def note_due(self, due: int) -> None:
        """Called when something in the outbox became due at `due`."""
        self._complete_until = min(self._complete_until, due)
        self._missed = min(self._missed, due)
        self._until = min(self._until, due)

    # --- chains -----------------------------------------------------------------------------------------

    def push(self, chain: DeliveryChain) -> None:
        """Add a chain."""
        first = chain[0]
        heapq.heappush(self._heap, (first.due or 0, first.id, chain))

    def forget(self, chain: DeliveryChain) -> None:
        """Leave deliveries in the outbox, to be read again."""
        self.known.difference_update([each.id for each in chain])

    def clear(self) -> None:
        """Leave all that has not started in the outbox."""
        for _, _, chain in self._heap:
            self.forget(chain)
        self._heap.clear()

    # --- which may start --------------------------------------------------------------------------------

    def has_next(self) -> bool:
        """Return whether the first chain may be attempted now."""
        heap = self._heap
        if not heap:
            return False
        due = heap[0][0]
        if due <= self._until and len(heap) > _CROWD:
            return True  # in a long queue without a look at all that is under way, each time
        to_come = min(self._complete_until, self._coming[0][1] if self._coming else NEVER)
        self._until = min(self._allow(to_come), min(self._limits.values(), default=NEVER))
        return due <= self._until

    def pop(self) -> DeliveryChain:
        """Remove and return the first chain."""
        return heapq.heappop(self._heap)[2]

    def pop_with(self, limit: int) -> Iterable[DeliveryChain]:
        """Remove all known chains that are due by `limit`; more may be pushed meanwhile."""
        until = min(self._complete_until, limit)
        while self._heap and self._heap[0][0] <= until:
            yield self.pop()

    def begin(self, chain: DeliveryChain, *, is_over: bool) -> None:
        """Called when an attempt for a chain starts; `is_over` where it is later than it was due."""
        first = chain[0]
        limit = NEVER if is_over else self._allow(first.due or 0, first.tries)
        self._limits[first.id] = limit
        self._until = min(self._until, limit)

    def end(self, identity: int) -> None:
        """Called when an attempt has ended."""
        del self._limits[identity]

    def expect(self, number: int, due: int) -> None:
        """Called when something is due at `due` once the result of this number is written."""
        coming = self._coming
        while coming and coming[-1][1] >= due:
            coming.pop()
        coming.append((number, due))
        if due < self._until:
            self._until = min(self._until, self._allow(due))

    def note_written(self, number: int) -> None:
        """Called when the results up to this number are written."""
        if self._coming and self._coming[0][0] <= number:
            self._coming.popleft()

    def _allow(self, due: int, tries: int = 0) -> int:
        """Return up to when others may be attempted before, or together with, what is due at `due`."""
        return due + overlap(tries) if len(self._heap) > _CROWD else due


def overlap(tries: int) -> int:
    """Return by how many milliseconds attempts may be out of order, where one had `tries` before."""
    return _OVERLAPS[tries] if tries < TRIES else _OVERLAP_MS
