"""Fault injection into webhooks: events delivered twice, in the wrong order, or never."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callr_sms_emulator._faults import EventFacts
from callr_sms_emulator._http_client import ConnectError, TransportError
from callr_sms_emulator._log import log_fault
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
    from callr_sms_emulator._faults import ActiveRule, FaultRules
    from callr_sms_emulator._http_client import HttpResponse
    from callr_sms_emulator._storage import Delivery, OutboxStore
    from callr_sms_emulator._webhooks import (
        Cancellable,
        DirectTransport,
        OnResult,
        WebhookRequest,
    )


@dataclass
class FaultyTransport:
    """Carries the requests of one account as its rules say.

    A delivery is matched once: its later attempts meet no other fault.
    """

    _inner: DirectTransport
    _account: Account
    _outbox: OutboxStore

    def send(self, delivery: Delivery, request: WebhookRequest, on_result: OnResult) -> Cancellable:
        """Make the request of a delivery once, twice, later or never (see `Transport`)."""
        rules = self._account.faults
        active = None if rules is None else _match(rules, delivery)
        if active is None:
            return self._inner.send(delivery, request, on_result)

        def end(task: asyncio.Task[HttpResponse | FaultyResult]) -> None:
            error = None if task.cancelled() else task.exception()
            if isinstance(error, Exception):
                on_result(error)
            elif not task.cancelled():
                on_result(task.result())

        task = asyncio.get_running_loop().create_task(self._carry(active, delivery, request))
        task.add_done_callback(end)
        return task

    async def _carry(
        self, active: ActiveRule, delivery: Delivery, request: WebhookRequest
    ) -> HttpResponse | FaultyResult:
        mark = FaultMark(active.id, active.rule.webhook or "")
        if mark.webhook == "reorder" and not await self._hold(delivery, mark):
            active.fired -= 1
            return await wait_for_response(self._inner, delivery, request)
        log_fault(str(active.id), delivery.type, mark.webhook)
        if mark.webhook == "lose":
            raise LostError(mark)
        return await self._carry_twice(delivery, request, mark)

    async def _hold(self, delivery: Delivery, mark: FaultMark) -> bool:
        """Deliver the next event first; return False if there will be no next event.

        Raises:
            HeldError: The delivery was put behind the next one.
        """
        moment = self._account.clock.moment_of(delivery.due or 0)
        hold = await self._outbox.hold(delivery.id, Attempt(delivery.tries, moment, encode_withheld(mark)))
        if not hold.is_held:
            return False
        log_fault(str(mark.rule), delivery.type, mark.webhook)
        raise HeldError(mark, hold.released)

    async def _carry_twice(
        self, delivery: Delivery, request: WebhookRequest, mark: FaultMark
    ) -> FaultyResult:
        """Return the response that accepted the event, else the second one."""
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


def _match(rules: FaultRules, delivery: Delivery) -> ActiveRule | None:
    """Return the first rule that matches a delivery, unless it was matched before."""
    if not rules.watches_events or delivery.id in rules.matched_deliveries:
        return None
    rules.matched_deliveries.add(delivery.id)
    return rules.match_event(EventFacts(delivery.type, read_searchable(delivery.sms)))
