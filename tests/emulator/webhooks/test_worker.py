"""A worker by itself: what only happens between two reads of the outbox."""

import asyncio
from collections.abc import Callable, Collection
from typing import cast

import pytest

from callr_sms_emulator._clock import SystemClock, VirtualClock
from callr_sms_emulator._storage.outbox import Delivery, OutboxStore
from callr_sms_emulator._webhooks.limiter import Limiter
from callr_sms_emulator._webhooks.request import WebhookRequest
from callr_sms_emulator._webhooks.result_writer import ResultWriter
from callr_sms_emulator._webhooks.transport import Cancellable, OnResult
from callr_sms_emulator._webhooks.worker import Worker, WorkerContext
from tests.emulator.support import TIMEOUT


class SlowOutbox:
    """Reads until it may end."""

    def __init__(self) -> None:
        self.is_read = asyncio.Event()
        self.may_end = asyncio.Event()

    async def due(self, *_: object) -> Collection[Delivery]:
        self.is_read.set()
        await self.may_end.wait()
        return []


class NoTransport:
    def send(self, delivery: Delivery, request: WebhookRequest, on_result: OnResult) -> Cancellable:
        raise NotImplementedError


def _worker(outbox: SlowOutbox) -> Worker:
    store = cast("OutboxStore", outbox)
    context = WorkerContext(
        outbox=store,
        transport_for=lambda _: NoTransport(),
        writer=ResultWriter(store),
        limiter=Limiter(1),
        schedule=lambda *_: None,
        on_attempt=lambda *_: None,
    )
    return Worker("login", "http://127.0.0.1:1", VirtualClock(SystemClock()), context)


@pytest.mark.parametrize("end", [Worker.stop, Worker.cancel], ids=["stop", "cancel"])
def test_a_worker_that_is_ended_while_it_reads_ends(end: Callable[[Worker], None]) -> None:
    """To reset an account or remove it waits for that."""

    async def run() -> None:
        outbox = SlowOutbox()
        worker = _worker(outbox)
        running = asyncio.create_task(worker.run())
        await outbox.is_read.wait()
        end(worker)
        outbox.may_end.set()
        await asyncio.wait_for(running, TIMEOUT)

    asyncio.run(run())


def test_a_worker_with_nothing_to_deliver_ends() -> None:
    async def run() -> None:
        outbox = SlowOutbox()
        outbox.may_end.set()
        await asyncio.wait_for(_worker(outbox).run(), TIMEOUT)

    asyncio.run(run())
