"""The command line: `callr-sms-emulator serve`."""

import gc
import os
import socket
import sys
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from callr_sms_emulator import _log, _reference
from callr_sms_emulator._api import BASE_PATH, CONTROL_PATH
from callr_sms_emulator._handlers import create_app
from callr_sms_emulator._server import (
    Certificate,
    Server,
    TlsError,
    base_url,
    find_certificate,
    listen,
    raise_file_limit,
)
from callr_sms_emulator._settings import (
    DEFAULT_ALLOWED_ADDRESSES,
    DEFAULT_LOGIN,
    DEFAULT_NUMBER,
    DEFAULT_PASSWORD,
    Config,
)
from callr_sms_emulator._sms import Timings
from callr_sms_emulator._storage import MEMORY, SqliteStore, StoreError
from callr_sms_emulator.cli.flags import (
    Account,
    AdminToken,
    AnyAccount,
    Database,
    Durable,
    Host,
    Journal,
    LogFormat,
    LogLevel,
    Network,
    Number,
    Port,
    Price,
    Seed,
    Shortcode,
    Speed,
    StopNumber,
    Tls,
    TlsCertificate,
    TlsKey,
    WebhooksTimeout,
    WebhooksTo,
)

PROGRAM = "callr-sms-emulator"

_DEFAULT_ACCOUNT = f"{DEFAULT_LOGIN}:{DEFAULT_PASSWORD}"
_DEFAULT_PRICE = Decimal("7.80")
_DATABASE_FILE = "emulator.sqlite3"
_OBJECTS_BETWEEN_COLLECTIONS = 50_000

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
    """Return the folder for the emulator's data, by the convention of the platform (XDG on Linux)."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        given = os.environ.get("XDG_DATA_HOME", "")
        # The XDG specification says to ignore a path that is not absolute.
        base = Path(given) if given.startswith("/") else Path.home() / ".local" / "share"
    return base / PROGRAM


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer passes it by position
    if wanted:
        typer.echo(f"{PROGRAM} {version(PROGRAM)}")
        raise typer.Exit


@application.callback()
def _program(
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Serve the CALLR SMS REST API v1.1 on your own machine: no phone, no bill, no network."""


@application.command()
def serve(  # noqa: PLR0913 - the options of a command are its parameters
    *,
    host: Host = "127.0.0.1",
    port: Port = 8767,
    database: Database = "",
    account: Account = [_DEFAULT_ACCOUNT],  # noqa: B006 - typer reads it, nothing changes it
    any_account: AnyAccount = False,
    admin_token: AdminToken = "",
    seed: Seed = "",
    shortcode: Shortcode = [],  # noqa: B006 - as above
    stop_number: StopNumber = "36111",
    number: Number = DEFAULT_NUMBER,
    price: Price = _DEFAULT_PRICE,
    network: Network = "42509",
    speed: Speed = 1.0,
    webhooks_to: WebhooksTo = DEFAULT_ALLOWED_ADDRESSES,
    webhooks_timeout: WebhooksTimeout = 10.0,
    journal: Journal = 1000,
    durable: Durable = False,
    tls: Tls = False,
    tls_certificate: TlsCertificate = None,
    tls_key: TlsKey = None,
    log_format: LogFormat = "text",
    log_level: LogLevel = "warning",
) -> None:
    """Serve the API until Ctrl-C or SIGTERM."""
    _log.configure(log_format, log_level)
    config = Config(
        accounts=dict(each.split(":", 1) for each in account),
        any_account=any_account,
        admin_token=admin_token or None,
        seed=seed or None,
        shortcodes=frozenset(shortcode),
        stop_number=stop_number,
        number=number,
        price=price,
        network=network,
        timings=Timings().faster(speed),
        webhooks_to=webhooks_to,
        webhooks_timeout=webhooks_timeout,
        journal=journal,
    )
    certificate = _find_certificate(tls_certificate, tls_key, wanted=tls)
    raise_file_limit()
    # Garbage is collected less often than by default: thousands of concurrent requests and webhooks are many
    # objects, but hardly any reference cycles.
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    listener = _open_listener(host, port)
    try:
        store = SqliteStore(database or str(data_folder() / _DATABASE_FILE), durable=durable)
    except StoreError as error:
        _fail(str(error))
    try:
        lines = _start_lines(listener, config, store, certificate)
        app = create_app(config, store=store)
        Server(app, listener, lambda: typer.echo(lines), certificate).serve_until_stopped()
    finally:
        store.close()


def _find_certificate(chain: Path | None, key: Path | None, *, wanted: bool) -> Certificate | None:
    """Return the certificate to use, or None for plain HTTP."""
    if chain is not None:
        certificate = Certificate(chain, key or chain)
        try:
            certificate.check()
        except TlsError as error:
            flags = "'--tls-certificate'" if key is None else "'--tls-certificate' with '--tls-key'"
            raise typer.BadParameter(str(error), param_hint=flags) from None
        return certificate
    if key is not None:
        expected = "expected --tls-certificate with the certificate of this key"
        raise typer.BadParameter(f"'{key}' without a certificate: {expected}", param_hint="'--tls-key'")
    try:
        return find_certificate(data_folder() / "tls") if wanted else None
    except TlsError as error:
        _fail(str(error))


def _open_listener(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except (OSError, UnicodeError) as error:  # UnicodeError: the host is not a valid name
        reason = getattr(error, "strerror", None) or error
        _fail(f"cannot listen on {host}, port {port}: {reason}; choose another address with --host or --port")


def _fail(message: str) -> NoReturn:
    typer.echo(f"{PROGRAM}: {message}", err=True)
    raise typer.Exit(1)


def _start_lines(
    listener: socket.socket, config: Config, store: SqliteStore, certificate: Certificate | None
) -> str:
    """Return the lines that are printed at the start. Programs parse the first one, so its form is stable."""
    published = (DEFAULT_LOGIN, DEFAULT_PASSWORD)
    accounts = [
        f"{login}:{password}" if (login, password) == published else f"{login} (password as given)"
        for login, password in config.accounts.items()
    ]
    database = "in memory, lost when the emulator stops" if store.database == MEMORY else store.database
    url = base_url(listener, tls=certificate is not None)
    origin = url.removesuffix(BASE_PATH)
    lines = [
        f"listening on {url}",
        f"account {', '.join(accounts)}",
        f"database {database}",
        f"control API {origin}{CONTROL_PATH}openapi.json",
    ]
    if certificate is not None and certificate.authority is not None:
        lines.append(f"authority to trust {certificate.authority}")
    if _reference.is_built():
        lines.append(f"reference {origin}{_reference.PATH}")
    return "\n".join(f"{PROGRAM}: {line}" for line in lines)
