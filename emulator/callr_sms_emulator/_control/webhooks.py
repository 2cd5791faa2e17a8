"""`/_emulator/webhooks`: the subscriptions to the events of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._api import read_endpoint as check_endpoint
from callr_sms_emulator._clock import format_milliseconds
from callr_sms_emulator._control.request import respond
from callr_sms_emulator._http_client import addresses_of, read_endpoint
from callr_sms_emulator._sms import (
    INCOMING,
    STATUS_UPDATE,
    EventType,
    Target,
    read_target,
    show_endpoint,
)
from callr_sms_emulator._storage import Subscription

if TYPE_CHECKING:
    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._http import Response

_TYPES: tuple[EventType, ...] = (STATUS_UPDATE, INCOMING)


class NewWebhook(msgspec.Struct):
    """A subscription to create; to all events by default."""

    endpoint: str
    events: list[EventType] = msgspec.field(default_factory=lambda: [*_TYPES])
    hmac_secret: str | None = None
    hmac_algo: str = "SHA256"


class ShownWebhook(msgspec.Struct):
    """A subscription; its secret is never returned."""

    hash: str
    endpoint: str
    events: tuple[str, ...]
    signed: bool
    hmac_algo: str | None
    created: str


async def list_(request: ControlRequest) -> Response:
    """Return the subscriptions of the account, in the order of their creation."""
    request.query()
    found = await request.engine.store.outbox.subscriptions(request.account.login)
    return respond([_shown(each) for each in found])


async def create(request: ControlRequest) -> Response:
    """Create a subscription to the events from now on."""
    wanted = await request.read(NewWebhook)
    account, engine = request.account, request.engine
    check_endpoint("endpoint", wanted.endpoint)
    host = read_endpoint(wanted.endpoint).host
    # An address that will never be called is refused now; host names are resolved at delivery.
    known = addresses_of(host)
    if known and not any(engine.config.webhooks_to.allows(host, each) for each in known):
        raise _errors.endpoint_not_allowed("endpoint", host)
    target = Target(wanted.endpoint, wanted.hmac_secret, wanted.hmac_algo)
    types = tuple(each for each in _TYPES if each in wanted.events)
    await engine.write_due_changes(account)
    made = Subscription(
        account.draw_hash(), account.login, types, msgspec.json.encode(target), account.clock.now()
    )
    await engine.store.outbox.subscribe(made)
    await engine.accounts.refresh(account)
    await engine.status_timer.reschedule(account)
    return respond(_shown(made))


async def delete(request: ControlRequest) -> Response:
    """Delete a subscription; its waiting deliveries are given up."""
    request.query()
    engine, login = request.engine, request.account.login
    await engine.write_due_changes(request.account)
    if not await engine.store.outbox.unsubscribe(login, request.names["hash"]):
        raise _errors.unknown_webhook(request.names["hash"])
    await engine.accounts.refresh(request.account)
    engine.deliveries.restart(request.account)
    return respond(None)


def _shown(subscription: Subscription) -> ShownWebhook:
    target = read_target(subscription.target)
    is_signed = target.hmac_secret is not None
    return ShownWebhook(
        hash=subscription.hash,
        endpoint=show_endpoint(target.endpoint),
        events=subscription.types,
        signed=is_signed,
        hmac_algo=target.hmac_algo if is_signed else None,
        created=format_milliseconds(subscription.created),
    )
