"""Validation of `SMS.Options`: every key is optional, every other key is rejected (choice)."""

import re
from collections.abc import Callable, Iterable
from typing import cast
from urllib.parse import urlsplit

from callr_sms_emulator import _errors

NATURES = ("ALERTING", "MARKETING")
ENCODINGS = ("GSM", "UNICODE")
HMAC_ALGORITHMS = ("MD5", "SHA256", "SHA512")

FORMER_OPTIONS = tuple(
    f"push_{kind}_{key}" for kind in ("mo", "dlr") for key in ("enabled", "url", "url_auth")
)
"""How events were asked for before `webhook` (sdk-old). They are rejected (choice)."""

USER_DATA_LIMIT = 4096
SECRET_LIMIT = 1024
ENDPOINT_LIMIT = 2048
"""Characters (choice, generous on purpose). An empty secret is rejected: it would sign nothing."""

# The characters of RFC 3986, and complete escapes: everything else must be escaped.
_URL = re.compile(r"https?://(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+", re.IGNORECASE)


def read_options(value: object, name: str = "options") -> dict[str, object] | None:
    """Validate `options`, the value of the parameter `name`; return them unchanged.

    Raises:
        InvalidRequestError: The value is neither an object nor null, a key is unknown, or the value of a key
            has a wrong type or range.
    """
    if value is None:
        return None
    return _read_object(name, value, _OPTIONS, "an object or null")


def read_subscription_options(value: object) -> dict[str, str]:
    """Validate the `options` of a subscription: the secret and the algorithm of its signatures, or null.

    Raises:
        InvalidRequestError: As `read_options`.
    """
    readers = {key: read for key, read in _WEBHOOK.items() if key != "endpoint"}
    found = {} if value is None else _read_object("options", value, readers, "an object or null")
    return cast("dict[str, str]", found)


def _read_object(
    name: str, value: object, readers: dict[str, Callable[[str, object], None]], expected: str
) -> dict[str, object]:
    if not isinstance(value, dict):
        raise _errors.wrong_type(name, value, expected)
    found = cast("dict[str, object]", value)
    for key, each in found.items():
        read = readers.get(key)
        if read is None:
            raise unknown_option(f"{name}.{key}", [f"{name}.{known}" for known in readers])
        read(f"{name}.{key}", each)
    return found


def unknown_option(name: str, known: list[str]) -> _errors.InvalidRequestError:
    """Return the error for the parameter `name`, which is not one of `known`."""
    parent, _, key = name.rpartition(".")
    successor = f"{parent}.webhook"
    if key in FORMER_OPTIONS and successor in known:
        return _errors.former_option(name, successor)
    return _errors.unknown_parameter(name, known)


def _read_string(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise _errors.wrong_type(name, value, "a string")
    _errors.refuse_lone_surrogate(name, value)
    return value


def _read_one_of(name: str, value: object, allowed: Iterable[str]) -> None:
    if _read_string(name, value) not in allowed:
        raise _errors.not_one_of(name, value, allowed)


def _read_flash_message(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise _errors.wrong_type(name, value, "true or false")


def _check_length(name: str, value: str, least: int, most: int) -> None:
    if not least <= len(value) <= most:
        raise _errors.wrong_length(name, len(value), least, most)


def read_endpoint(name: str, value: object) -> None:
    """Check the URL of a receiver. Raises as `read_options` does."""
    url = _read_string(name, value)
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # no IPv6 address in brackets, or a port out of range
        has_host = False
    if not has_host or not _URL.fullmatch(url):
        raise _errors.bad_endpoint(name, url)
    _check_length(name, url, 1, ENDPOINT_LIMIT)


def read_hmac_secret(name: str, value: object) -> None:
    """Check the key of a signature. Raises as `read_options` does."""
    if not isinstance(value, str):
        raise _errors.secret_not_string(name)
    _errors.refuse_lone_surrogate(name, value)
    _check_length(name, value, 1, SECRET_LIMIT)


def read_hmac_algorithm(name: str, value: object) -> None:
    """Check the hash function of a signature. Raises as `read_options` does."""
    _read_one_of(name, value, HMAC_ALGORITHMS)


def _read_webhook(name: str, value: object) -> None:
    found = _read_object(name, value, _WEBHOOK, "an object")
    if "endpoint" not in found:
        raise _errors.missing_parameter(f"{name}.endpoint", "the URL that delivery events are sent to")


_WEBHOOK: dict[str, Callable[[str, object], None]] = {
    "endpoint": read_endpoint,
    "hmac_secret": read_hmac_secret,
    "hmac_algo": read_hmac_algorithm,
}
_OPTIONS: dict[str, Callable[[str, object], None]] = {
    "force_encoding": lambda name, value: (
        # Null means the same as an absent key: detect the encoding.
        None if value is None else _read_one_of(name, value, ENCODINGS)
    ),
    "nature": lambda name, value: _read_one_of(name, value, NATURES),
    "flash_message": _read_flash_message,
    "user_data": lambda name, value: _check_length(name, _read_string(name, value), 0, USER_DATA_LIMIT),
    "webhook": _read_webhook,
}
