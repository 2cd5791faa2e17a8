"""The flags of `serve`: their names, environment variables, help, and what is accepted."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from callr_sms_emulator import _log
from callr_sms_emulator._settings import AllowedAddresses, read_allowed_addresses

ENVIRONMENT_PREFIX = "CALLR_EMULATOR_"

_PORT = re.compile(r"[0-9]{1,5}")
_LAST_PORT = 65535
_DIGITS = re.compile(r"[0-9]{1,11}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{8,128}=*")  # RFC 6750, 2.1; a shorter one is no secret
_PRICE = re.compile(r"[0-9]{1,6}(\.[0-9]{1,2})?")
_MCC_MNC = re.compile(r"([0-9]{5,6})?")
_LONGEST_TIMEOUT = 300
_COUNT = re.compile(r"[0-9]{1,5}")
_LONGEST_JOURNAL = 10_000
_SPEED = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


def _env(name: str) -> str:
    return ENVIRONMENT_PREFIX + name


def _match(value: object, shape: re.Pattern[str], expected: str) -> str:
    text = str(value)  # typer hands defaults to a parser as they are
    if not shape.fullmatch(text):
        raise typer.BadParameter(f"{text!r}: expected {expected}")
    return text


def _read_port(value: str) -> int:
    port = int(_match(value, _PORT, f"0 to {_LAST_PORT}"))
    if port > _LAST_PORT:
        raise typer.BadParameter(f"'{port}': expected 0 to {_LAST_PORT}")
    return port


def _read_account(value: str) -> str:
    login, _, password = value.partition(":")
    if not (login and password):
        # The value is not repeated: it may well be a password.
        raise typer.BadParameter("expected LOGIN:PASSWORD, neither of them empty")
    return value


def _refuse_repeated(accounts: list[str]) -> list[str]:
    logins = [account.partition(":")[0] for account in accounts]
    for login in logins:
        if logins.count(login) > 1:
            raise typer.BadParameter(f"login {login!r} twice: expected each account once")
    return accounts


def _read_token(value: str) -> str:
    if value and not _TOKEN.fullmatch(value):
        # The value is not repeated: it is a secret.
        raise typer.BadParameter("expected 8 to 128 of A-Z, a-z, 0-9, -, ., _, ~, +, / and =")
    return value


def _read_number(value: str) -> str:
    return _match(value, _E164, "E.164 with the plus, 7 to 15 digits, the first not 0")


def _read_digits(value: str) -> str:
    return _match(value, _DIGITS, "1 to 11 digits")


def _read_price(value: str) -> Decimal:
    return Decimal(_match(value, _PRICE, "cents with at most two decimals, like 7.80"))


def _read_network(value: str) -> str:
    return _match(value, _MCC_MNC, "5 or 6 digits (MCC and MNC), or nothing")


def _read_webhooks_to(value: object) -> AllowedAddresses:
    if isinstance(value, AllowedAddresses):  # typer hands defaults to a parser as they are
        return value
    try:
        return read_allowed_addresses(str(value))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _read_timeout(value: str) -> float:
    expected = f"seconds, above 0 and at most {_LONGEST_TIMEOUT}"
    seconds = float(_match(value, _SPEED, expected))
    if not 0 < seconds <= _LONGEST_TIMEOUT:
        raise typer.BadParameter(f"'{value}': expected {expected}")
    return seconds


def _read_journal(value: str) -> int:
    expected = f"0 to {_LONGEST_JOURNAL}"
    count = int(_match(value, _COUNT, expected))
    if count > _LONGEST_JOURNAL:
        raise typer.BadParameter(f"'{value}': expected {expected}")
    return count


def _read_speed(value: str) -> float:
    expected = "a number above 0, like 10 or 0.5"
    speed = float(_match(value, _SPEED, expected))
    if speed <= 0:
        raise typer.BadParameter(f"'{value}': expected {expected}")
    return speed


def _read_file(value: object) -> Path:
    path = Path(str(value))
    if not path.is_file():
        raise typer.BadParameter(f"'{path}' is not a file: expected one in PEM")
    return path


Host = Annotated[str, typer.Option(envvar=_env("HOST"), metavar="ADDRESS", help="Address to listen on.")]
Port = Annotated[
    int,
    typer.Option(
        envvar=_env("PORT"),
        metavar="NUMBER",
        parser=_read_port,
        help="Port to listen on; 0 takes a free one.",
    ),
]
Database = Annotated[
    str,
    typer.Option(
        envvar=_env("DATABASE"),
        metavar="FILE",
        help="SQLite file, or :memory:. By default a file in your data folder.",
        show_default=False,
    ),
]
Account = Annotated[
    list[str],
    typer.Option(
        envvar=_env("ACCOUNT"),
        metavar="LOGIN:PASSWORD",
        parser=_read_account,
        callback=_refuse_repeated,
        help="An API account; may be repeated.",
    ),
]
AnyAccount = Annotated[
    bool,
    typer.Option(
        "--any-account",
        envvar=_env("ANY_ACCOUNT"),
        help="Make an account of any login that is new, with the password that comes with it.",
    ),
]
AdminToken = Annotated[
    str,
    typer.Option(
        envvar=_env("ADMIN_TOKEN"),
        metavar="TOKEN",
        parser=_read_token,
        help="Lets in to what concerns all accounts, as `Authorization: Bearer TOKEN`. By default nobody.",
        show_default=False,
    ),
]
Seed = Annotated[
    str,
    typer.Option(
        envvar=_env("SEED"),
        metavar="TEXT",
        help="Make the same hashes and identifiers in every run. By default others each time.",
        show_default=False,
    ),
]
Number = Annotated[
    str,
    typer.Option(
        envvar=_env("NUMBER"),
        metavar="E.164",
        parser=_read_number,
        help="The number of the accounts: where incoming SMS go to.",
    ),
]
Shortcode = Annotated[
    list[str],
    typer.Option(
        envvar=_env("SHORTCODE"),
        metavar="DIGITS",
        parser=_read_digits,
        help="A sender of digits only that the accounts may use; may be repeated.",
        show_default=False,
    ),
]
StopNumber = Annotated[
    str,
    typer.Option(
        envvar=_env("STOP_NUMBER"), metavar="DIGITS", parser=_read_digits, help="What %STOPNUM% becomes."
    ),
]
Price = Annotated[
    Decimal,
    typer.Option(envvar=_env("PRICE"), metavar="CENTS", parser=_read_price, help="Debit for each part."),
]
Network = Annotated[
    str,
    typer.Option(
        envvar=_env("NETWORK"),
        metavar="DIGITS",
        parser=_read_network,
        help="MCC and MNC of the mobile network that every SMS reports.",
    ),
]
Speed = Annotated[
    float,
    typer.Option(
        envvar=_env("SPEED"),
        metavar="FACTOR",
        parser=_read_speed,
        help="How many times faster than usual an SMS goes from status to status.",
    ),
]
WebhooksTo = Annotated[
    AllowedAddresses,
    typer.Option(
        envvar=_env("WEBHOOKS_TO"),
        metavar="LIST",
        parser=_read_webhooks_to,
        help="Where webhooks may go: loopback, private (loopback too), any, or host names, addresses and "
        "networks, separated by commas.",
        show_default="private",
    ),
]
WebhooksTimeout = Annotated[
    float,
    typer.Option(
        envvar=_env("WEBHOOKS_TIMEOUT"),
        metavar="SECONDS",
        parser=_read_timeout,
        help="How long a receiver of webhooks may take to connect, and again to answer.",
    ),
]
Journal = Annotated[
    int,
    typer.Option(
        envvar=_env("JOURNAL"),
        metavar="NUMBER",
        parser=_read_journal,
        help="How many requests of each account are remembered, in memory; 0: none.",
    ),
]
LogFormat = Annotated[
    _log.LogFormat,
    typer.Option(envvar=_env("LOG_FORMAT"), help="How lines of the log are written, on standard error."),
]
LogLevel = Annotated[
    _log.LogLevel,
    typer.Option(envvar=_env("LOG_LEVEL"), help="What is logged; with info, each request."),
]
Durable = Annotated[
    bool,
    typer.Option(
        "--durable",
        envvar=_env("DURABLE"),
        help="Wait for the disk at each commit, so that an answered SMS survives a power cut.",
    ),
]
Tls = Annotated[
    bool,
    typer.Option(
        "--tls",
        envvar=_env("TLS"),
        help="Serve https with a certificate of its own for the vendor's host and this machine.",
    ),
]
TlsCertificate = Annotated[
    Path | None,
    typer.Option(
        envvar=_env("TLS_CERTIFICATE"),
        metavar="FILE",
        parser=_read_file,
        help="Serve https with this certificate (PEM, with its chain).",
        show_default=False,
    ),
]
TlsKey = Annotated[
    Path | None,
    typer.Option(
        envvar=_env("TLS_KEY"),
        metavar="FILE",
        parser=_read_file,
        help="The key of --tls-certificate, where it is not in the same file (PEM).",
        show_default=False,
    ),
]
