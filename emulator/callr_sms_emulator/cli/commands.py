"""The command line: `callr-sms-emulator serve` and its program."""

import gc
import logging
import signal
import socket
import sys
from dataclasses import replace
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from callr_sms_emulator import _log, _page
from callr_sms_emulator._api import BASE_PATH, CONTROL_PATH
from callr_sms_emulator._handlers import create_app
from callr_sms_emulator._server import (
    Certificate,
    ListenError,
    Server,
    TlsError,
    base_url,
    find_certificate,
    listen_on,
    raise_file_limit,
)
from callr_sms_emulator._settings import (
    DEFAULT_ALLOWED_ADDRESSES,
    DEFAULT_LOGIN,
    DEFAULT_NUMBER,
    DEFAULT_PASSWORD,
    AllowedHosts,
    Config,
)
from callr_sms_emulator._sms import Timings
from callr_sms_emulator._storage import MEMORY, Store, StoreError, open_store
from callr_sms_emulator.cli.data_folder import open_data_folder
from callr_sms_emulator.cli.flags import (
    Account,
    AdminToken,
    AllowHost,
    AnyAccount,
    Cors,
    Database,
    Durable,
    ExitOnStdinClose,
    Host,
    Journal,
    KeepAge,
    KeepCount,
    KeepSize,
    LogFormat,
    LogLevel,
    Network,
    NoPage,
    Number,
    PathPrefix,
    Port,
    Price,
    ReadOnly,
    Seed,
    Shortcode,
    Speed,
    StopNumber,
    Tls,
    TlsCertificate,
    TlsKey,
    TrafficRules,
    WebhooksTimeout,
    WebhooksTo,
)
from callr_sms_emulator.cli.health import health
from callr_sms_emulator.cli.output import PROGRAM, fail, flush, write
from callr_sms_emulator.cli.parent import end_with_stdin

_logger = logging.getLogger(__name__)

_DEFAULT_ACCOUNT = f"{DEFAULT_LOGIN}:{DEFAULT_PASSWORD}"
_DEFAULT_PRICE = Decimal("7.80")
_DATABASE_FILE = "emulator.sqlite3"
_OBJECTS_BETWEEN_COLLECTIONS = 50_000
_KEPT_BLOCK = 2 * 1024 * 1024

