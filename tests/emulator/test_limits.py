"""The size and the time of a request, and the end of a connection."""

from __future__ import annotations

import gc
import logging
import os
import random
import re
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from callr_sms_emulator import Config, SqliteStore, create_app
from callr_sms_emulator._server.timeouts import Timeouts
from tests.emulator.support import AUTHORIZATION, TIMEOUT, Client, ManualClock, Process, running, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

AUTHORIZED = f"Host: localhost\r\nAuthorization: {AUTHORIZATION['Authorization']}\r\n"
SEND = b'{"to": "+33612345678", "body": "x"}'
SMS = "/rest/v1.1/sms"
SEND_BY_QUERY = f"{SMS}/send?to=%2B33612345678&body=x"
SHORT = Timeouts(head=0.5, body=0.5, idle=1, grace=0.2, discard=30.0, farewell=0.5)


@pytest.fixture(scope="module")
def hasty(clock: ManualClock) -> Iterator[Client]:
    """A client of a server that waits for nobody."""
    store = SqliteStore(":memory:")
    try:
        with serving(create_app(Config(), store=store, clock=clock), timeouts=SHORT) as url:
            yield Client(url)
    finally:
        store.close()


def _connect(client: Client) -> socket.socket:
    parts = urlsplit(client.url)
    return socket.create_connection((parts.hostname, parts.port), TIMEOUT)


def _write(method: str, target: str, body: bytes = b"", extra: str = "", length: int | None = None) -> bytes:
    head = f"{method} {target} HTTP/1.1\r\n{AUTHORIZED}{extra}"
    if body or length:
        head += f"Content-Type: application/json\r\nContent-Length: {length or len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def _read_all(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


def _exchange(client: Client, *pieces: bytes) -> list[int]:
    """Send pieces, and return the statuses of all responses until the server closes the connection."""
    with _connect(client) as connection:
        for piece in pieces:
            connection.sendall(piece)
        return _statuses(_read_all(connection))


def _statuses(data: bytes) -> list[int]:
    return [int(each) for each in re.findall(rb"HTTP/1\.1 (\d{3}) ", data)]


# --- size -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "status", "named"),
    [
        (b"GET /" + b"a" * 1_000_000, 414, "[request target]"),
        (_write("GET", f"{SMS}?" + "a" * 1_000_000), 414, "[request target]"),
        (_write("GET", SMS, extra="X-A: " + "a" * 100_000 + "\r\n"), 431, "[request headers]"),
        (_write("GET", SMS, extra="X-A: a\r\n" * 10_000), 431, "[request headers]"),
        (_write("GET", SMS).removesuffix(b"\r\n") + b"X-A: " + b"a" * 1_000_000, 431, "[request headers]"),
        (
            _write("POST", SMS, extra="Transfer-Encoding: chunked\r\n") + b"1;" + b"a" * 1_000_000,
            431,
            "[request headers]",
        ),
        (
            _write("POST", SMS, extra="Transfer-Encoding: chunked\r\n") + b"0\r\n" + b"A: b\r\n" * 200_000,
            431,
            "[request headers]",
        ),
    ],
    ids=lambda each: str(each)[:20],
)
def test_a_head_has_a_size(client: Client, data: bytes, status: int, named: str) -> None:
    before = len(client.find())
    with _connect(client) as connection:
        for start in range(0, len(data), 50_000):
            connection.sendall(data[start : start + 50_000])
        answer = _read_all(connection)
    assert (_statuses(answer), named.encode() in answer) == ([status], True)
    assert len(client.find()) == before


def test_who_does_not_stop_sending_is_cut_off(client: Client) -> None:
    with _connect(client) as connection, pytest.raises(ConnectionError):  # noqa: PT012 - any of them
        connection.sendall(b"GET /")
        for _ in range(1000):
            connection.sendall(b"a" * 65536)


def test_the_longest_text_fits_into_a_url(client: Client) -> None:
    (answer,) = (client.send_query({"to": "+33612345678", "body": "日" * 67 * 255}),)
    assert answer.status == 200


# --- time -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "trickle", "named"),
    [
        (b"GET / HTTP/1.1\r\n", b"X", b"[request head]"),
        (b"GET /", b"a", b"[request head]"),
        (b"\r\n", b"\r\n", b"[request head]"),
        (_write("POST", SMS, SEND[:3], length=len(SEND)), b" ", b"[request body]"),
        (_write("POST", SMS, extra="Transfer-Encoding: chunked\r\n"), b"1\r\n \r\n", b"[request body]"),
    ],
    ids=["headers", "target", "blank lines", "body", "chunks"],
)
def test_a_slow_sender_is_closed(hasty: Client, data: bytes, trickle: bytes, named: bytes) -> None:
    before = len(hasty.find())
    with _connect(hasty) as connection:
        connection.sendall(data)
        connection.settimeout(0.1)
        received = b""
        deadline = time.monotonic() + TIMEOUT
        while not received and time.monotonic() < deadline:
            connection.sendall(trickle)
            try:
                received = connection.recv(65536)
            except TimeoutError:
                continue
        connection.settimeout(TIMEOUT)
        received += _read_all(connection)
    assert (_statuses(received), named in received) == ([408], True)
    assert len(hasty.find()) == before


