"""Readers of the values of options: each returns a value, or raises an error with what was expected."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

import typer

from callr_sms_emulator._clock import read_duration
from callr_sms_emulator._settings import AllowedAddresses, read_allowed_addresses

_LAST_PORT = 65535
_LONGEST_TIMEOUT = 300
_LONGEST_JOURNAL = 10_000
_DECIMAL = r"[0-9]{1,9}(\.[0-9]{1,9})?"
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{8,128}=*")  # RFC 6750, 2.1; a shorter one is not a secret

_SUFFIXES = ("", "K", "M", "G", "T")
_SIZE = re.compile(r"([0-9]{1,15})([KMGTkmgt]?)")
_LEAST_SIZE = 1024 * 1024

_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+")

T = TypeVar("T")


def _reader(
    shape: str, expected: str, convert: Callable[[str], T], accept: Callable[[T], bool] = lambda _: True
) -> Callable[[object], T]:
    """Return a parser of texts that look like `shape`; errors contain the text and what was expected.

    typer's own types with `min` and `max` accept digits of every script, `1_000` and `nan`, and their message
    for a text that is not a number does not contain the range.
    """
    pattern = re.compile(shape)

    def parse(value: object) -> T:
        text = str(value)  # typer also passes the default to a parser
        if pattern.fullmatch(text):
            found = convert(text)
            if accept(found):
                return found
        raise typer.BadParameter(f"{text!r}: expected {expected}")

    return parse


read_port = _reader(r"[0-9]{1,5}", f"0 to {_LAST_PORT}", int, lambda port: port <= _LAST_PORT)
read_address = _reader(r"\S+", "an address or a host name", str)
read_number = _reader(
    r"\+[1-9][0-9]{6,14}|[0-9]{3,8}",
    "E.164 with the plus, 7 to 15 digits, the first not 0, or a shortcode of 3 to 8 digits",
    str,
)
read_digits = _reader(r"[0-9]{1,11}", "1 to 11 digits", str)
read_price = _reader(r"[0-9]{1,6}(\.[0-9]{1,2})?", "cents with at most two decimals, like 7.80", Decimal)
read_network = _reader(r"([0-9]{5,6})?", "5 or 6 digits (MCC and MNC), or nothing", str)
read_speed = _reader(_DECIMAL, "a number above 0, like 10 or 0.5", float, lambda speed: speed > 0)
read_timeout = _reader(
    _DECIMAL,
    f"seconds, above 0 and at most {_LONGEST_TIMEOUT}",
    float,
    lambda seconds: 0 < seconds <= _LONGEST_TIMEOUT,
)
read_journal = _reader(
    r"[0-9]{1,5}", f"0 to {_LONGEST_JOURNAL}", int, lambda count: count <= _LONGEST_JOURNAL
)
read_keep_count = _reader(r"[0-9]{1,9}", "1 to 999999999", int, lambda count: count > 0)


def read_keep_age(value: object) -> int:
    """Return an age in milliseconds."""
    found = read_duration(str(value))
    if not found:
        raise typer.BadParameter(f"{value!r}: expected a duration above 0 like 30m, 12h or 30d")
    return found


def read_keep_size(value: object) -> int:
    """Return a size in bytes."""
    found = _SIZE.fullmatch(str(value))
    size = 0 if found is None else int(found[1]) * 1024 ** _SUFFIXES.index(found[2].upper())
    if size < _LEAST_SIZE:
        raise typer.BadParameter(f"{value!r}: expected a size of at least 1M, like 500M or 2G")
    return size


def read_prefix(value: object) -> str:
    """Return the prefix of all paths, without a slash at its end."""
    text = str(value).rstrip("/")
    if text and not _PREFIX.fullmatch(text):
        raise typer.BadParameter(
            f"{value!r}: expected a path of letters, digits, -, ., _ and ~, like /sms-emulator"
        )
    return text


def read_account(value: str) -> str:
    """Return a login and a password with a colon between them."""
    login, _, password = value.partition(":")
    if not (login and password):
        # The value is not repeated, because it may be a password.
        raise typer.BadParameter("expected LOGIN:PASSWORD, neither of them empty")
    return value


def reject_repeated(accounts: list[str]) -> list[str]:
    """Return the accounts, each of which has a login of its own."""
    logins = [account.partition(":")[0] for account in accounts]
    for login in logins:
        if logins.count(login) > 1:
            raise typer.BadParameter(f"login {login!r} twice: expected each account once")
    return accounts


def read_token(value: str) -> str:
    """Return a token that can be sent as `Bearer`, or an empty text for none."""
    if value and not _TOKEN.fullmatch(value):
        # The value is not repeated, because it is a secret.
        raise typer.BadParameter("expected 8 to 128 characters of A-Z, a-z, 0-9, -, ., _, ~, +, / and =")
    return value


def read_webhooks_to(value: object) -> AllowedAddresses:
    """Return the addresses that webhooks may be sent to."""
    if isinstance(value, AllowedAddresses):  # typer also passes the default to a parser
        return value
    try:
        return read_allowed_addresses(str(value))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def read_text(read: Callable[[str], str]) -> Callable[[object], str]:
    """Return a parser whose errors are those of `read`."""

    def parse(value: object) -> str:
        try:
            return read(str(value))
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    return parse
