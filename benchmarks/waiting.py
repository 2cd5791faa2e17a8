"""Sends to an emulator with 1,000 webhooks that wait for their receiver, against one with nothing to tell.

One receiver takes connections and never answers, another one refuses them.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from base64 import b64encode
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from benchmarks._measure import Goal, Result, Scale, alternate
from benchmarks.senders import receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WAITING = 1000
_SENDS = 500
_IDLE, _SILENT, _DOWN = "nothing waits", "the receiver is silent", "the receiver is down"
_GOALS = (Goal(_SILENT, _IDLE, 1.2), Goal(_DOWN, _IDLE, 1.2))
_HEADERS = {
    "Authorization": "Basic " + b64encode(b"emulator:emulator").decode(),
    "Content-Type": "application/json",
}


def measure(scale: Scale) -> Result:
    """Send some hundred SMS for each case of each round, one after the other."""
    count = scale.of(_SENDS)
    with ExitStack() as stack:
        silent = stack.enter_context(receiver("silent"))
        connections = {name: stack.enter_context(emulator()) for name in (_IDLE, _SILENT, _DOWN)}
        fill(connections[_SILENT], silent)
        fill(connections[_DOWN], free_port())
        cases = {name: _repeat(connection, count) for name, connection in connections.items()}
        result = alternate(f"{count} sends, {WAITING} webhooks waiting", cases, _GOALS, scale.rounds)
        for name in (_SILENT, _DOWN):
            assert deliveries(connections[name]) >= WAITING  # noqa: S101 - else nothing was measured
        return result


@contextmanager
def emulator(*flags: str) -> Iterator[HTTPConnection]:
    """Run an emulator in memory; yield a connection to it."""
    command = [sys.executable, "-m", "callr_sms_emulator", "serve", "--port", "0", "--database", ":memory:"]
    with subprocess.Popen([*command, *flags], stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        try:
            assert process.stdout is not None  # noqa: S101 - tells the type checker
            url = urlsplit(process.stdout.readline().split()[-1])
            yield HTTPConnection(url.hostname or "", url.port, timeout=600)
        finally:
            process.terminate()


def cpu(connection: HTTPConnection) -> float:
    """Return the CPU time of an emulator, in seconds."""
    connection.request("GET", "/_emulator/metrics")
    lines = connection.getresponse().read().decode().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("process_cpu_seconds_total"))


def ask(connection: HTTPConnection, method: str, path: str, body: object = None) -> object:
    """Send a request that must succeed; return its `data`."""
    connection.request(method, path, None if body is None else json.dumps(body).encode(), _HEADERS)
    response = connection.getresponse()
    found: dict[str, object] = json.loads(response.read())
    assert response.status == 200, found  # noqa: S101, PLR2004 - failures are cheaper
    return found["data"]


def send(connection: HTTPConnection, port: int | None = None) -> None:
    """Send an SMS, maybe with a webhook."""
    webhook = {"webhook": {"endpoint": f"http://127.0.0.1:{port}/hook", "hmac_secret": "secret"}}
    body = {"to": "+33639981234", "body": "Your code is 4711.", "options": webhook if port else None}
    ask(connection, "POST", "/rest/v1.1/sms", body)


def fill(connection: HTTPConnection, port: int) -> None:
    """Have webhooks wait for a receiver, and some of them on their way."""
    for _ in range(WAITING):
        send(connection, port)
    while deliveries(connection) < WAITING:
        time.sleep(0.1)


def deliveries(connection: HTTPConnection) -> int:
    """Count the SMS with an undelivered event."""
    found: set[str] = set()
    after: int | None = 0
    while after is not None:
        page: Any = ask(connection, "GET", f"/_emulator/webhooks/deliveries?limit=500&after={after}")
        found |= {each["sms_hash"] for each in page["deliveries"] if each["state"] == "waiting"}
        after = page["next"]
    return len(found)


def free_port() -> int:
    """Return a port without a listener."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _repeat(connection: HTTPConnection, count: int) -> Callable[[], None]:
    def run() -> None:
        for _ in range(count):
            send(connection)

    return run
