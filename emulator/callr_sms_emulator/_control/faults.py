"""`/_emulator/faults`: the fault rules of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._control.request import respond
from callr_sms_emulator._faults import Rule, check_rule

if TYPE_CHECKING:
    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._faults import ActiveRule
    from callr_sms_emulator._http import Response

MOST = 1000
"""Rules of an account; each request is compared with all of them."""


class ShownRule(msgspec.Struct):
    """A rule and its counters; `left` is null without a limit."""

    id: int
    rule: Rule
    matched: int
    fired: int
    left: int | None


async def list_(request: ControlRequest) -> Response:
    """Return the rules of the account, in the order in which they apply."""
    request.query()
    return respond([_shown(each) for each in request.account.faults or ()])


async def create(request: ControlRequest) -> Response:
    """Append a rule; it applies to requests and events from now on."""
    rule = await request.read(Rule, "FaultRule")
    check_rule(rule)
    if rule.webhook is not None and not request.engine.deliveries.is_delivering:
        raise _errors.webhooks_delivered_elsewhere()
    book = request.account.open_faults()
    if len(book) >= MOST:
        raise _errors.too_many_faults(MOST)
    entry = book.add(rule)
    _apply(request)
    return respond(_shown(entry))


async def delete_all(request: ControlRequest) -> Response:
    """Delete all rules of the account."""
    request.query()
    request.account.open_faults().clear()
    _apply(request)
    return respond(None)


async def read(request: ControlRequest) -> Response:
    """Return a rule."""
    request.query()
    return respond(_shown(_find(request)))


async def delete(request: ControlRequest) -> Response:
    """Delete a rule; return it with its counters."""
    request.query()
    entry = _find(request)
    request.account.open_faults().remove(entry.id)
    _apply(request)
    return respond(_shown(entry))


def _apply(request: ControlRequest) -> None:
    account = request.account
    account.close_faults()
    request.engine.publish(account, "faults.changed", {"faults": len(account.faults or ())})


def _find(request: ControlRequest) -> ActiveRule:
    book = request.account.faults
    found = None if book is None else book.get(request.id)
    if found is None:
        raise _errors.unknown_fault(request.names["id"])
    return found


def _shown(entry: ActiveRule) -> ShownRule:
    return ShownRule(entry.id, entry.rule, entry.matched, entry.fired, entry.left)
