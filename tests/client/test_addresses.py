"""A host with several addresses: all are tried, and one is used."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from callr_sms_client import CallrConnectionError, CallrTimeoutError, Timeout
from callr_sms_client._transport.addresses import find_stagger, open_socket, sort_addresses
from callr_sms_client._transport.deadline import Deadline
from callr_sms_client._transport.resolver import Address
from callr_sms_client._transport.sockets import Owner
from tests.client.support import HASH, http_answer, serving, success
from tests.client.ways import WAYS, attempt, fail

if TYPE_CHECKING:
    from collections.abc import Iterator

SENT = http_answer(success(HASH))
REFUSED, SILENT, FORBIDDEN = "127.0.0.3", "127.0.0.2", "255.255.255.255"
HOST = "callr.invalid"


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let a host have these addresses."""
    real = socket.getaddrinfo

    def look_up(host: str | bytes | None, port: int, *rest: object, **options: object) -> list[object]:
        if host not in {HOST, HOST.encode()}:
            return list(real(host, port, *rest, **options))  # type: ignore[arg-type] # as they came
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port, 0, 0) if ":" in address else (address, port),
            )
            for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@contextmanager
def silence(port: int) -> Iterator[None]:
    """Let a port of `SILENT` answer nothing: its queue of connections is full."""
    with ExitStack() as opened:
        listener = opened.enter_context(socket.create_server((SILENT, port), backlog=0))
        for _ in range(4):
            filler = opened.enter_context(socket.socket())
            filler.settimeout(0)
            with suppress(BlockingIOError):
                filler.connect(listener.getsockname())
        yield


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize("first", [REFUSED, SILENT, FORBIDDEN, "240.0.0.1", "2001:db8::1"])
@pytest.mark.parametrize("way", WAYS)
def test_the_next_address_is_tried(monkeypatch: pytest.MonkeyPatch, way: str, first: str) -> None:
    resolve_to(monkeypatch, first, "127.0.0.1")
    with serving(SENT) as server:
        port = server.listener.getsockname()[1]
        with silence(port):
            assert attempt(way, base_url=f"http://{HOST}:{port}") == HASH
        assert len(server.requests) == 1


