"""The command line: `callr-sms-emulator serve`."""

import logging
import math
import os
import re
import socket
import sys
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from callr_sms_emulator._app import create_app
from callr_sms_emulator._config import DEFAULT_LOGIN, DEFAULT_PASSWORD, Config
from callr_sms_emulator._lifecycle import Timings
from callr_sms_emulator._server import Server, base_url, listen
from callr_sms_emulator._sqlite import MEMORY, SqliteStore
from callr_sms_emulator._store import StoreError

PROGRAM = "callr-sms-emulator"
ENVIRONMENT_PREFIX = "CALLR_EMULATOR_"

_DEFAULT_ACCOUNT = f"{DEFAULT_LOGIN}:{DEFAULT_PASSWORD}"
_DATABASE_FILE = "emulator.sqlite3"
_PRICE = re.compile(r"[0-9]{1,6}(\.[0-9]{1,2})?")
_DIGITS = re.compile(r"[0-9]{1,11}")
_MCC_MNC = re.compile(r"([0-9]{5,6})?")

# Without rich markup an error is plain text that does not depend on the width of the terminal.
application = typer.Typer(
    name=PROGRAM,
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line."""
    application()


def data_folder() -> Path:
    """Give the folder for the emulator's data by the platform's convention (XDG on Linux)."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        given = os.environ.get("XDG_DATA_HOME", "")
        # The XDG specification: a path that is not absolute is to be ignored.
        base = Path(given) if given.startswith("/") else Path.home() / ".local" / "share"
    return base / PROGRAM


def _read_accounts(values: list[str]) -> list[str]:
    for value in values:
        login, _, password = value.partition(":")
        if not (login and password):
            # The value is not repeated: it may well be a password.
            raise typer.BadParameter("expected LOGIN:PASSWORD, neither of them empty")
    return values


def _read_shortcodes(values: list[str]) -> list[str]:
    return [_match(value, _DIGITS, "1 to 11 digits") for value in values]


def _read_stop_number(value: str) -> str:
    return _match(value, _DIGITS, "1 to 11 digits")


def _read_price(value: str) -> str:
    return _match(value, _PRICE, "cents with at most two decimals, like 7.80")


def _read_network(value: str) -> str:
    return _match(value, _MCC_MNC, "5 or 6 digits (MCC and MNC), or nothing")


def _read_speed(value: float) -> float:
    if not (math.isfinite(value) and value > 0):
        raise typer.BadParameter(f"{value} is not a speed: expected a number above 0")
    return value


def _match(value: str, shape: re.Pattern[str], expected: str) -> str:
    if not shape.fullmatch(value):
        raise typer.BadParameter(f"{value!r}: expected {expected}")
    return value


def _show_version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"{PROGRAM} {version(PROGRAM)}")
        raise typer.Exit


def _on_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    _show_version(wanted=wanted)


@application.callback()
def _program(
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and exit.", callback=_on_version, is_eager=True),
    ] = False,
) -> None:
    """Serve the CALLR SMS REST API v1.1 on your own machine: no phone, no bill, no network."""


def _env(name: str) -> str:
    return ENVIRONMENT_PREFIX + name


@application.command()
def serve(  # noqa: PLR0913 - the flags of a command are its parameters
    *,
    host: Annotated[str, typer.Option(envvar=_env("HOST"), help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(envvar=_env("PORT"), min=0, max=65535, help="Port to listen on; 0 takes a free one."),
    ] = 8767,
    database: Annotated[
        str,
        typer.Option(
            envvar=_env("DATABASE"),
            metavar="FILE",
            help="SQLite file, or :memory:. By default a file in your data folder.",
            show_default=False,
        ),
    ] = "",
    account: Annotated[
        list[str],
        typer.Option(
            envvar=_env("ACCOUNT"),
            metavar="LOGIN:PASSWORD",
            callback=_read_accounts,
            help="An API account; may be repeated.",
        ),
    ] = [_DEFAULT_ACCOUNT],  # noqa: B006 - typer reads it, nobody changes it
    shortcode: Annotated[
        list[str],
        typer.Option(
            envvar=_env("SHORTCODE"),
            metavar="DIGITS",
            callback=_read_shortcodes,
            help="A sender of digits only that the accounts may use; may be repeated.",
            show_default=False,
        ),
    ] = [],  # noqa: B006 - as above
    stop_number: Annotated[
        str,
        typer.Option(
            envvar=_env("STOP_NUMBER"),
            metavar="DIGITS",
            callback=_read_stop_number,
            help="What %STOPNUM% becomes.",
        ),
    ] = "36111",
    price: Annotated[
        str,
        typer.Option(
            envvar=_env("PRICE"), metavar="CENTS", callback=_read_price, help="Debit for each part."
        ),
    ] = "7.80",
    network: Annotated[
        str,
        typer.Option(
            envvar=_env("NETWORK"),
            metavar="DIGITS",
            callback=_read_network,
            help="MCC and MNC of the mobile network that every SMS reports.",
        ),
    ] = "42509",
    speed: Annotated[
        float,
        typer.Option(
            envvar=_env("SPEED"),
            metavar="FACTOR",
            callback=_read_speed,
            help="How many times faster than usual an SMS goes from status to status.",
        ),
    ] = 1.0,
    durable: Annotated[
        bool,
        typer.Option(
            "--durable",
            envvar=_env("DURABLE"),
            help="Wait for the disk at each commit (survives a power cut).",
        ),
    ] = False,
) -> None:
    """Serve the API until Ctrl-C or SIGTERM."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    config = Config(
        accounts=dict(_split_account(each) for each in account),
        shortcodes=frozenset(shortcode),
        stop_number=stop_number,
        price=Decimal(price),
        network=network,
        timings=Timings().faster(speed),
    )
    listener = _open_listener(host, port)
    store = _open_store(database or str(data_folder() / _DATABASE_FILE), durable=durable)
    try:
        lines = _start_lines(listener, config, store)
        Server(create_app(config, store=store), listener, lambda: typer.echo(lines)).serve_until_stopped()
    finally:
        store.close()


def _split_account(account: str) -> tuple[str, str]:
    login, _, password = account.partition(":")
    return login, password


def _open_listener(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        reason = error.strerror or error
        _fail(f"cannot listen on {host}, port {port}: {reason}; choose others with --host or --port")


def _open_store(database: str, *, durable: bool) -> SqliteStore:
    try:
        return SqliteStore(database, durable=durable)
    except StoreError as error:
        _fail(str(error))


def _fail(message: str) -> NoReturn:
    typer.echo(f"{PROGRAM}: {message}", err=True)
    raise typer.Exit(1)


def _start_lines(listener: socket.socket, config: Config, store: SqliteStore) -> str:
    """Say what is where. Other programs read the first line: its form is a promise."""
    published = (DEFAULT_LOGIN, DEFAULT_PASSWORD)
    accounts = [
        f"{login}:{password}" if (login, password) == published else f"{login} (password as given)"
        for login, password in config.accounts.items()
    ]
    kept = "in memory, gone at the end" if store.database == MEMORY else store.database
    return "\n".join(
        [
            f"{PROGRAM}: listening on {base_url(listener)}",
            f"{PROGRAM}: account {', '.join(accounts)}",
            f"{PROGRAM}: database {kept}",
        ]
    )
