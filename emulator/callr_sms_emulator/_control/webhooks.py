"""`/_emulator/webhooks`: the subscriptions to the events of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator._clock import format_milliseconds
from callr_sms_emulator._control.request import respond
from callr_sms_emulator._engine import subscribe, unsubscribe
from callr_sms_emulator._sms import (
    INCOMING,
    STATUS_UPDATE,
    EventType,
    Target,
    read_target,
    show_endpoint,
)

if TYPE_CHECKING:
    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._http import Response
    from callr_sms_emulator._storage import Subscription

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
    types = tuple(each for each in _TYPES if each in wanted.events)
    target = Target(wanted.endpoint, wanted.hmac_secret, wanted.hmac_algo)
    made = await subscribe(request.engine, request.account, types, target)
    return respond(_shown(made))


async def delete(request: ControlRequest) -> Response:
    """Delete a subscription; its waiting deliveries are given up."""
    request.query()
    await unsubscribe(request.engine, request.account, request.names["hash"])
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
