"""Subscriptions to the events of an account, made and removed by the control API and by JSON-RPC."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._api import read_endpoint as check_endpoint
from callr_sms_emulator._http_client import addresses_of, read_endpoint
from callr_sms_emulator._storage import Subscription

if TYPE_CHECKING:
    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._engine.engine import Engine
    from callr_sms_emulator._sms import EventType, Target


async def subscribe(
    engine: Engine, account: Account, types: tuple[EventType, ...], target: Target
) -> Subscription:
    """Add a subscription to the events from now on.

    Raises:
        InvalidRequestError: The endpoint is no URL, or an address that the emulator may not call.
    """
    check_endpoint("endpoint", target.endpoint)
    host = read_endpoint(target.endpoint).host
    # An address that will never be called is refused now; host names are resolved at delivery.
    known = addresses_of(host)
    if known and not any(engine.config.webhooks_to.allows(host, each) for each in known):
        # A number like 0xA9FEA9FE is shown as the address that it stands for; localhost has two.
        raise _errors.endpoint_not_allowed("endpoint", known[0] if len(known) == 1 else host)
    await engine.write_due_changes(account)
    made = Subscription(
        account.draw_hash(), account.login, types, msgspec.json.encode(target), account.clock.now()
    )
    await engine.store.outbox.subscribe(made)
    await engine.accounts.refresh(account)
    await engine.status_timer.reschedule(account)
    return made


async def unsubscribe(engine: Engine, account: Account, subscription_hash: str) -> None:
    """Remove a subscription; its waiting deliveries are given up.

    Raises:
        NotFoundError: The account has no subscription with this hash.
    """
    await engine.write_due_changes(account)
    if not await engine.store.outbox.unsubscribe(account.login, subscription_hash):
        raise _errors.unknown_webhook(subscription_hash)
    await engine.accounts.refresh(account)
    engine.deliveries.restart(account)
