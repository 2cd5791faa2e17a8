"""The rules that no schema can say, by the names that the contract gives them in `x-callr-rules`.

A rule gets one call and returns its result, or None when it does not apply: a sender with letters says
nothing about shortcodes. The rules of ACCOUNT_RULES bind responses to earlier requests; `account.py` checks
them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from callr_sms_contract.contract import MAX_PARTS, Operation, count_parts, is_datetime, is_text
from callr_sms_contract.wire import Query


@dataclass(frozen=True)
class Call:
    """One reading of a request: its operation and its values."""

    operation: Operation
    query: Query
    values: Any
    """The JSON body, or the query parameters by name; any JSON value in an invalid request."""
    shortcodes: frozenset[str] = frozenset()
    body_problem: str | None = None

    def value(self, name: str) -> Any:  # noqa: ANN401 - what was sent there may be any JSON
        """Return the value called `name`, or None."""
        return self.values.get(name) if isinstance(self.values, dict) else None

    def option(self, name: str) -> Any:  # noqa: ANN401 - as above
        """Return the option called `name`, from the body or from the query's `options.name`."""
        options = self.value("options")
        return options.get(name) if isinstance(options, dict) else self.value(f"options.{name}")


class RuleStatus(Enum):
    """Whether a rule is kept, broken, or left open."""

    KEPT = "kept"
    BROKEN = "broken"
    OPEN = "open"


@dataclass(frozen=True)
class RuleResult:
    """The result of a rule, and its reason."""

    status: RuleStatus
    reason: str = ""
    wrong_parameters: frozenset[str] = frozenset()
    """The parameters that are wrong, if they are known."""


_ENCODINGS: Final = (None, "GSM", "UNICODE")
KEPT: Final = RuleResult(RuleStatus.KEPT)
Rule = Callable[[Call], RuleResult | None]


def broken(reason: str, *wrong_parameters: str) -> RuleResult:
    """Return the result of a broken rule, with its reason and the wrong parameters."""
    return RuleResult(RuleStatus.BROKEN, reason, frozenset(wrong_parameters))


def _parameters_known(call: Call) -> RuleResult | None:
    return _only_once(call.query, frozenset(call.operation.query_parameters))


def _hash_in_query(call: Call) -> RuleResult | None:
    return _only_once(call.query, frozenset({"hash"}))


def _only_once(query: Query, known: frozenset[str]) -> RuleResult | None:
    unknown = [name for name in query.names if name not in known]
    repeated = [name for name in known if query.names.count(name) > 1]
    if unknown:
        return broken(f"the query parameter {unknown[0]!r} is not one of this operation", *unknown)
    if repeated:
        return broken(f"the query parameter {min(repeated)!r} is given more than once", *repeated)
    return KEPT if query.names else None


def _list_window_order(call: Call) -> RuleResult | None:
    start, end = call.value("from"), call.value("to")
    if not (_is_moment(start) and _is_moment(end)):
        return None
    # The format sorts as time does: all its fields have a fixed width.
    return broken(f"from, {start!r}, is later than to, {end!r}", "from", "to") if start > end else KEPT


def _is_moment(value: object) -> bool:
    return isinstance(value, str) and is_datetime(value)


def _sender_shortcode(call: Call) -> RuleResult | None:
    sender = call.value("from")
    if not isinstance(sender, str) or not (sender.isascii() and sender.isdigit()):
        return None
    wrong = broken(f"{sender!r} is not a shortcode of the account", "from")
    return KEPT if sender in call.shortcodes else wrong


def _body_parts_limit(call: Call) -> RuleResult | None:
    text, forced, sender = call.value("body"), call.option("force_encoding"), call.value("from")
    # It may be any JSON value, also one that cannot be hashed.
    if not isinstance(text, str) or forced not in _ENCODINGS:
        return None
    parts = count_parts(text, forced=forced, has_sender=bool(sender))
    if parts.low > MAX_PARTS:
        return broken(f"the text takes {parts.low} parts, more than {MAX_PARTS}", "body")
    if parts.high > MAX_PARTS:
        return RuleResult(RuleStatus.OPEN, "a text of 255 parts or more, after an unknown conversion")
    return KEPT if parts.high > 1 else None


def _body_well_formed(call: Call) -> RuleResult | None:
    text = call.value("body")
    if not isinstance(text, str) or text.isascii():
        return None
    return KEPT if is_text(text) else broken("the text has a lone surrogate", "body")


def _body_json(call: Call) -> RuleResult | None:
    if call.body_problem:
        return broken(call.body_problem)
    return KEPT if isinstance(call.values, dict) else broken("the body is not one JSON object")


REQUEST_RULES: Final[Mapping[str, Rule]] = {
    "body-json": _body_json,
    "body-parts-limit": _body_parts_limit,
    "body-well-formed": _body_well_formed,
    "hash-in-query": _hash_in_query,
    "list-window-order": _list_window_order,
    "parameters-known": _parameters_known,
    "sender-shortcode": _sender_shortcode,
}
"""The rules that limit requests."""

ACCOUNT_RULES: Final = frozenset(
    {
        "creation-follows-sends",
        "dates-in-order",
        "dates-match-history",
        "debit-follows-parts",
        "encoding-follows-text",
        "hash-unique",
        "history-grows",
        "list-complete",
        "list-equals-read",
        "list-order",
        "list-type",
        "list-window-inclusive",
        "members-fixed",
        "nature-as-asked",
        "one-sms-each",
        "parts-count",
        "sent-comes-back",
        "sent-is-found",
        "status-follows-life",
        "stop-number",
    }
)
"""The rules that bind a response to what was sent or shown before; the model of the account checks them."""