# Without rich markup an error is plain text that does not depend on the width of the terminal.
application = typer.Typer(
    name=PROGRAM,
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line."""
    for each in (signal.SIGINT, signal.SIGTERM):
        # As the first process of a container, it gets no signal that it has no handler for.
        signal.signal(each, _end)
    try:
        application()
    finally:
        flush()


def _end(*_: object) -> NoReturn:
    """End with exit code 0, as the server does; another signal must not interrupt that."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(0)


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


application.command("health")(health)


@application.command()
def serve(  # noqa: PLR0913 - the options of a command are its parameters
    *,
    host: Host = ["127.0.0.1"],  # noqa: B006 - typer reads it, nothing changes it
    port: Port = 8767,
    path_prefix: PathPrefix = "",
    allow_host: AllowHost = [],  # noqa: B006 - typer reads it, nothing changes it
    cors: Cors = [],  # noqa: B006 - as above
    database: Database = "",
    account: Account = [_DEFAULT_ACCOUNT],  # noqa: B006 - as above
    any_account: AnyAccount = False,
    admin_token: AdminToken = "",
    seed: Seed = "",
    shortcode: Shortcode = [],  # noqa: B006 - as above
    stop_number: StopNumber = "36111",
    number: Number = DEFAULT_NUMBER,
    price: Price = _DEFAULT_PRICE,
    network: Network = "42509",
    speed: Speed = 1.0,
    traffic_rules: TrafficRules = "none",
    webhooks_to: WebhooksTo = DEFAULT_ALLOWED_ADDRESSES,
    webhooks_timeout: WebhooksTimeout = 10.0,
    no_page: NoPage = False,
    read_only: ReadOnly = False,
    journal: Journal = 1000,
    keep_count: KeepCount = None,
    keep_age: KeepAge = None,
    keep_size: KeepSize = None,
    durable: Durable = False,
    tls: Tls = False,
    tls_certificate: TlsCertificate = None,
    tls_key: TlsKey = None,
    log_format: LogFormat = "text",
    log_level: LogLevel = "warning",
    exit_on_stdin_close: ExitOnStdinClose = False,
) -> None:
    """Serve the API until Ctrl-C or SIGTERM."""
    if exit_on_stdin_close:
        end_with_stdin()
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
        traffic_rules=traffic_rules,
        allowed_hosts=AllowedHosts(frozenset(allow_host)),
        cors=frozenset(cors),
        webhooks_to=webhooks_to,
        webhooks_timeout=webhooks_timeout,
        path_prefix=path_prefix,
        page=not no_page,
        read_only=read_only,
        journal=journal,
        keep_count=keep_count,
        keep_age=keep_age,
        keep_size=keep_size,
    )
    certificate = _find_certificate(tls_certificate, tls_key, wanted=tls)
    raise_file_limit()
    # Garbage is collected less often than by default: thousands of concurrent requests and webhooks are many
    # objects, but hardly any reference cycles.
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    # glibc returns blocks of 128 KB and more to the system, and new pages for them cost more than all else in
    # a long list. Once it has freed a larger one, it keeps those up to its size (mallopt: M_MMAP_THRESHOLD).
    bytes(_KEPT_BLOCK)
    try:
        listeners = listen_on(host, port)
        store = open_store(database or str(open_data_folder() / _DATABASE_FILE), durable=durable)
    except (ListenError, StoreError) as error:
        fail(str(error))
    addresses = [str(listener.getsockname()[0]) for listener in listeners]
    config = replace(config, allowed_hosts=config.allowed_hosts.bound_to(*host, *addresses))
    try:
        lines = _start_lines(listeners, config, store, certificate)
        app = create_app(config, store=store)
        Server(app, listeners, lambda: _print(lines), certificate).serve_until_stopped()
    except StoreError as error:
        fail(str(error))
    finally:
        store.close()


def _print(lines: str) -> None:
    error = write(sys.stdout, lines)
    if error is not None:
        _logger.warning("nobody reads the lines of the start on standard output: %s", error.strerror)


def _find_certificate(chain: Path | None, key: Path | None, *, wanted: bool) -> Certificate | None:
    """Return the certificate to use, or None for plain HTTP."""
    if chain is None and key is not None:
        expected = "expected --tls-certificate with the certificate of this key"
        raise typer.BadParameter(f"'{key}' without a certificate: {expected}", param_hint="'--tls-key'")
    try:
        if chain is None:
            return find_certificate(open_data_folder() / "tls") if wanted else None
        certificate = Certificate(chain, key or chain)
        certificate.check()
    except TlsError as error:
        fail(str(error))
    return certificate


def _start_lines(
    listeners: list[socket.socket], config: Config, store: Store, certificate: Certificate | None
) -> str:
    """Return the lines that are printed at the start. Programs parse the first one, so its form is stable."""
    published = (DEFAULT_LOGIN, DEFAULT_PASSWORD)
    accounts = [
        f"{login}:{password}" if (login, password) == published else f"{login} (password as given)"
        for login, password in config.accounts.items()
    ]
    database = "in memory, lost when the emulator stops" if store.database == MEMORY else store.database
    url, *others = (
        base_url(each, tls=certificate is not None, prefix=config.path_prefix) for each in listeners
    )
    origin = url.removesuffix(BASE_PATH)
    lines = [
        f"listening on {url}",
        *(f"listening also on {other}" for other in others),
        f"account {', '.join(accounts)}",
        f"database {database}",
        f"control API {origin}{CONTROL_PATH}openapi.json",
    ]
    if config.page:
        lines.append(f"inbox {origin}/")
    if certificate is not None and certificate.authority is not None:
        lines.append(f"authority to trust {certificate.authority}")
    if _page.is_reference_built():
        lines.append(f"reference {origin}{_page.REFERENCE_PATH}")
    return "\n".join(f"{PROGRAM}: {line}" for line in lines)
