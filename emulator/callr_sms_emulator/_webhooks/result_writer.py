"""Writes the results of attempts: all that came in during one commit with the next one."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from callr_sms_emulator._log import RecurringErrors

if TYPE_CHECKING:
    from collections.abc import Callable

    from callr_sms_emulator._storage import AttemptResult, OutboxStore

_log = logging.getLogger(__name__)

_RETRY_S = 1.0
_MANY = 32
_PAUSE_S = 0.02


class ResultWriter:
    """Hands results to the store in batches, in the order in which they came.

    A small batch is written at once. After a large one the writer waits for more: with fewer commits, its
    thread takes the interpreter lock from the workers less often.
    """

    def __init__(self, outbox: OutboxStore) -> None:
        self._outbox = outbox
        self._errors = RecurringErrors(_log, "attempts of webhooks cannot be written")
        self._waiting: list[tuple[AttemptResult, Callable[[int | None], None]]] = []
        self._task: asyncio.Task[None] | None = None

    def add(self, result: AttemptResult, on_written: Callable[[int | None], None]) -> None:
        """Have a result written.

        After the commit `on_written` is called with when another delivery is due by it, or None.
        """
        self._waiting.append((result, on_written))
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._write())

    async def stop(self) -> None:
        """Write what is left."""
        if self._task is not None:
            await self._task

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                released: list[int | None] | None = None
                while released is None:
                    try:
                        released = await self._outbox.write_results([result for result, _ in batch])
                    except Exception as error:  # noqa: BLE001 - a full disk must not end the webhooks for ever
                        self._errors.begin(None, error)
                        await asyncio.sleep(_RETRY_S)
                self._errors.end(None)
                for (_, on_written), due in zip(batch, released, strict=True):
                    on_written(due)
                if len(batch) >= _MANY:
                    await asyncio.sleep(_PAUSE_S)
        finally:
            self._task = None
