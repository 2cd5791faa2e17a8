"""The options of `serve`: names, environment variables, help texts and validation."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from callr_sms_emulator import _log
from callr_sms_emulator._clock import read_duration
from callr_sms_emulator._settings import AllowedAddresses, read_allowed_addresses, read_host, read_origin
from callr_sms_emulator._sms import TrafficRules as Rules

ENVIRONMENT_PREFIX = "CALLR_EMULATOR_"

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


def _option(name: str, metavar: str | None, text: str, *flags: str, **more: Any) -> Any:  # noqa: ANN401 - as in typer
    """Return an option whose environment variable is `ENVIRONMENT_PREFIX` and `name`."""
    return typer.Option(*flags, envvar=ENVIRONMENT_PREFIX + name, metavar=metavar, help=text, **more)


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


_read_port = _reader(r"[0-9]{1,5}", f"0 to {_LAST_PORT}", int, lambda port: port <= _LAST_PORT)
_read_host = _reader(r"\S+", "an address or a host name", str)
_read_number = _reader(
    r"\+[1-9][0-9]{6,14}|[0-9]{3,8}",
    "E.164 with the plus, 7 to 15 digits, the first not 0, or a shortcode of 3 to 8 digits",
    str,
)
_read_digits = _reader(r"[0-9]{1,11}", "1 to 11 digits", str)
_read_price = _reader(r"[0-9]{1,6}(\.[0-9]{1,2})?", "cents with at most two decimals, like 7.80", Decimal)
_read_network = _reader(r"([0-9]{5,6})?", "5 or 6 digits (MCC and MNC), or nothing", str)
_read_speed = _reader(_DECIMAL, "a number above 0, like 10 or 0.5", float, lambda speed: speed > 0)
_read_timeout = _reader(
    _DECIMAL,
    f"seconds, above 0 and at most {_LONGEST_TIMEOUT}",
    float,
    lambda seconds: 0 < seconds <= _LONGEST_TIMEOUT,
)
_read_journal = _reader(
    r"[0-9]{1,5}", f"0 to {_LONGEST_JOURNAL}", int, lambda count: count <= _LONGEST_JOURNAL
)


_read_keep_count = _reader(r"[0-9]{1,9}", "1 to 999999999", int, lambda count: count > 0)


def _read_keep_age(value: object) -> int:
    found = read_duration(str(value))
    if not found:
        raise typer.BadParameter(f"{value!r}: expected a duration above 0 like 30m, 12h or 30d")
    return found


def _read_keep_size(value: object) -> int:
    found = _SIZE.fullmatch(str(value))
    size = 0 if found is None else int(found[1]) * 1024 ** _SUFFIXES.index(found[2].upper())
    if size < _LEAST_SIZE:
        raise typer.BadParameter(f"{value!r}: expected a size of at least 1M, like 500M or 2G")
    return size


def _read_prefix(value: object) -> str:
    text = str(value).rstrip("/")
    if text and not _PREFIX.fullmatch(text):
        raise typer.BadParameter(
            f"{value!r}: expected a path of letters, digits, -, ., _ and ~, like /sms-emulator"
        )
    return text


def _read_account(value: str) -> str:
    login, _, password = value.partition(":")
    if not (login and password):
        # The value is not repeated, because it may be a password.
        raise typer.BadParameter("expected LOGIN:PASSWORD, neither of them empty")
    return value


def _reject_repeated(accounts: list[str]) -> list[str]:
    logins = [account.partition(":")[0] for account in accounts]
    for login in logins:
        if logins.count(login) > 1:
            raise typer.BadParameter(f"login {login!r} twice: expected each account once")
    return accounts


def _read_token(value: str) -> str:
    if value and not _TOKEN.fullmatch(value):
        # The value is not repeated, because it is a secret.
        raise typer.BadParameter("expected 8 to 128 characters of A-Z, a-z, 0-9, -, ., _, ~, +, / and =")
    return value


def _read_webhooks_to(value: object) -> AllowedAddresses:
    if isinstance(value, AllowedAddresses):  # typer also passes the default to a parser
        return value
    try:
        return read_allowed_addresses(str(value))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _read_text(read: Callable[[str], str]) -> Callable[[object], str]:
    """Return a parser whose errors are those of `read`."""

    def parse(value: object) -> str:
        try:
            return read(str(value))
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    return parse


Host = Annotated[
    list[str],
    _option(
        "HOST",
        "ADDRESS",
        "Address to listen on; can be repeated. localhost is 127.0.0.1 and ::1.",
        parser=_read_host,
    ),
]
PathPrefix = Annotated[
    str,
    _option(
        "PATH_PREFIX",
        "PATH",
        "What every path begins with, like /sms-emulator, behind a proxy that passes it on.",
        parser=_read_prefix,
        show_default=False,
    ),
]
Port = Annotated[int, _option("PORT", "NUMBER", "Port to listen on; 0 picks a free one.", parser=_read_port)]
AllowHost = Annotated[
    list[str],
    _option(
        "ALLOW_HOST",
        "NAME",
        "A host name by which clients reach the emulator, besides localhost; can be repeated.",
        parser=_read_text(read_host),
        show_default=False,
    ),
]
Cors = Annotated[
    list[str],
    _option(
        "CORS",
        "ORIGIN",
        "An origin whose web pages may use the emulator, like http://localhost:3000; can be repeated.",
        parser=_read_text(read_origin),
        show_default=False,
    ),
]
Database = Annotated[
    str,
    _option(
        "DATABASE",
        "FILE|URL",
        "SQLite file, :memory:, or postgresql://USER:PASSWORD@HOST/NAME, which several emulators may share. "
        "The default is a file in your data folder.",
        show_default=False,
    ),
]
Account = Annotated[
    list[str],
    _option(
        "ACCOUNT",
        "LOGIN:PASSWORD",
        "An API account; can be repeated.",
        parser=_read_account,
        callback=_reject_repeated,
    ),
]
AnyAccount = Annotated[
    bool,
    _option(
        "ANY_ACCOUNT",
        None,
        "Create an account for each unknown login, with the password of its first request.",
        "--any-account",
    ),
]
AdminToken = Annotated[
    str,
    _option(
        "ADMIN_TOKEN",
        "TOKEN",
        "Token for the endpoints that concern all accounts, as `Authorization: Bearer TOKEN`. By default "
        "nobody has access to them.",
        parser=_read_token,
        show_default=False,
    ),
]
Seed = Annotated[
    str,
    _option(
        "SEED",
        "TEXT",
        "Generate the same hashes and identifiers in every run. By default they are random.",
        show_default=False,
    ),
]
Number = Annotated[
    str,
    _option(
        "NUMBER",
        "DIGITS",
        "Number of the accounts, in E.164 or a shortcode: incoming SMS are sent to it, and it is a sender.",
        parser=_read_number,
    ),
]
Shortcode = Annotated[
    list[str],
    _option(
        "SHORTCODE",
        "DIGITS",
        "A sender of digits that the accounts may use; can be repeated.",
        parser=_read_digits,
        show_default=False,
    ),
]
StopNumber = Annotated[
    str, _option("STOP_NUMBER", "DIGITS", "Number that replaces %STOPNUM% in a text.", parser=_read_digits)
]
Price = Annotated[Decimal, _option("PRICE", "CENTS", "Debit for each part of an SMS.", parser=_read_price)]
Network = Annotated[
    str,
    _option("NETWORK", "DIGITS", "MCC and MNC of the mobile network in every SMS.", parser=_read_network),
]
Speed = Annotated[
    float,
    _option(
        "SPEED",
        "FACTOR",
        "How many times faster than by default an SMS changes its status.",
        parser=_read_speed,
    ),
]
TrafficRules = Annotated[
    Rules,
    _option(
        "TRAFFIC_RULES",
        None,
        "france: marketing to French numbers waits at night, on Sundays and on public holidays, and a reply "
        "STOP unsubscribes.",
    ),
]
WebhooksTo = Annotated[
    AllowedAddresses,
    _option(
        "WEBHOOKS_TO",
        "LIST",
        "Where webhooks may be sent to: loopback, private (includes loopback), any, or host names, addresses "
        "and networks, separated by commas.",
        parser=_read_webhooks_to,
        show_default="private",
    ),
]
WebhooksTimeout = Annotated[
    float,
    _option(
        "WEBHOOKS_TIMEOUT",
        "SECONDS",
        "How long a receiver of webhooks may take to accept a connection, and again to respond.",
        parser=_read_timeout,
    ),
]
NoPage = Annotated[bool, _option("NO_PAGE", None, "Serve no inbox page.", "--no-page")]
ReadOnly = Annotated[
    bool,
    _option(
        "READ_ONLY",
        None,
        "Let the inbox page change nothing. Programs with the credentials of an account still can.",
        "--read-only",
    ),
]
Journal = Annotated[
    int,
    _option(
        "JOURNAL",
        "NUMBER",
        "How many requests of each account are kept in memory; 0: none.",
        parser=_read_journal,
    ),
]
KeepCount = Annotated[
    int | None,
    _option(
        "KEEP_COUNT",
        "NUMBER",
        "How many SMS of each account are kept, at least 1; the oldest are removed. By default all.",
        parser=_read_keep_count,
        show_default=False,
    ),
]
KeepAge = Annotated[
    int | None,
    _option(
        "KEEP_AGE",
        "DURATION",
        "How long SMS are kept, by the clock of their account, like 12h or 30d. By default for ever.",
        parser=_read_keep_age,
        show_default=False,
    ),
]
KeepSize = Annotated[
    int | None,
    _option(
        "KEEP_SIZE",
        "SIZE",
        "How much of the database is kept, like 500M or 2G; the oldest SMS are removed. By default all.",
        parser=_read_keep_size,
        show_default=False,
    ),
]
LogFormat = Annotated[
    _log.LogFormat, _option("LOG_FORMAT", None, "Format of the log, which is written to standard error.")
]
LogLevel = Annotated[
    _log.LogLevel, _option("LOG_LEVEL", None, "Lowest level that is logged; info includes each request.")
]
Durable = Annotated[
    bool,
    _option(
        "DURABLE",
        None,
        "Wait for the disk at each commit, so that a confirmed SMS survives a power failure.",
        "--durable",
    ),
]
Tls = Annotated[
    bool,
    _option(
        "TLS",
        None,
        "Serve HTTPS with a generated certificate for the vendor's host and this machine.",
        "--tls",
    ),
]
TlsCertificate = Annotated[
    Path | None,
    _option(
        "TLS_CERTIFICATE",
        "FILE",
        "Serve HTTPS with this certificate (PEM, with its chain).",
        parser=Path,
        show_default=False,
    ),
]
TlsKey = Annotated[
    Path | None,
    _option(
        "TLS_KEY",
        "FILE",
        "Key of --tls-certificate, if it is in another file (PEM).",
        parser=Path,
        show_default=False,
    ),
]
