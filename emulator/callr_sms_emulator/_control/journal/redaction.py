"""Redaction of secrets: by name in structured data, else from the first suspicious word on.

The one secret that the API takes is `options.webhook.hmac_secret`. It may be misspelt, in the wrong place, or
in a body that cannot be parsed, and people put passwords where they do not belong. So everything that looks
like a secret is redacted, and so is every property of `options.webhook` that is not known to be harmless.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import cast
from urllib.parse import unquote, unquote_plus

LEFT_OUT = "[left out]"
"""Replaces a secret."""

# `url_auth` of a former option is a login and a password (sdk-old).
_WORDS = r"secret|passw|passphrase|pwd|token|api[^a-z0-9]?key|authorization|credential|url[^a-z0-9]?auth"
_SECRET_NAME = re.compile(rf"{_WORDS}|hmac")
_SECRET_WORD = re.compile(rf"{_WORDS}|hmac|webhook", re.IGNORECASE)
_IN_TEXT = re.compile(r"hmac.{0,8}secret", re.IGNORECASE | re.DOTALL)
_USER_INFO = re.compile(r"(://)[^/\s@\"'<>]*@")
_ESCAPE = re.compile(r"\\+u00([0-7][0-9a-f])", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.\[\] -]{0,64}")

_HARMLESS = ("webhook", "endpoint", "hmacalgo")
_NEAR = 0.7


def is_secret(name: str) -> bool:
    """Return whether a parameter of this name may hold a secret."""
    folded = re.sub(r"[^a-z0-9]", "", name.casefold())
    if folded.endswith(_HARMLESS):
        return False
    return (
        "webhook" in folded
        or _SECRET_NAME.search(folded) is not None
        or SequenceMatcher(None, folded.removeprefix("options"), "hmacsecret").ratio() > _NEAR
    )


def escape(value: object) -> object:
    """Return JSON that UTF-8 can encode: an unpaired surrogate becomes its escape."""
    if isinstance(value, str):
        return escape_text(value)
    if isinstance(value, dict):
        found = cast("dict[str, object]", value)
        return {escape_text(name): escape(each) for name, each in found.items()}
    return [escape(each) for each in cast("list[object]", value)] if isinstance(value, list) else value


def escape_text(text: str) -> str:
    """Return a text that UTF-8 can encode."""
    return text.encode("utf-8", "backslashreplace").decode()


def redact_text(text: str) -> str:
    """Redact everything after the name of the secret, and logins and passwords in URLs."""
    found = _IN_TEXT.search(text)
    shown = text if found is None else text[: found.start()] + LEFT_OUT
    return _USER_INFO.sub(r"\1…@", shown)


def redact_value(name: str, value: object) -> object:
    """Redact the secrets in the JSON value of a parameter."""
    if name and is_secret(name):
        return LEFT_OUT
    if isinstance(value, dict):
        found = cast("dict[str, object]", value)
        inside = "webhook." if name.casefold().endswith("webhook") else ""
        return {redact_name(key): redact_value(inside + key, each) for key, each in found.items()}
    if isinstance(value, list):
        return [redact_value(name, each) for each in cast("list[object]", value)]
    if not isinstance(value, str):
        return value
    if name.casefold().endswith("webhook") and "://" not in value:
        return LEFT_OUT
    return redact_text(value)


def redact_name(name: str) -> str:
    """Return the name of a parameter, redacted if it holds more than a name."""
    return name if _PLAIN_NAME.fullmatch(name) else redact_free_text(name)


def redact_free_text(text: str) -> str:
    """Return a text without structure, up to the first word that a secret may follow."""
    found = _SECRET_WORD.search(text)
    if found is not None:
        return escape_text(_USER_INFO.sub(r"\1…@", text[: found.start()] + LEFT_OUT))
    # In an escaped text the word may be hidden, and its place is not known.
    plain = _ESCAPE.sub(lambda each: chr(int(each[1], 16)), unquote(unquote_plus(text))).replace("\0", "")
    if _SECRET_WORD.search(plain) or (_USER_INFO.search(plain) and not _USER_INFO.search(text)):
        return LEFT_OUT
    return escape_text(_USER_INFO.sub(r"\1…@", text))


def redact_query(query: bytes) -> str:
    """Return a query string as it was sent, with the values of secret parameters redacted."""
    return "&".join(_redact_pair(each) for each in query.decode("utf-8", "backslashreplace").split("&"))


def _redact_pair(pair: str) -> str:
    name, equals, value = pair.partition("=")
    if not equals:
        return redact_free_text(pair)
    given, plain = unquote(unquote_plus(name)), unquote_plus(unquote_plus(value))
    if is_secret(given) or redact_value(given, plain) != plain:
        return f"{redact_name(name)}={LEFT_OUT}"
    return pair
