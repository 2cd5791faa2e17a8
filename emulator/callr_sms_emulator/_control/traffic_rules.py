"""`/_emulator/traffic-rules`: the rules of an account; `/_emulator/unsubscribed`: who wants no marketing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._clock import format_milliseconds
from callr_sms_emulator._control.request import respond
from callr_sms_emulator._sms import TrafficRules  # noqa: TC001 - msgspec reads the annotation
from callr_sms_emulator._storage import Unsubscribed

if TYPE_CHECKING:
    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._http import Response
    from callr_sms_emulator._storage import AccountState

_DEFAULT_LIMIT = 100


class TrafficRulesChange(msgspec.Struct):
    """The rules for the SMS that are sent from now on."""

    rules: TrafficRules


class NewUnsubscribed(msgspec.Struct):
    """A number to add."""

    number: str


class ShownNumber(msgspec.Struct):
    """A number that wants no marketing, and since when."""

    number: str
    at: str


class Page(msgspec.Struct):
    """Numbers in order; `next` is the `after` of the next page, null on the last."""

    numbers: list[ShownNumber]
    next: str | None


async def read_rules(request: ControlRequest) -> Response:
    """Return the rules of the account."""
    request.query()
    return respond(TrafficRulesChange(request.account.traffic_rules))


async def update_rules(request: ControlRequest) -> Response:
    """Set the rules for SMS that are sent from now on."""
    change = await request.read(TrafficRulesChange)
    return await _set(request, change.rules)


async def reset_rules(request: ControlRequest) -> Response:
    """Restore the rules that the emulator was started with."""
    request.query()
    return await _set(request, None)


async def _set(request: ControlRequest, rules: TrafficRules | None) -> Response:
    def keep(state: AccountState) -> None:
        state.traffic_rules = rules

    await request.engine.accounts.change(request.account, keep)
    return respond(TrafficRulesChange(request.account.traffic_rules))


async def list_(request: ControlRequest) -> Response:
    """Return a page of the numbers, starting behind the number `after`."""
    query = request.query()
    limit: int = query.get("limit", _DEFAULT_LIMIT)
    store = request.engine.store.unsubscribed
    found = await store.find(request.account.login, query.get("after", ""), limit + 1)
    shown = [_shown(each) for each in found[:limit]]
    return respond(Page(shown, shown[-1].number if len(found) > limit else None))


async def add(request: ControlRequest) -> Response:
    """Add a number; one that is there keeps its moment."""
    wanted = await request.read(NewUnsubscribed)
    account = request.account
    found = Unsubscribed(wanted.number, account.clock.now())
    return respond(_shown(await request.engine.store.unsubscribed.add(account.login, found)))


async def remove(request: ControlRequest) -> Response:
    """Remove a number."""
    request.query()
    if not await request.engine.store.unsubscribed.remove(request.account.login, request.names["number"]):
        raise _errors.not_unsubscribed()
    return respond(None)


def _shown(found: Unsubscribed) -> ShownNumber:
    return ShownNumber(found.number, format_milliseconds(found.at))
