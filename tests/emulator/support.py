"""What the emulator's tests share: a client that checks every envelope, a manual clock, servers."""

import http.client
import json
import os
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from callr_sms_emulator import App, Config, Timer, create_app, open_store
from callr_sms_emulator._server.addresses import base_url, listen
from callr_sms_emulator._server.server import Server
from tests.preloaded import Forked, command

START_LINE = "callr-sms-emulator: listening on "
SERVE = ("serve", "--port", "0")
TIMEOUT = 60
"""Seconds; what a test waits for at most, on a machine that is slow and busy."""
JSON_TYPE = {"Content-Type": "application/json"}
EVER = {"from": "2000-01-01 00:00:00", "to": "2100-01-01 00:00:00"}


def basic(credentials: str) -> dict[str, str]:
    """Give the header for `login:password`."""
    return {"Authorization": "Basic " + b64encode(credentials.encode()).decode()}


AUTHORIZATION = basic("emulator:emulator")


@dataclass(frozen=True)
class Answer:
    """An HTTP answer that has been found to be an envelope of the API."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def data(self) -> Any:  # noqa: ANN401 - whatever the envelope holds
        return json.loads(self.body)["data"]

    @property
    def message(self) -> str:
        message: str = self.data["message"]
        return message


def check_envelope(status: int, headers: http.client.HTTPMessage, body: bytes) -> None:
    """Fail unless this is what every answer of the API must be."""
    assert headers["Content-Type"] == "application/json"
    envelope = json.loads(body)
    if status == 200:
        assert envelope.keys() == {"status", "data"}
        assert envelope["status"] == "success"
    else:
        assert status in {400, 401, 403, 404, 405, 408, 409, 414, 429, 431, 500, 503}, body
        assert envelope["status"] == "error"
        assert envelope.keys() == {"status", "data"}
        # A verification that does not hold tells more, for programs.
        more = {"expected", "forgotten", "holds", "matched", "nearest", "refused", "requests"}
        assert envelope["data"].keys() == {"code", "message"} | (
            more if "holds" in envelope["data"] else set()
        )
        assert envelope["data"]["code"] == status
        assert envelope["data"]["message"]


class Client:
    """Speaks HTTP with one server; every answer is checked to be an envelope."""

    def __init__(self, url: str, authorization: dict[str, str] | None = None) -> None:
        parts = urlsplit(url)
        self.url = url
        self.base_path = parts.path
        self._address = (parts.hostname or "", parts.port or 0)
        self.authorization = AUTHORIZATION if authorization is None else authorization

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Make one request; `path` comes after the API's base."""
        connection = http.client.HTTPConnection(*self._address, timeout=TIMEOUT)
        try:
            connection.request(method, self.base_path + path, body, self.authorization | (headers or {}))
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if method != "HEAD":
            check_envelope(response.status, response.headers, content)
        return Answer(response.status, response.headers, content)

    def post(self, parameters: object) -> Answer:
        """Send with `POST /sms`."""
        return self.post_raw(json.dumps(parameters).encode())

    def post_raw(self, body: bytes, headers: dict[str, str] | None = None) -> Answer:
        return self.request("POST", "/sms", body, JSON_TYPE if headers is None else headers)

    def send(self, **parameters: object) -> str:
        """Send an SMS that must be accepted; give its hash."""
        answer = self.post({"to": "+33612345678", "body": "Hello"} | parameters)
        assert answer.status == 200, answer.body
        sms_hash: str = answer.data
        return sms_hash

    def refuse(self, **parameters: object) -> str:
        """Send an SMS that must be refused; give the message."""
        answer = self.post({"to": "+33612345678", "body": "Hello"} | parameters)
        assert answer.status == 400, answer.body
        return answer.message

    def send_query(self, parameters: dict[str, str] | str) -> Answer:
        """Send with `GET /sms/send`."""
        query = parameters if isinstance(parameters, str) else urlencode(parameters, quote_via=quote)
        return self.request("GET", f"/sms/send?{query}")

    def get(self, sms_hash: str) -> dict[str, Any]:
        answer = self.request("GET", f"/sms/{sms_hash}")
        assert answer.status == 200, answer.body
        sms: dict[str, Any] = answer.data
        return sms

    def control(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Ask the control API; `path` comes after `/_emulator`."""
        outside = Client(self.url.removesuffix(self.base_path), self.authorization)
        data = None if body is None else json.dumps(body).encode()
        sent = {} if data is None else JSON_TYPE
        return outside.request(method, f"/_emulator{path}", data, sent | (headers or {}))

    def set(self, path: str, **change: object) -> Any:  # noqa: ANN401 - whatever the envelope holds
        """Change something through the control API; give what it answers."""
        answer = self.control("POST", path, change)
        assert answer.status == 200, answer.body
        return answer.data

    def find(self, **parameters: str) -> list[dict[str, Any]]:
        """List; without parameters all that was ever sent."""
        answer = self.request("GET", "/sms?" + urlencode({"type": "OUT"} | EVER | parameters))
        assert answer.status == 200, answer.body
        found: list[dict[str, Any]] = answer.data
        return found


def export(client: Client) -> bytes:
    """Give out an account; by hand, for the answer is no envelope."""
    parts = urlsplit(client.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        connection.request("GET", "/_emulator/export", headers=client.authorization)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    assert (response.status, response.headers["Content-Type"]) == (200, "application/x-ndjson")
    return body


def take_in(client: Client, lines: bytes) -> Answer:
    """Take lines into the account."""
    outside = Client(client.url.removesuffix(client.base_path), client.authorization)
    return outside.request("POST", "/_emulator/import", lines, {"Content-Type": "application/x-ndjson"})


class ManualClock:
    """A clock that a test moves on; timers ring in the event loop that set them."""

    def __init__(self, now: int) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._timers: list[_ManualTimer] = []

    def now(self) -> int:
        return self._now

    def call_at(self, moment: int, callback: Callable[[], object]) -> Timer:
        import asyncio  # noqa: PLC0415 - only here is a loop known to run

        timer = _ManualTimer(moment, callback, asyncio.get_running_loop())
        with self._lock:
            is_due = moment <= self._now
            if not is_due:
                self._timers.append(timer)
        if is_due:
            timer.ring()
        return timer

    def advance(self, milliseconds: int) -> None:
        """Let time pass, and ring what is due."""
        with self._lock:
            self._now += milliseconds
            due = [each for each in self._timers if each.moment <= self._now]
            self._timers = [each for each in self._timers if each.moment > self._now]
        for timer in due:
            timer.ring()


@dataclass
class _ManualTimer:
    moment: int
    callback: Callable[[], object]
    loop: Any
    cancelled: bool = field(default=False)

    def cancel(self) -> None:
        self.cancelled = True

    def ring(self) -> None:
        # The loop of a timer that was cancelled may be closed by now.
        if not self.cancelled:
            self.loop.call_soon_threadsafe(self._call)

    def _call(self) -> None:
        if not self.cancelled:
            self.callback()


@contextmanager
def serving_config(
    config: Config,
    clock: ManualClock,
    database: str | Path = ":memory:",
    **parts: Any,  # noqa: ANN401 - of the app
) -> Iterator[Client]:
    """Serve an emulator of a test's own; give a client with the credentials of its first account."""
    store = open_store(database)
    try:
        with serving(create_app(config, store=store, clock=clock, **parts)) as url:
            yield Client(url, basic(":".join(next(iter(config.accounts.items())))))
    finally:
        store.close()


@contextmanager
def serving(app: App, **parts: Any) -> Iterator[str]:  # noqa: ANN401 - of the server
    """Serve an application over real HTTP from a thread; give its base URL."""
    listener = listen("127.0.0.1", 0)
    listening = threading.Event()
    server = Server(app, [listener], listening.set, **parts)
    thread = threading.Thread(target=server.serve_until_stopped)
    thread.start()
    try:
        assert listening.wait(TIMEOUT)
        yield base_url(listener)
    finally:
        server.should_exit = True
        thread.join(TIMEOUT)
        listener.close()


def clean_environment(**settings: str) -> dict[str, str]:
    """The environment without a developer's own settings for the emulator."""
    return {key: value for key, value in os.environ.items() if not key.startswith("CALLR_")} | settings


@dataclass
class Process:
    """A `callr-sms-emulator serve` process."""

    popen: "subprocess.Popen[str] | Forked"
    start_lines: list[str]
    log: Path

    @property
    def url(self) -> str:
        return self.start_lines[0].removeprefix(START_LINE)

    @property
    def client(self) -> Client:
        return Client(self.url)

    def stop(self) -> int:
        """Ask for the end as an operating system does; give the exit code."""
        self.popen.terminate()
        return self.popen.wait(TIMEOUT)


@contextmanager
def running(log: Path, *flags: str, **settings: str) -> Iterator[Process]:
    """Run a process until the block ends; its log goes to the file `log`.

    It is forked from one whose imports are done.
    """
    environment = clean_environment(**settings)
    with (
        log.open("a") as errors,
        Forked("callr_sms_emulator", [*SERVE, *flags], errors, environment) as popen,
        _served(popen, log) as process,
    ):
        yield process


@contextmanager
def running_fresh(log: Path, *flags: str, **settings: str) -> Iterator[Process]:
    """Run a process as people start it: a Python of its own."""
    command = [sys.executable, "-m", "callr_sms_emulator", *SERVE, *flags]
    with (
        log.open("a") as errors,
        subprocess.Popen(  # noqa: S603 - our own command
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=clean_environment(**settings)
        ) as popen,
        _served(popen, log) as process,
    ):
        yield process


@contextmanager
def _served(popen: "subprocess.Popen[str] | Forked", log: Path) -> Iterator[Process]:
    try:
        assert popen.stdout is not None
        yield Process(popen, [popen.stdout.readline().rstrip("\n") for _ in range(4)], log)
    finally:
        popen.kill()


def run_command(
    *arguments: str, cwd: Path | None = None, **settings: str
) -> "subprocess.CompletedProcess[str]":
    """Run the command line to its end."""
    return subprocess.run(  # noqa: S603 - our own command
        [*command("callr_sms_emulator"), *arguments],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        env=clean_environment(**settings),
        cwd=cwd,
        check=False,
    )