@pytest.mark.parametrize("way", WAYS)
def test_the_address_of_a_proxy_alike(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    resolve_to(monkeypatch, REFUSED, "127.0.0.1")
    with serving(SENT) as server:
        proxy = f"http://{HOST}:{server.listener.getsockname()[1]}"
        assert attempt(way, base_url="http://api.invalid", proxy=proxy) == HASH


@pytest.mark.parametrize("way", WAYS)
def test_every_address_that_failed_is_named(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    resolve_to(monkeypatch, REFUSED, FORBIDDEN)
    error = fail(way, base_url=f"http://{HOST}:1")
    assert type(error) is CallrConnectionError
    # The second depends on whether this machine has a route to anywhere.
    why = "(Permission denied|Network is unreachable)"
    assert re.search(rf"\({REFUSED}: Connection refused; {FORBIDDEN}: {why}\)", str(error))
    assert error.outcome == "not_sent"


@pytest.mark.parametrize("way", WAYS)
def test_all_of_it_takes_no_longer_than_the_timeout(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """The stagger is shorter then, so that the last address is tried, too."""
    resolve_to(monkeypatch, SILENT, SILENT, REFUSED)
    fail(way, base_url="http://127.0.0.1:1")  # so that what is opened once is open
    with socket.create_server((SILENT, 0)) as free:
        port = free.getsockname()[1]
    with silence(port):
        threads, files, began = threading.active_count(), open_files(), time.monotonic()
        error = fail(way, base_url=f"http://{HOST}:{port}", timeout=Timeout(connect=1.0))
        assert time.monotonic() - began < 10
        assert open_files() == files
        assert threading.active_count() <= threads + (way != "sync")  # a loop keeps its resolver for a while
    assert isinstance(error, CallrTimeoutError)
    assert f"({SILENT}: no answer; {REFUSED}: Connection refused)" in str(error)
    assert error.outcome == "not_sent"


def test_a_signal_that_raises_leaves_no_socket() -> None:
    def interrupt(*_: object) -> None:
        raise LookupError("ours")

    with socket.create_server((SILENT, 0)) as free:
        port = free.getsockname()[1]
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with silence(port):
            files = open_files()
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            with pytest.raises(LookupError, match="ours"):
                open_socket(SILENT, port, Deadline(60), Owner())
            assert open_files() == files
    finally:
        signal.signal(signal.SIGALRM, before)


def test_the_order_of_addresses() -> None:
    """RFC 8305, section 4: the families take turns, and the first of the resolver stays the first."""
    names = ["2001:db8::1", "2001:db8::2", "192.0.2.1", "2001:db8::3", "192.0.2.2", "192.0.2.1"]
    addresses = [Address(socket.AF_INET6 if ":" in name else socket.AF_INET, (name, 80)) for name in names]
    assert [address.name for address in sort_addresses(addresses)] == [
        *("2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "2001:db8::3")
    ]
    assert (find_stagger(3, None), find_stagger(3, 30.0), find_stagger(4, 0.2)) == (0.25, 0.25, 0.05)


class SocketForbiddenError(RuntimeError):
    """As of a tool that keeps tests off the network."""


@pytest.mark.parametrize("way", WAYS)
def test_who_forbids_sockets_forbids_those_of_the_client(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """Also where the client was used before, and so has imported what it needs."""

    class Guard(socket.socket):
        def __init__(self, family: int = -1, *rest: int, **options: int) -> None:
            if family == socket.AF_INET:
                raise SocketForbiddenError
            super().__init__(family, *rest, **options)

    with serving(SENT) as server:
        assert attempt(way, base_url=server.base_url) == HASH
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with monkeypatch.context() as guarded:
            guarded.setattr(socket, "socket", Guard)
            with pytest.raises(SocketForbiddenError) as caught:
                attempt(way, base_url=base_url, timeout=2)
    assert caught.value.__notes__ == ["sms.send: interrupted; the request was not sent"]


class TunnelError(OSError):
    """As of PySocks, which has a class of sockets that go through a proxy."""


@pytest.mark.parametrize("way", WAYS)
def test_an_error_of_the_class_of_sockets_is_one_of_the_network(
    monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    class Tunnelled(socket.socket):
        def connect(self, address: Any) -> None:  # noqa: ANN401 - as of any family
            if isinstance(address, tuple):  # an event loop connects a pair of sockets of its own
                raise TunnelError("the proxy is away")
            super().connect(address)

    with monkeypatch.context() as replaced:
        replaced.setattr(socket, "socket", Tunnelled)
        error = fail(way, base_url="http://192.0.2.1")
    assert (error.outcome, "no connection (192.0.2.1: " in str(error)) == ("not_sent", True)


@pytest.mark.parametrize("host", ["a" * 64, "a..b", "callr.invalid"])
@pytest.mark.parametrize("way", WAYS)
def test_a_host_that_has_no_address(way: str, host: str) -> None:
    """The host of a proxy is not looked at before."""
    error = fail(way, base_url="http://api.invalid", proxy=f"http://{host}:1")
    assert type(error) is CallrConnectionError
    assert f"no connection (the proxy {host}: " in str(error)
    assert error.outcome == "not_sent"


@pytest.mark.parametrize("host", ["[fe80::1%25eth0]", "[fe80::1%eth0]"])
@pytest.mark.parametrize("way", WAYS)
def test_the_zone_of_an_address(monkeypatch: pytest.MonkeyPatch, way: str, host: str) -> None:
    """As RFC 6874 writes it, and as people do; the resolver finds the interface."""
    asked: list[str | bytes | None] = []

    def look_up(host: str | bytes | None, port: int, *_: object, **__: object) -> list[object]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    with serving(SENT) as server:
        port = server.listener.getsockname()[1]
        with monkeypatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", look_up)
            assert attempt(way, base_url=f"http://{host}:{port}") == HASH
    assert "fe80::1%eth0" in {host.decode() if isinstance(host, bytes) else host for host in asked}


@pytest.mark.parametrize("way", WAYS)
def test_a_resolver_without_an_answer(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    resolve_to(monkeypatch)
    assert "callr.invalid: the resolver knows no address" in str(fail(way, base_url=f"http://{HOST}"))


GREEN = """
import sys, threading
if sys.argv[1] == "gevent":
    from gevent import monkey, spawn, sleep
    monkey.patch_all()
else:
    sys.modules["trio"] = None  # its sockets need what those of eventlet do not have
    import eventlet
    eventlet.monkey_patch()
    from eventlet import spawn, sleep
import socket
from callr_sms_client import Callr
ticks = []
def tick():
    while True:
        ticks.append(1)
        sleep(0.01)
real = socket.getaddrinfo
def look_up(host, port, *rest, **options):
    if host != "callr.invalid":
        return real(host, port, *rest, **options)
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("127.0.0.2", "127.0.0.1")]
socket.getaddrinfo = look_up
spawn(tick)
with Callr("login", "password", base_url=f"http://callr.invalid:{sys.argv[2]}", max_retries=0) as callr:
    print(callr.sms.send(to="+33612345678", body="Hello"), len(ticks) > 5)
"""


@pytest.mark.parametrize("library", ["gevent", "eventlet"])
def test_in_green_threads(library: str) -> None:
    """The attempts wait where other green threads run meanwhile."""
    with serving(SENT) as server:
        port = server.listener.getsockname()[1]
        with silence(port):
            ran = subprocess.run(  # noqa: S603 - our own program
                [sys.executable, "-W", "ignore", "-c", GREEN, library, str(port)],
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
    assert ran.stdout == f"{HASH} True\n", ran.stderr
