"""The options of `serve`: names, environment variables and help texts."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from callr_sms_emulator import _log
from callr_sms_emulator._settings import AllowedAddresses, read_host, read_origin
from callr_sms_emulator._sms import TrafficRules as Rules
from callr_sms_emulator.cli import readers

ENVIRONMENT_PREFIX = "CALLR_EMULATOR_"


def _option(name: str, metavar: str | None, text: str, *flags: str, **more: Any) -> Any:  # noqa: ANN401 - as in typer
    """Return an option whose environment variable is `ENVIRONMENT_PREFIX` and `name`."""
    return typer.Option(*flags, envvar=ENVIRONMENT_PREFIX + name, metavar=metavar, help=text, **more)


Host = Annotated[
    list[str],
    _option(
        "HOST",
        "ADDRESS",
        "Address to listen on; can be repeated. localhost is 127.0.0.1 and ::1.",
        parser=readers.read_address,
    ),
]
PathPrefix = Annotated[
    str,
    _option(
        "PATH_PREFIX",
        "PATH",
        "What every path begins with, like /sms-emulator, behind a proxy that passes it on.",
        parser=readers.read_prefix,
        show_default=False,
    ),
]
Port = Annotated[
    int, _option("PORT", "NUMBER", "Port to listen on; 0 picks a free one.", parser=readers.read_port)
]
AllowHost = Annotated[
    list[str],
    _option(
        "ALLOW_HOST",
        "NAME",
        "A host name by which clients reach the emulator, besides localhost; can be repeated.",
        parser=readers.read_text(read_host),
        show_default=False,
    ),
]
Cors = Annotated[
    list[str],
    _option(
        "CORS",
        "ORIGIN",
        "An origin whose web pages may use the emulator, like http://localhost:3000; can be repeated.",
        parser=readers.read_text(read_origin),
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
        parser=readers.read_account,
        callback=readers.reject_repeated,
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
        parser=readers.read_token,
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
        parser=readers.read_number,
    ),
]
Shortcode = Annotated[
    list[str],
    _option(
        "SHORTCODE",
        "DIGITS",
        "A sender of digits that the accounts may use; can be repeated.",
        parser=readers.read_digits,
        show_default=False,
    ),
]
StopNumber = Annotated[
    str,
    _option("STOP_NUMBER", "DIGITS", "Number that replaces %STOPNUM% in a text.", parser=readers.read_digits),
]
Price = Annotated[
    Decimal, _option("PRICE", "CENTS", "Debit for each part of an SMS.", parser=readers.read_price)
]
Network = Annotated[
    str,
    _option(
        "NETWORK", "DIGITS", "MCC and MNC of the mobile network in every SMS.", parser=readers.read_network
    ),
]
Speed = Annotated[
    float,
    _option(
        "SPEED",
        "FACTOR",
        "How many times faster than by default an SMS changes its status.",
        parser=readers.read_speed,
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
        parser=readers.read_webhooks_to,
        show_default="private",
    ),
]
WebhooksTimeout = Annotated[
    float,
    _option(
        "WEBHOOKS_TIMEOUT",
        "SECONDS",
        "How long a receiver of webhooks may take to accept a connection, and again to respond.",
        parser=readers.read_timeout,
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
        parser=readers.read_journal,
    ),
]
KeepCount = Annotated[
    int | None,
    _option(
        "KEEP_COUNT",
        "NUMBER",
        "How many SMS of each account are kept, at least 1; the oldest are removed. By default all.",
        parser=readers.read_keep_count,
        show_default=False,
    ),
]
KeepAge = Annotated[
    int | None,
    _option(
        "KEEP_AGE",
        "DURATION",
        "How long SMS are kept, by the clock of their account, like 12h or 30d. By default for ever.",
        parser=readers.read_keep_age,
        show_default=False,
    ),
]
KeepSize = Annotated[
    int | None,
    _option(
        "KEEP_SIZE",
        "SIZE",
        "How much of the database is kept, like 500M or 2G; the oldest SMS are removed. By default all.",
        parser=readers.read_keep_size,
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
ExitOnStdinClose = Annotated[
    bool,
    _option(
        "EXIT_ON_STDIN_CLOSE",
        None,
        "End when the standard input closes, as a pipe does when the program that started this one ends.",
        "--exit-on-stdin-close",
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
