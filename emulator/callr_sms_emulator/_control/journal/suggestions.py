"""Suggestions: the valid value that a wrong one was most likely meant to be, if there is only one."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

from callr_sms_emulator import _errors
from callr_sms_emulator._api import (
    BASE_PATH,
    FORMER_OPTIONS,
    PARAMETERS,
    PATH,
    is_sender,
    read_endpoint,
    read_recipient,
)
from callr_sms_emulator._clock import format_datetime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from callr_sms_emulator._errors import Broken

_LONGEST_SENDER = 11
_PATHS = (f"{BASE_PATH}/sms", f"{BASE_PATH}/sms/send", PATH)
_NAMED = re.compile(r"(?:/rest/[^/]+)?/sms/([0-9A-Z]{8})/?", re.IGNORECASE)
_WRITES = ("POST", "PUT", "PATCH")
# Names that other APIs have for a parameter; in the SMS object the body is `text` (capture).
_MEANT = {
    "text": "body",
    "message": "body",
    "content": "body",
    "sender": "from",
    "source": "from",
    "recipient": "to",
    "destination": "to",
    "number": "to",
    "phone": "to",
    "phone_number": "to",
    "encoding": "options.force_encoding",
    "flash": "options.flash_message",
    **{f"options.{each}": "options.webhook" for each in FORMER_OPTIONS},
}
# National numbers of the account's country; in E.164 they lose their leading 0 (E.123).
_COUNTRIES = {"+33": re.compile(r"0([1-9][0-9]{8})"), "+44": re.compile(r"0([1-9][0-9]{9})")}
_SHORTEST_WITHOUT_PLUS = 10
_PLUS_LOST = re.compile(r" (?=\d\d:?\d\d$)")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def find_nearest(broken: Broken, number: str, shortcodes: Iterable[str]) -> str | None:
    """Return the valid value that was most likely meant; None if there is no single one.

    `number` is the number of the account; a national number is taken as one of the same country. For the rule
    `hash` see the store.
    """
    value = broken.value
    found: str | None
    match broken.rule, broken.parameter:
        case "recipient", _ if value is not None:
            found = _recipient(value, number)
        case "shortcode", _:
            found = _close(value, [*shortcodes])
        case (("one-of" | "rpc-method"), _):
            found = _close(value, broken.allowed)
        case "range", _:
            found = f"from={broken.allowed[0]}&to={value}"
        case "known", str(name):
            found = _parameter(name, broken.allowed)
        case "type", str(name) if value is not None:
            found = _of_type(name, value)
        case rule, _ if rule in _FINDERS and value is not None:
            found = _FINDERS[rule](value)
        case rule, _:
            found = _ALWAYS.get(rule)
    return found


def find_path(method: str, path: str, broken: Broken) -> str | None:
    """Return the request line that was most likely meant, for the rules `endpoint` and `method`."""
    if broken.rule == "endpoint":
        return _path(path)
    if broken.rule != "method":
        return None
    if path.startswith(PATH.rstrip("/")):
        return f"POST {PATH}"
    if path in _PATHS and method in _WRITES:
        return f"POST {BASE_PATH}/sms"
    # A GET on /sms/send sends an SMS, so it is never suggested for a request that does not.
    is_read = method == "HEAD" and not path.endswith("/send")
    return f"GET {path}" if is_read or (method == "POST" and path not in _PATHS) else None


def _path(path: str) -> str | None:
    named = _NAMED.fullmatch(path)
    if named is not None:
        return f"{BASE_PATH}/sms/{named[1].upper()}"
    folded = path.casefold().rstrip("/")
    for known in _PATHS:
        if folded == known.rstrip("/") or known.rstrip("/").endswith(folded or "?"):
            return known
    found = get_close_matches(folded, _PATHS, 1, 0.8)
    return found[0] if found else None


def _close(value: str | None, allowed: Sequence[str]) -> str | None:
    if value is None:
        return None
    folded = {each.casefold(): each for each in allowed}
    found = get_close_matches(value.strip().casefold(), folded, 1, 0.7)
    return folded[found[0]] if found else None


def _parameter(name: str, allowed: Sequence[str]) -> str | None:
    meant = _MEANT.get(name.casefold(), name)
    if meant in allowed or (meant.startswith("options.") and "options" in allowed):
        return meant
    # Among the parameters of a send, an unknown one may be a misplaced property of `options`.
    inside = _OPTIONS if tuple(allowed) == PARAMETERS else ()
    found = _close(name, [*allowed, *inside])
    if found is not None:
        return found
    leaves = {each.rpartition(".")[2]: each for each in [*inside, *allowed][::-1]}
    leaf = _close(name.rpartition(".")[2], [*leaves])
    return None if leaf is None else leaves[leaf]


_OPTIONS = tuple(
    f"options.{key}" for key in ("force_encoding", "nature", "flash_message", "user_data", "webhook")
)


def _recipient(value: str, number: str) -> str | None:
    digits = re.sub(r"\(0\)|[\s().\-/\u2010-\u2015]", "", unicodedata.normalize("NFKC", value))
    digits = "+" + digits[2:] if digits.startswith("00") else digits
    country = next((each for each in _COUNTRIES if number.startswith(each)), None)
    if country is not None and (national := _COUNTRIES[country].fullmatch(digits)):
        digits = country + national[1]
    elif digits.isascii() and digits.isdigit() and len(digits) >= _SHORTEST_WITHOUT_PLUS:
        digits = "+" + digits
    return digits if _holds(read_recipient, digits) else None


def _holds(check: Callable[[str, object], object], value: object) -> bool:
    try:
        check("", value)
    except _errors.ApiError:
        return False
    return True


def _sender(value: str) -> str | None:
    apart = unicodedata.normalize("NFKD", value)
    kept = re.sub(r"[^A-Za-z0-9 _-]", "", apart).strip()[:_LONGEST_SENDER].strip()
    return kept if is_sender(kept) else None


def _datetime(value: str) -> str | None:
    text = value.strip()
    if re.fullmatch(r"[0-9]{9,10}", text):
        return format_datetime(int(text))
    try:
        moment = datetime.fromisoformat(_PLUS_LOST.sub("+", text) if "T" in text else text)
        utc = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return f"{utc:%Y-%m-%d %H:%M:%S}" if utc.year >= 1000 else None  # noqa: PLR2004 - years of four digits


def _url(value: str) -> str | None:
    text = value.strip()
    text = text if "://" in text else f"https://{text}"
    text = quote(text, safe=":/?#[]@!$&'()*+,;=%~")
    has_host = "." in text or "localhost" in text
    return text if has_host and _holds(read_endpoint, text) else None


def _escaped(value: str) -> str | None:
    """Escape each stray percent sign, and read bytes that are not UTF-8 as Latin-1, the usual cause."""
    whole = _BROKEN_ESCAPE.sub("%25", value)
    try:
        unquote_to_bytes(whole.encode("latin-1")).decode()
    except UnicodeDecodeError:
        return quote(unquote_to_bytes(whole.encode("latin-1")).decode("latin-1"))
    return whole


def _of_type(name: str, value: str) -> str | None:
    if name == "options.flash_message":
        return {"true": "true", "1": "true", "false": "false", "0": "false"}.get(value.casefold())
    if name == "to":
        return _recipient(value, "")
    is_number = re.fullmatch(r"-?[0-9.]+", value) is not None
    return f'"{value}"' if is_number and name in {"body", "options.user_data"} else None


_FINDERS: dict[str, Callable[[str], str | None]] = {
    "sender": _sender,
    "datetime": _datetime,
    "url": _url,
    "percent-encoding": _escaped,
}
_ALWAYS = {"content-type": "application/json", "in-body": f"POST {BASE_PATH}/sms"}
