"""The rules that compare an SMS with the send that created it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from callr_sms_contract.contract import STOP_NUMBER
from callr_sms_contract.oracle.request_rules import KEPT, Call, RuleResult, broken
from callr_sms_contract.oracle.sms import Sms

_BOOLEANS: Final = {"true": True, "false": False}
_OPTION: Final = "options."
_OPTIONS: Final = frozenset({"force_encoding", "nature", "flash_message", "user_data", "webhook"})
_WEBHOOK: Final = frozenset({"endpoint", "hmac_secret", "hmac_algo"})
_LONGEST_NUMBER: Final = 15
"""Digits of a STOP number: E.164 allows no more."""


@dataclass(frozen=True, slots=True)
class SentMessage:
    """The values of one send, from its body or its query."""

    to: str
    sender: str
    body: str
    options: Mapping[str, Any] | None
    """None without options."""

    @property
    def user_data(self) -> str:
        """Return the expected `user_data`."""
        return str((self.options or {}).get("user_data", ""))

    @property
    def has_stop_number(self) -> bool:
        """Return whether a STOP number replaces the placeholder in the text."""
        return bool(self.sender) and STOP_NUMBER in self.body


def read_sent_message(call: Call) -> SentMessage | None:
    """Return the values of a valid send; None when one of them is missing."""
    to, sender, body = call.value("to"), call.value("from") or "", call.value("body")
    if not (isinstance(to, str) and isinstance(sender, str) and isinstance(body, str)):
        return None
    has_body = "requestBody" in call.operation.definition
    options = call.value("options") if has_body else _query_options(call)
    return SentMessage(to, sender, body, options)


def _query_options(call: Call) -> dict[str, Any] | None:
    options: dict[str, Any] = {}
    for name, value in call.query.pairs:
        if name.startswith(_OPTION):
            option = name.removeprefix(_OPTION)
            options[option] = _BOOLEANS.get(value, value) if option == "flash_message" else value
    return options or None


def _without_nulls(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options without nulls, which mean the same as a missing option."""
    return {name: value for name, value in options.items() if value is not None}


def sent_comes_back(sending: SentMessage, sms: Sms) -> RuleResult:
    """Check the rule of that name, and that the SMS is an outgoing one."""
    different = next(_differences(sending, sms), None)
    return broken(f"{different} is not as it was sent") if different else KEPT


def _differences(sending: SentMessage, sms: Sms) -> Iterator[str]:
    wanted = {"type": "OUT", "to": sending.to, "from": sending.sender, "user_data": sending.user_data}
    yield from (name for name, value in wanted.items() if sms.word(name) not in {value, None})
    if sms.options is not None and not _are_as_sent(sms.raw["options"], sending.options):
        yield "options"
    text = sms.word("text")
    if text is not None and not sending.has_stop_number and text != sending.body:
        pairs = enumerate(zip_longest(text, sending.body), 1)
        first = next(index for index, (shown, sent) in pairs if shown != sent)
        yield f"text, from character {first} on,"


def _are_as_sent(shown: Mapping[str, Any] | None, sent: Mapping[str, Any] | None) -> bool:
    """Return whether exactly the options of the send are shown, apart from unknown properties."""
    wanted = _without_nulls(sent or {})
    if shown is None:
        return not wanted
    known = _without_nulls({name: value for name, value in shown.items() if name in _OPTIONS})
    webhook = known.get("webhook")
    if isinstance(webhook, dict):
        known["webhook"] = {name: value for name, value in webhook.items() if name in _WEBHOOK}
    # An SMS without options shows null; so may one that was sent with an empty object.
    return known == wanted and not (sent is None and not known)


def stop_number(sending: SentMessage, sms: Sms) -> RuleResult | None:
    """Check the rule of that name: with a sender, the same digits replace each placeholder."""
    text = sms.word("text")
    if text is None or STOP_NUMBER not in sending.body:
        return None
    if not sending.sender:
        return KEPT if text == sending.body else broken("%STOPNUM% was replaced although the sender is empty")
    number = _number_in(text, sending.body)
    is_right = number.isascii() and number.isdigit() and text == sending.body.replace(STOP_NUMBER, number)
    return (
        KEPT
        if is_right
        else broken("the text is not the one that was sent with a number in place of %STOPNUM%")
    )


def _number_in(text: str, body: str) -> str:
    """Return what replaces the first placeholder, by the length that all of them together leave."""
    count, start = body.count(STOP_NUMBER), body.index(STOP_NUMBER)
    room = len(text) - (len(body) - count * len(STOP_NUMBER))
    length = room // count
    return text[start : start + length] if room % count == 0 and 0 < length <= _LONGEST_NUMBER else ""
