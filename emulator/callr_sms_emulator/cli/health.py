"""`callr-sms-emulator health`: ask a running emulator, for images without curl."""

import http.client
import json
import os
import ssl
import sys
from typing import Annotated, NoReturn
from urllib.parse import urlsplit

import typer

from callr_sms_emulator._api import BASE_PATH, CONTROL_PATH
from callr_sms_emulator.cli.flags import ENVIRONMENT_PREFIX
from callr_sms_emulator.cli.output import PROGRAM, fail, write

_PATH = f"{CONTROL_PATH}health"
_DEFAULT_PORT = 8767
_MAX_BODY = 64 * 1024
# What a server listens on is not always what a client connects to.
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with

Url = Annotated[
    str,
    typer.Argument(
        metavar="[URL]",
        help="An emulator, like http://127.0.0.1:8767. The default is the one that `serve` starts in this "
        "environment.",
        show_default=False,
    ),
]
Timeout = Annotated[
    float, typer.Option("--timeout", metavar="SECONDS", min=0.1, max=300, help="How long it may take.")
]


def health(url: Url = "", timeout: Timeout = 5.0) -> None:
    """Ask a running emulator whether it works.

    Exit code 0 means yes, 1 no.
    """
    target = _health_url(url or _served_here())
    try:
        status, body = _get(target, timeout)
    except (OSError, http.client.HTTPException, ValueError) as error:
        _unhealthy(f"no response from {target}: {getattr(error, 'strerror', None) or error}")
    answer = _read(body)
    if status != http.HTTPStatus.OK or "version" not in answer:
        _unhealthy(f"{target} responds with {status}: {answer.get('message', 'this is no such emulator')}")
    write(sys.stdout, f"{PROGRAM}: healthy, version {answer['version']}, {target}")


def _unhealthy(reason: str) -> NoReturn:
    fail(f"unhealthy: {reason}")


def _served_here() -> str:
    """Return the origin of the emulator that `serve` starts with the variables of this environment."""
    settings = {
        name: os.environ.get(ENVIRONMENT_PREFIX + name, "")
        for name in ("HOST", "PORT", "PATH_PREFIX", "TLS", "TLS_CERTIFICATE")
    }
    host = (settings["HOST"].split() or ["127.0.0.1"])[0]
    host = _ANY.get(host, host)
    has_tls = settings["TLS_CERTIFICATE"] or settings["TLS"].lower() in {"1", "true", "t", "yes", "y", "on"}
    shown = f"[{host}]" if ":" in host else host
    port = settings["PORT"] or _DEFAULT_PORT
    return f"http{'s' if has_tls else ''}://{shown}:{port}{settings['PATH_PREFIX'].rstrip('/')}"


def _health_url(url: str) -> str:
    """Return the URL of the health; `url` may also be that of the API, which a start prints first."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        _unhealthy(f"{error}: expected a URL like http://127.0.0.1:{_DEFAULT_PORT}")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        _unhealthy(f"{url!r} is not a URL: expected one like http://127.0.0.1:{_DEFAULT_PORT}")
    path = parts.path.rstrip("/").removesuffix(_PATH).removesuffix(BASE_PATH)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}{_PATH}"


def _get(url: str, timeout: float) -> tuple[int, bytes]:
    """Make one request, past any proxy. No secret is sent, so a certificate of any authority will do."""
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(
            parts.hostname or "", parts.port, timeout=timeout, context=context
        )
    else:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request("GET", parts.path, headers={"Connection": "close"})
        response = connection.getresponse()
        return response.status, response.read(_MAX_BODY)
    finally:
        connection.close()


def _read(body: bytes) -> dict[str, object]:
    """Return the data of an envelope; empty if the body is not an envelope."""
    try:
        data = json.loads(body)["data"]
    except (ValueError, TypeError, KeyError):
        return {}
    return data if isinstance(data, dict) else {}
