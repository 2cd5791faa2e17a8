"""`/_emulator/webhooks/deliveries`: deliveries with their attempts, and resending."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._clock import format_milliseconds
from callr_sms_emulator._control.request import respond
from callr_sms_emulator._sms import read_target, show_endpoint
from callr_sms_emulator._webhooks import decode_detail

if TYPE_CHECKING:
    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._http import Response
    from callr_sms_emulator._storage import Attempt, Delivery

_USUAL_LIMIT = 50


class ShownFault(msgspec.Struct):
    """The fault of an attempt: the `id` of the rule, and what the rule does to events."""

    id: int
    webhook: str


class ShownAttempt(msgspec.Struct, rename={"number": "try", "response": "answer"}):
    """An attempt: the request and the response."""

    number: int
    at: str
    duration_ms: float
    request_headers: dict[str, str]
    status: int | None
    answer: str
    error: str
    fault: ShownFault | None


class ShownDelivery(msgspec.Struct):
    """The delivery of one event to one webhook, with its attempts."""

    id: int
    state: str
    due: str | None
    event_id: str
    event_at: str
    type: str
    sms_hash: str
    hook_hash: str | None
    endpoint: str | None
    tries: int
    attempts: list[ShownAttempt]
    data: msgspec.Raw


class Page(msgspec.Struct):
    """Deliveries by `id`; `next` is the `after` of the next page, null on the last."""

    deliveries: list[ShownDelivery]
    next: int | None


async def list_(request: ControlRequest) -> Response:
    """Return a page of deliveries in the order of their creation, starting after the id `after`."""
    query = request.query()
    after: int = query.get("after", 0)
    limit: int = query.get("limit", _USUAL_LIMIT)
    outbox = request.engine.store.outbox
    found = await outbox.find(request.account.login, after, limit + 1, query.get("sms"))
    shown = [await _shown(request, each) for each in found[:limit]]
    return respond(Page(shown, shown[-1].id if len(found) > limit else None))


async def read(request: ControlRequest) -> Response:
    """Return a delivery."""
    request.query()
    return respond(await _shown(request, await _find(request)))


async def resend(request: ControlRequest) -> Response:
    """Deliver an event again, at once, even if it was delivered or given up before."""
    request.query()
    delivery, account = await _find(request), request.account
    if delivery.target is None:
        raise _errors.webhook_gone(delivery.id)
    now = account.clock.now()
    if not await request.engine.store.outbox.resend(account.login, delivery.id, now):
        raise _errors.delivery_waits(delivery.id)
    request.engine.deliveries.wake(account)
    return respond(await _shown(request, delivery._replace(state="waiting", due=now)))


async def _find(request: ControlRequest) -> Delivery:
    found = await request.engine.store.outbox.get(request.account.login, request.id)
    if found is None:
        raise _errors.unknown_delivery(request.names["id"])
    return found


async def _shown(request: ControlRequest, delivery: Delivery) -> ShownDelivery:
    attempts = await request.engine.store.outbox.attempts(delivery.id)
    target = delivery.target
    return ShownDelivery(
        id=delivery.id,
        state=delivery.state,
        due=None if delivery.due is None else format_milliseconds(delivery.due),
        event_id=delivery.event_id,
        event_at=format_milliseconds(delivery.event_at),
        type=delivery.type,
        sms_hash=delivery.sms_hash,
        hook_hash=delivery.hook_hash,
        endpoint=None if target is None else show_endpoint(read_target(target).endpoint),
        tries=delivery.tries,
        attempts=[_shown_attempt(each) for each in attempts],
        data=msgspec.Raw(delivery.sms),
    )


def _shown_attempt(attempt: Attempt) -> ShownAttempt:
    detail = decode_detail(attempt.detail)
    lines = [line.partition(": ") for line in detail.request.split("\r\n")[1:] if line]
    return ShownAttempt(
        number=attempt.number,
        at=format_milliseconds(attempt.at),
        duration_ms=detail.duration / 1000,
        request_headers={name: value for name, _, value in lines},
        status=detail.status or None,
        answer=detail.answer,
        error=detail.error,
        fault=None if detail.fault is None else ShownFault(*detail.fault),
    )
