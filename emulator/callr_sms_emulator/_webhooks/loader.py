"""Reads what is due for one receiver from the outbox into its queue, in the background."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from callr_sms_emulator._storage import DueQuery
from callr_sms_emulator._webhooks.delivery_queue import LOADED

if TYPE_CHECKING:
    from collections.abc import Callable

    from callr_sms_emulator._storage import OutboxStore
    from callr_sms_emulator._webhooks.delivery_queue import DeliveryQueue


class QueueLoader:
    """Fills the queue of a worker, one read at a time. `on_end` is called when a read has ended."""

    def __init__(
        self, outbox: OutboxStore, queue: DeliveryQueue, key: tuple[str, str], on_end: Callable[[], None]
    ) -> None:
        self._outbox = outbox
        self._queue = queue
        self._account, self._receiver = key
        self._on_end = on_end
        self._task: asyncio.Task[None] | None = None
        self._stopped = False

    @property
    def is_loading(self) -> bool:
        """Whether a read is under way, or its end was not checked yet."""
        return self._task is not None

    @property
    def is_needed(self) -> bool:
        """Whether a read should start now."""
        return self._task is None and not self._stopped and self._queue.should_load()

    def start(self, now: int, *, alone: bool) -> None:
        """Start to read what is due by `now`; with `alone`, only the first delivery of each SMS."""
        self._queue.note_loading()
        search = DueQuery(self._account, self._receiver, now, LOADED, alone)

        async def load() -> None:
            chains = await self._outbox.due(search, self._queue.known)
            if not self._stopped:
                self._queue.note_loaded(chains)

        self._task = asyncio.get_running_loop().create_task(load())
        self._task.add_done_callback(lambda _: self._on_end())

    def check(self) -> None:
        """Raise the error of a read that failed."""
        if self._task is not None and self._task.done():
            task, self._task = self._task, None
            task.result()

    def stop(self) -> None:
        """Start no more reads; one that is under way leaves the queue alone."""
        self._stopped = True