def test_a_body_that_comes_in_pieces_at_a_fair_speed_is_waited_for(hasty: Client) -> None:
    with _connect(hasty) as connection:
        connection.sendall(_write("POST", SMS, length=12_000 + len(SEND)))
        for _ in range(12):
            connection.sendall(b" " * 1000)
            time.sleep(0.2)  # the speed is what is tested
        connection.sendall(SEND)
        assert _statuses(connection.recv(65536)) == [200]


def test_a_connection_that_is_idle_is_closed_without_a_word(hasty: Client) -> None:
    with _connect(hasty) as silent, _connect(hasty) as connection:
        connection.sendall(_write("POST", SMS, SEND))
        received = connection.recv(65536)
        assert b"\r\nkeep-alive: timeout=1\r\n" in received
        started = time.monotonic()
        assert (_read_all(connection), _read_all(silent)) == (b"", b"")
        assert time.monotonic() - started > 1


def test_the_time_of_an_idle_connection_is_announced_where_it_is_kept(client: Client) -> None:
    with _connect(client) as connection:
        connection.sendall(_write("GET", SMS) + _write("GET", SMS, extra="Connection: close\r\n"))
        kept, closed = re.findall(rb"HTTP/1.1.*?\r\n\r\n", _read_all(connection), re.DOTALL)
    assert (b"keep-alive: timeout=75\r\n" in kept, b"keep-alive" in closed) == (True, False)


# --- the end of a connection ----------------------------------------------------------------------------


