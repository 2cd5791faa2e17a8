"""What an error means for somebody at a command line: words first, then the cure."""

import math
import re
from typing import Final

from .._errors import ApiError, ArgumentError, CallrError

_FIRST_REDIRECT, _FIRST_REFUSAL, _FIRST_FAILURE = 300, 400, 500
_TOO_MANY: Final = 429
_ADDRESS: Final = "check --base-url or CALLR_BASE_URL"
_MEANINGS: Final = {
    400: "the API refused the request",
    401: "the login or the password is wrong",
    402: "a payment is required",
    403: "the account is not permitted to do this",
    404: "there is nothing at this address",
    405: "this address does not support the request",
    407: "the proxy requires a login and a password",
    408: "the server did not get the request in time",
    413: "the request is too large",
    _TOO_MANY: "too many requests",
    500: "the server failed",
    501: "the server does not support the request",
    502: "the server behind a gateway failed",
    503: "the service is not available at the moment",
    504: "the server behind a gateway did not respond in time",
}
_ACCOUNT_CURES: Final = {
    401: "check CALLR_LOGIN and CALLR_PASSWORD",
    402: "check the credit of the account",
    403: "ask CALLR for the permission",
    407: "check HTTPS_PROXY",
}
_REQUEST_CURES: Final = {400: "check the arguments", 404: _ADDRESS, 405: _ADDRESS, 413: "send less at once"}
_MAY_PASS: Final = frozenset({408, _TOO_MANY, 500, 502, 503, 504})
_SENDS: Final = frozenset({"sms.send", "sms.send_by_query"})

_OPTIONS: Final = {
    "from_": "--from",
    "to": "--to",
    "body": "TEXT",
    "text": "TEXT",
    "hash": "HASH",
    "max_parts": "--max-parts",
    "timeout": "--timeout",
    "options.user_data": "--user-data",
    "user_data": "--user-data",
    "type": "--type",
    "base_url": "--base-url or CALLR_BASE_URL",
    "login": "CALLR_LOGIN",
    "password": "CALLR_PASSWORD",
}
_FORMS: Final = {
    "--from": (
        "at most 11 letters, digits, spaces, dashes and underscores with at least one letter, "
        "or a shortcode of the account"
    ),
    "--to": "a phone number with plus and country code, such as +33639981234",
    "HASH": "8 digits and capital letters, such as 8242D945",
}
"""The forms that the contract writes as a regular expression, in words."""


def explain(error: CallrError) -> str:
    """Return what an error means, and the cure if one is certain.

    The name of the operation is left out, because it is Python's; so is the API's own message, because it may
    quote what was sent.
    """
    text = str(error).removeprefix(f"{error.operation}: ")
    if error.http_status is None:
        return text
    details = re.sub(r" \(the API's own words[^)]*\)", "", text)
    cure = _find_cure(error, error.http_status)
    return f"{_find_meaning(error, error.http_status)} ({details})" + (f"; {cure}" if cure else "")


def _find_meaning(error: CallrError, status: int) -> str:
    if _is_missing_sms(error):
        return "no SMS has this hash"
    if status < _FIRST_REDIRECT:
        return "the response is not one of this API"
    if status < _FIRST_REFUSAL:
        return "the server redirects to another address"
    otherwise = "the server failed" if status >= _FIRST_FAILURE else "the server refused the request"
    return _MEANINGS.get(status, otherwise)


def _is_missing_sms(error: CallrError) -> bool:
    asked_for_one = error.operation in {"sms.get", "sms.wait_until_final"}
    return error.http_status == 404 and asked_for_one and error.outcome == "refused"  # noqa: PLR2004 - not found


def _find_cure(error: CallrError, status: int) -> str:
    if status in _MAY_PASS:
        # Before a send of unknown outcome is repeated, somebody has to look for the SMS.
        is_harmless = error.operation not in _SENDS or error.outcome == "refused"
        return f"try again {_when(error.retry_after)}" if is_harmless else ""
    if status in _ACCOUNT_CURES:
        return _ACCOUNT_CURES[status]
    if status < _FIRST_REFUSAL or not isinstance(error, ApiError):
        return _ADDRESS
    # Other arguments do not cure what the API may have done.
    is_certain = error.outcome == "refused" and not _is_missing_sms(error)
    return _REQUEST_CURES.get(status, "") if is_certain else ""


def _when(seconds: float | None) -> str:
    if seconds is None or not math.isfinite(seconds):
        return "later"
    return f"in {max(1, math.ceil(seconds)):,} s"


def explain_argument(error: ArgumentError) -> str:
    """Return which argument is wrong and what was expected, without its value."""
    option = _OPTIONS.get(error.parameter, error.parameter)
    rule = error.reason.removeprefix(f"{error.parameter}: ")
    form = _FORMS.get(option)
    length = re.search(r"; got [0-9,]+ characters?$", rule)
    if form and length:
        return f"{option}: expected {form}{length[0]}"
    return f"{option}: {_in_options(rule)}"


def explain_setting(reason: str) -> str:
    """Return which setting is wrong and what was expected, with the option or variable that it comes from."""
    name, colon, rule = reason.partition(": ")
    return f"{_OPTIONS.get(name, name)}: {_in_options(rule)}" if colon else reason


def _in_options(rule: str) -> str:
    """Replace what only exists in Python."""
    rule = re.sub(r", or (None for no limit|a Timeout)$", "", rule)
    rule = re.sub(r", unset the variable, or give the client tls=$", " or unset the variable", rule)
    return rule.replace("from_", "--from")
