"""Events that are told twice, in the wrong order or not at all, where a rule of the account says so."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from callr_sms_emulator._faults import Happened
from callr_sms_emulator._http_client import ConnectError, TransportError
from callr_sms_emulator._log import tell_fault
from callr_sms_emulator._sms import read_searchable
from callr_sms_emulator._storage import Attempt
from callr_sms_emulator._webhooks import (
    FaultMark,
    FaultyResult,
    HeldError,
    LostError,
    encode_withheld,
    is_accepted,
    wait_for_response,
)

if TYPE_CHECKING:
    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._faults import Entry, FaultRules
    from callr_sms_emulator._http_client import HttpResponse
    from callr_sms_emulator._storage import Delivery, OutboxStore
    from callr_sms_emulator._webhooks import (
        Cancellable,
        DirectTransport,
        OnResult,
        WebhookRequest,
    )


class FaultyTransport:
    """Carries requests of one account as its rules have it.

    They are asked once for each delivery: what is tried or told again has met its fault, or is past it.
    """

    def __init__(self, inner: DirectTransport, account: Account, outbox: OutboxStore) -> None:
        self._inner = inner
        self._account = account
        self._outbox = outbox

    def send(self, delivery: Delivery, request: WebhookRequest, on_result: OnResult) -> Cancellable:
        """Make the request of a delivery, once, twice, later or never (see `Transport`)."""
        rules = self._account.faults
        entry = None if rules is None else _meet(rules, delivery)
        if entry is None:
            return self._inner.send(delivery, request, on_result)

        def tell(task: asyncio.Task[HttpResponse | FaultyResult]) -> None:
            error = None if task.cancelled() else task.exception()
            if isinstance(error, Exception):
                on_result(error)
            elif not task.cancelled():
                on_result(task.result())

        task = asyncio.get_running_loop().create_task(self._carry(entry, delivery, request))
        task.add_done_callback(tell)
        return task

    async def _carry(
        self, entry: Entry, delivery: Delivery, request: WebhookRequest
    ) -> HttpResponse | FaultyResult:
        mark = FaultMark(entry.id, entry.rule.webhook or "")
        if mark.webhook == "reorder" and not await self._hold(delivery, mark):
            entry.fired -= 1
            return await wait_for_response(self._inner, delivery, request)
        tell_fault(str(entry.id), delivery.type, mark.webhook)
        if mark.webhook == "lose":
            raise LostError(mark)
        return await self._carry_twice(delivery, request, mark)

    async def _hold(self, delivery: Delivery, mark: FaultMark) -> bool:
        """Let the next event go first; False where none will come.

        Raises:
            HeldError: It does.
        """
        moment = self._account.clock.moment_of(delivery.due or 0)
        hold = await self._outbox.hold(delivery.id, Attempt(delivery.tries, moment, encode_withheld(mark)))
        if not hold.is_held:
            return False
        tell_fault(str(mark.rule), delivery.type, mark.webhook)
        raise HeldError(mark, hold.released)

    async def _carry_twice(
        self, delivery: Delivery, request: WebhookRequest, mark: FaultMark
    ) -> FaultyResult:
        """Give the answer by which the receiver took it, else the second."""
        first: HttpResponse | None = None
        try:
            first = await wait_for_response(self._inner, delivery, request)
        except ConnectError:
            raise
        except TransportError:
            pass
        try:
            second = await wait_for_response(self._inner, delivery, request)
        except TransportError as error:
            return FaultyResult(mark, error if first is None else first)
        return FaultyResult(mark, first if first is not None and is_accepted(first.status) else second)


def _meet(book: FaultRules, delivery: Delivery) -> Entry | None:
    """Find the rule that hits a delivery."""
    if not book.watches_events or delivery.id in book.asked:
        return None
    book.asked.add(delivery.id)
    return book.meet_event(Happened(delivery.type, read_searchable(delivery.sms)))