@pytest.mark.parametrize("extra", ["", "Connection: close\r\n"])
@pytest.mark.parametrize(
    ("credentials", "status"), [(AUTHORIZED, 400), ("Host: localhost\r\n", 401)], ids=["body", "password"]
)
def test_a_refusal_reaches_who_sends_all_before_it_reads(
    client: Client, extra: str, credentials: str, status: int
) -> None:
    size = 8_000_000
    head = f"POST {SMS} HTTP/1.1\r\n{credentials}Content-Length: {size}\r\n{extra}\r\n".encode()
    with _connect(client) as connection:
        connection.sendall(head)
        for _ in range(size // 100_000):
            connection.sendall(b" " * 100_000)
        assert _statuses(connection.recv(65536)) == [status]


def test_a_body_that_turns_out_broken_does_nothing(client: Client) -> None:
    before = len(client.find())
    chunked = "Transfer-Encoding: chunked\r\n"
    for method, target in (("GET", SEND_BY_QUERY), ("POST", SMS), ("POST", "/_emulator/reset")):
        assert _exchange(client, _write(method, target, extra=chunked) + b"zz\r\n") == [400]
    assert len(client.find()) == before


def test_responses_keep_their_order_before_a_refusal(client: Client) -> None:
    before = len(client.find())
    waiting = _write("GET", "/_emulator/sms/wait?to=%2B33999999999&timeout=1")
    assert _exchange(client, _write("POST", SMS, SEND) + b"nonsense\r\n\r\n") == [200, 400]
    assert _exchange(client, waiting + _write("POST", SMS, SEND), b"nonsense\r\n\r\n") == [404, 200, 400]
    broken = _write("POST", SMS, extra="Transfer-Encoding: chunked\r\n") + b"zz\r\n"
    assert _exchange(client, waiting + broken + _write("POST", SMS, SEND)) == [404, 400]
    assert len(client.find()) == before + 2


def test_trailers_add_nothing_to_a_request(client: Client) -> None:
    extra = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"
    body = b"%x\r\n%b\r\n0\r\nX-Emulator-Fault: status=503\r\nHost: evil.example\r\n\r\n" % (len(SEND), SEND)
    assert _exchange(client, _write("POST", SMS, extra=extra) + body) == [200]


@pytest.mark.parametrize("coding", ["xchunked", "identity", "chunked, identity", "chunked;q=1", "gzip"])
@pytest.mark.parametrize("upgrade", ["", "Connection: Upgrade\r\nUpgrade: h2c\r\n"])
def test_an_unknown_transfer_coding_is_refused(
    client: Client, coding: str, upgrade: str, caplog: pytest.LogCaptureFixture
) -> None:
    data = _write("POST", SMS, extra=f"{upgrade}Transfer-Encoding: {coding}\r\n") + b"0\r\n\r\n"
    assert _exchange(client, data) == [400]
    assert caplog.records == []


def test_a_client_that_leaves_is_no_error(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    waiting = _write("GET", "/_emulator/sms/wait?to=%2B33999999999&timeout=1")
    large = _write("POST", SMS, b" " * 300_000, length=5_000_000)
    some = _write("POST", SMS, SEND) * 20
    with caplog.at_level(logging.WARNING):
        for data in (some, waiting + some, some + large, large, waiting + large, some + b"GET / HT") * 3:
            with _connect(client) as connection:
                connection.sendall(data)
                # A reset instead of an end.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert _exchange(client, waiting + _write("GET", SMS, extra="Connection: close\r\n")) == [404, 400]
    assert caplog.records == []


def test_a_client_that_goes_on_after_the_last_response_is_not_reset(clock: ManualClock) -> None:
    """A reset would take from it what it has not read yet."""
    patient = Timeouts(farewell=TIMEOUT)
    store = SqliteStore(":memory:")
    with (
        closing(store),
        serving(create_app(Config(), store=store, clock=clock), timeouts=patient) as url,
        _connect(Client(url)) as connection,
    ):
        connection.sendall(_write("GET", SMS, extra="Connection: close\r\n"))
        assert _statuses(_read_all(connection)) == [400]
        for _ in range(3):
            connection.sendall(_write("GET", SMS))
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""


# --- all at once ----------------------------------------------------------------------------------------


def _malformed(source: random.Random) -> bytes:
    """Write a request that something is wrong with."""
    data = bytearray(
        source.choice(
            (
                _write("POST", SMS, SEND),
                _write("GET", f"{SMS}?type=OUT"),
                _write("POST", SMS, extra="Transfer-Encoding: chunked\r\n") + b"5\r\nabcde\r\n0\r\n\r\n",
                _write("POST", "/_emulator/import", b'{"kind":1}\n'),
                _write("POST", SMS, b"[" * source.randrange(1, 3000)),
                _write("POST", SMS, extra="Connection: Upgrade\r\nUpgrade: h2c\r\nTransfer-Encoding: x\r\n"),
                _write("POST", "/json-rpc/v1.1/", SEND),
                _write("GET", "/_emulator/sms?pattern=(a{999}){999}"),
            )
        )
    )
    for _ in range(source.randrange(4)):
        place = source.randrange(len(data))
        piece = source.choice(
            (b"\x00", b"\r\n", b" ", b":", b"\xff", b"%", b"0", b"\r\n\r\n", b"Host: b\r\n")
        )
        data[place : place + source.randrange(3)] = piece
    return bytes(data)


def _resident(process: Process) -> float:
    """Return the memory of a process in MiB; 0 where the system does not say."""
    file = Path(f"/proc/{process.popen.pid}/statm")
    return int(file.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20 if file.exists() else 0


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        _write("POST", SMS, b"[" * 3000, extra="Connection: close\r\n"),
        _write("GET", SMS, extra="Connection: close\r\n"),
        _write("POST", "/_emulator/faults", b'{"status": 5}', extra="Connection: close\r\n"),
        _write("GET", "/_emulator/sms?pattern=(", extra="Connection: close\r\n"),
    ],
    ids=["nonsense", "deep", "list", "faults", "pattern"],
)
def test_a_connection_leaves_no_garbage(client: Client, data: bytes) -> None:
    """The collector seldom runs, so the objects of a thousand connections would be several megabytes."""
    for _ in range(3):
        _exchange(client, data)
    client.get(client.send())  # by then the connections before it are closed on the other side, too
    gc.collect()
    gc.disable()
    try:
        for _ in range(20):
            _exchange(client, data)
        client.find()
        assert gc.collect() < 20
    finally:
        gc.enable()


def test_a_client_that_closes_its_side_first_leaves_no_garbage(client: Client) -> None:
    """As netcat and many scripts do: the whole request, then the end, then they read."""
    data = _write("POST", SMS, b'{"to": "+33639981234", "body": "Hello"}')
    gc.collect()
    gc.disable()
    try:
        for _ in range(20):
            with _connect(client) as connection:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                assert _statuses(_read_all(connection)) == [200]
        client.find()
        assert gc.collect() < 20
    finally:
        gc.enable()


def test_malformed_requests_cost_neither_an_error_nor_memory(tmp_path: Path) -> None:
    """Among slow senders, and with valid requests between."""
    source = random.Random(7)  # noqa: S311 - the same requests in every run
    with running(tmp_path / "log", "--database", ":memory:") as process:
        client = process.client
        sms_hash = client.send()
        slow = [_connect(client) for _ in range(20)]
        for each in slow:
            each.sendall(b"POST /rest/v1.1/sms HTTP/1.1\r\nHost: ")

        def attack(requests: list[bytes]) -> list[int]:
            found = []
            for data in requests:
                with _connect(client) as connection:
                    connection.sendall(data)
                    connection.shutdown(socket.SHUT_WR)
                    try:
                        found += _statuses(_read_all(connection))
                    except ConnectionError:
                        continue
            return found

        with ThreadPoolExecutor(4) as pool:
            attack([_malformed(source) for _ in range(200)])  # imports what they need
            before = _resident(process)
            attacks = [pool.submit(attack, [_malformed(source) for _ in range(250)]) for _ in range(4)]
            while not all(each.done() for each in attacks):
                client.get(sms_hash)
            statuses = {status for each in attacks for status in each.result()}
            growth = _resident(process) - before
        for each in slow:
            each.close()
    assert statuses
    assert max(statuses) < 500
    assert growth < 6
    assert (tmp_path / "log").read_text() == ""
