"""The rules that need one SMS alone, without earlier requests."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Final

from callr_sms_contract.contract import ZERO_DATETIME, count_parts, is_basic
from callr_sms_contract.oracle.request_rules import KEPT, RuleResult, broken
from callr_sms_contract.oracle.sms import Change, Sms

_ENCODINGS: Final = (None, "GSM", "UNICODE")
_NEXT: Final = {
    "CREATED": "PENDING",
    "PENDING": "SENT",
    "SENT": "REMOTE_QUEUED",
    "REMOTE_QUEUED": "RECEIVED",
}
FAILED: Final = frozenset({"ERROR", "FAILED", "EXPIRED"})
"""The statuses of an SMS that did not arrive."""
_FINAL: Final = FAILED | {"RECEIVED"}
_KNOWN: Final = _NEXT.keys() | _FINAL
_SECOND: Final = 19


def _encoding_follows_text(sms: Sms) -> RuleResult | None:
    text, encoding, options = sms.word("text"), sms.word("encoding"), sms.options
    if not sms.is_outgoing or text is None or encoding is None or options is None:
        return None
    forced = options.get("force_encoding")
    if forced not in _ENCODINGS:
        return None
    wanted = forced or ("GSM" if is_basic(text) else "UNICODE")
    why = "forced" if forced else "what its characters need"
    return KEPT if encoding == wanted else broken(f"encoding is {encoding!r}, {wanted} is {why}")


def _parts_count(sms: Sms) -> RuleResult | None:
    text, parts, options = sms.word("text"), sms.parts, sms.options
    if not sms.is_outgoing or not text or parts is None or options is None:
        return None
    forced = options.get("force_encoding")
    if forced not in _ENCODINGS:
        return None
    # The text shows the STOP number already.
    wanted = count_parts(text, forced=forced, has_sender=False)
    if wanted.low <= parts <= wanted.high:
        return KEPT
    numbers = str(wanted.low) if wanted.low == wanted.high else f"{wanted.low} to {wanted.high}"
    return broken(f"parts is {parts}, the text of {len(text)} characters takes {numbers}")


def _nature_as_asked(sms: Sms) -> RuleResult | None:
    nature, options = sms.word("nature"), sms.options
    if not sms.is_outgoing or nature is None or options is None:
        return None
    wanted = options.get("nature", "MARKETING")
    return KEPT if nature == wanted else broken(f"nature is {nature!r}, expected {wanted!r}")


def _status_follows_life(sms: Sms) -> RuleResult | None:
    status, history = sms.word("status"), sms.history
    if status is None or history is None:
        return None
    if not sms.is_outgoing:
        is_right = status == "RECEIVED" and not history
        return KEPT if is_right else broken(f"an incoming SMS is {status}, with {len(history)} changes")
    wanted = history[-1].new if history else "CREATED"
    if status != wanted and (history or status in _KNOWN):
        return broken(f"status is {status}, its history ends with {wanted}")
    if status in _NEXT.keys() | {"RECEIVED"} and sms.raw.get("status_error"):
        return broken(f"status_error is not empty although the status is {status}")
    return _wrong_step(history) or KEPT


def _wrong_step(history: tuple[Change, ...]) -> RuleResult | None:
    status = "CREATED"
    for change in history:
        if change.old != status:
            return broken(f"a change begins with {change.old}, the status was {status}")
        may_follow = change.old not in _FINAL and (
            change.new in FAILED or change.new == _NEXT.get(change.old)
        )
        if {change.old, change.new} <= _KNOWN and not may_follow:
            return broken(f"a change goes from {change.old} to {change.new}")
        status = change.new
    return None


def _dates_in_order(sms: Sms) -> RuleResult | None:
    created, updated = sms.moment("date_creation"), sms.moment("date_update")
    sent, received, history = sms.moment("date_sent"), sms.moment("date_received"), sms.history
    if created is None or updated is None or sent is None or received is None or history is None:
        return None
    reached = [moment for moment in (sent, received) if moment != ZERO_DATETIME]
    for earlier, later in pairwise([created, *reached, updated]):
        if earlier > later:
            return broken(f"{earlier} is later than {later}, but has to come before it")
    for one, next_one in pairwise([f"{created}.000", *(change.at for change in history)]):
        if one > next_one:
            return broken(f"the history has {next_one} after {one}")
    return KEPT


def _dates_match_history(sms: Sms) -> RuleResult | None:
    history = sms.history
    if not sms.is_outgoing or history is None:
        return None
    reached = {change.new: change.at[:_SECOND] for change in reversed(history)}
    # A new status may stand for one that the contract knows: its moment is then unknown.
    otherwise = None if reached.keys() - _KNOWN else ZERO_DATETIME
    wanted = {
        "date_sent": reached.get("SENT", otherwise),
        "date_received": reached.get("RECEIVED", otherwise),
        "date_update": history[-1].at[:_SECOND] if history else sms.moment("date_creation"),
    }
    for name, moment in wanted.items():
        found = sms.moment(name)
        if found is not None and moment is not None and found != moment:
            return broken(f"{name} is {found}, its history says {moment}")
    return KEPT


SMS_RULES: Final[Mapping[str, Callable[[Sms], RuleResult | None]]] = {
    "encoding-follows-text": _encoding_follows_text,
    "parts-count": _parts_count,
    "nature-as-asked": _nature_as_asked,
    "status-follows-life": _status_follows_life,
    "dates-in-order": _dates_in_order,
    "dates-match-history": _dates_match_history,
}
"""By their names in the contract."""
