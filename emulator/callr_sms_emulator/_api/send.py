"""Validation of the parameters of both sends, in a JSON body or a query string."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple, cast

from callr_sms_emulator import _errors
from callr_sms_emulator._api.options import FORMER_OPTIONS, read_options, unknown_option
from callr_sms_emulator._http import read_query
from callr_sms_emulator._sms import MARKETING, Encoding

PARAMETERS = ("from", "to", "body", "options")
EXPECTED_BODY = '{"from": …, "to": …, "body": …, "options": …}'

# In a query string options are written options.key=value, with a literal dot (seed).
_QUERY_OPTIONS = {
    "options.force_encoding": "force_encoding",
    "options.nature": "nature",
    "options.flash_message": "flash_message",
    "options.user_data": "user_data",
}
_QUERY_PARAMETERS = ("from", "to", "body", *_QUERY_OPTIONS)
_QUERY_BOOLEANS = {"true": True, "false": False}

# E.164 (seed); the number of digits is a choice. Not \d, which matches the digits of every script. Used with
# fullmatch: $ would accept a line feed at the end.
_RECIPIENT = re.compile(r"\+[1-9][0-9]{6,14}")
_SENDER = re.compile(r"[A-Za-z0-9 _-]{1,11}")
_DIGITS = re.compile(r"[0-9]{1,11}")
_LETTER = re.compile(r"[A-Za-z]")


class SendRequest(NamedTuple):
    """The parameters of a valid send. `options` is unchanged, or None if there are none."""

    sender: str
    to: str
    body: str
    options: dict[str, object] | None

    @property
    def force_encoding(self) -> Encoding | None:
        """The encoding that the request asks for; None: detect it."""
        return None if self.options is None else cast("Encoding | None", self.options.get("force_encoding"))

    @property
    def nature(self) -> str:
        """The nature of the SMS; one that is sent without it counts as marketing (france)."""
        return MARKETING if self.options is None else str(self.options.get("nature", MARKETING))


def read_send(parameters: Mapping[str, object], senders: frozenset[str]) -> SendRequest:
    """Validate the parameters of a send in a JSON object.

    `senders` are the shortcodes and the number of the account.

    Raises:
        InvalidRequestError: The first broken rule, in this order: unknown, from, to, body, options.
    """
    reject_unknown(parameters, PARAMETERS)
    sender = _read_sender(parameters.get("from", ""), senders)
    if "to" not in parameters:
        raise _errors.missing_parameter("to", "the recipient's number in E.164")
    to = read_recipient("to", parameters["to"])
    if "body" not in parameters:
        raise _errors.missing_parameter("body", "the text of the SMS")
    body = parameters["body"]
    if not isinstance(body, str):
        raise _errors.wrong_type("body", body, "a string")
    if not body:
        raise _errors.empty_text()
    _errors.refuse_lone_surrogate("body", body)
    return SendRequest(sender, to, body, read_options(parameters.get("options")))


def read_send_query(query: bytes, senders: frozenset[str]) -> SendRequest:
    """Validate the parameters of a send in a query string.

    Booleans are written `true` and `false`, in lower case (choice).

    Raises:
        InvalidRequestError: As `read_send`, or the option `webhook` is in the query.
    """
    found = read_query(query)
    for name in found:
        # No source shows options of options in a query, and a secret must not be in a URL (choice).
        if name == "options.webhook" or name.startswith("options.webhook."):
            raise _errors.option_not_in_query(name)
        if name.startswith("options.") and name.removeprefix("options.") in FORMER_OPTIONS:
            raise unknown_option(name, ["options.webhook"])
    reject_unknown(found, _QUERY_PARAMETERS)
    parameters: dict[str, object] = {name: found[name] for name in PARAMETERS if name in found}
    options: dict[str, object] = {key: found[name] for name, key in _QUERY_OPTIONS.items() if name in found}
    if (flag := found.get("options.flash_message")) is not None:
        if flag not in _QUERY_BOOLEANS:
            raise _errors.not_one_of("options.flash_message", flag, _QUERY_BOOLEANS)
        options["flash_message"] = _QUERY_BOOLEANS[flag]
    return read_send(parameters | ({"options": options} if options else {}), senders)


def reject_unknown(found: Iterable[str], known: tuple[str, ...]) -> None:
    """Reject unknown parameters, so that typos are noticed (choice)."""
    for name in found:
        if name not in known:
            raise _errors.unknown_parameter(name, known)


def _read_sender(value: object, senders: frozenset[str]) -> str:
    if not isinstance(value, str):
        raise _errors.wrong_type("from", value, "a string, which may be empty")
    if value == "" or value in senders:
        return value
    if _DIGITS.fullmatch(value):
        raise _errors.foreign_shortcode(value)
    if not is_sender(value):
        raise _errors.bad_sender(value)
    return value


def is_sender(value: str) -> bool:
    """Return whether a text is valid as a sender; the empty text and shortcodes are not."""
    return _SENDER.fullmatch(value) is not None and _LETTER.search(value) is not None


def read_recipient(name: str, value: object) -> str:
    """Return the phone number that is the value of the parameter `name`.

    Raises:
        InvalidRequestError: The value is not a phone number.
    """
    if not isinstance(value, str):
        raise _errors.wrong_type(name, value, "a string")
    if not _RECIPIENT.fullmatch(value):
        raise _errors.bad_recipient(value, name)
    return value
