"""Whatever is tried, no send reaches a server that is not on this machine."""

import http.client
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
import requests
import urllib3
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from callr_sms_contract.guard.allowed_requests import Reads
from callr_sms_contract.guard.guard import EXIT_CODE, Guard, is_loopback
from callr_sms_contract.settings import SettingError, reaches_only_loopback
from tests.conftest import RunningEmulator
from tests.contract_tests import guarded_script
from tests.contract_tests.live_host import BASE, EndOfProcessError, LiveHost, guarding, live_host
from tests.contract_tests.lying_proxy import Proxy

HOST = "live.example"
PATIENCE = 60.0
"""Seconds that a busy machine may take to answer."""
READS = Reads(HOST, BASE)
HEAD = "Host: live.example\r\nAuthorization: Basic eDp5\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n"


def _request(line: str, head: str = HEAD) -> bytes:
    return f"{line} HTTP/1.1\r\n{head}".encode()


@pytest.mark.parametrize(
    "target",
    [
        "/sms?type=OUT&from=2024-03-19+00%3A00%3A00&to=2024-03-19+23%3A59%3A59",
        "/sms",
        "/sms/8242D945",
        "/sms/8242D945?hash=8242D945",
    ],
)
def test_the_two_reads_pass(target: str) -> None:
    assert READS.objection(_request(f"GET {BASE}{target}")) is None


TRICKS = {
    "the send": "GET /rest/v1.1/sms/send?to=%2B1&body=x",
    "the send without a query": "GET /rest/v1.1/sms/send",
    "another case": "GET /rest/v1.1/sms/SEND",
    "another case of the path": "GET /rest/v1.1/SMS/send",
    "a slash twice": "GET /rest/v1.1//sms/send",
    "a slash twice before the end": "GET /rest/v1.1/sms//send",
    "a slash at the end": "GET /rest/v1.1/sms/send/",
    "an escaped letter": "GET /rest/v1.1/sms/%73end",
    "an escaped slash": "GET /rest/v1.1/sms%2Fsend",
    "a path parameter": "GET /rest/v1.1/sms/send;x=1",
    "dots": "GET /rest/v1.1/sms/8242D945/../send",
    "escaped dots": "GET /rest/v1.1/sms/%2e%2e/sms/send",
    "a dot": "GET /rest/v1.1/sms/./send",
    "an absolute form": "GET http://live.example/rest/v1.1/sms/send",
    "an absolute form of a read": "GET http://live.example/rest/v1.1/sms",
    "a tunnel": "CONNECT live.example:443",
    "a post": "POST /rest/v1.1/sms",
    "a small post": "post /rest/v1.1/sms",
    "a small get": "get /rest/v1.1/sms",
    "a put": "PUT /rest/v1.1/sms/8242D945",
    "a delete": "DELETE /rest/v1.1/sms/8242D945",
    "a head": "HEAD /rest/v1.1/sms",
    "options": "OPTIONS *",
    "another path": "GET /rest/v1.1/voice",
    "outside the base": "GET /sms",
    "a fragment": "GET /rest/v1.1/sms#/send",
    "a method in the query": "GET /rest/v1.1/sms?_method=POST",
    "a short hash": "GET /rest/v1.1/sms/8242D94",
    "a hash of letters": "GET /rest/v1.1/sms/sendsend",
    "other letters": "GET /rest/v1.1/sms/\uff33\uff25\uff2e\uff24",
    "a tab": "GET\t/rest/v1.1/sms",
    "a backslash": "GET /rest/v1.1\\sms\\send",
    "an older version": "GET /rest/v1.1/sms HTTP/1.0\r\nX:",
}


@pytest.mark.parametrize("line", TRICKS.values(), ids=TRICKS.keys())
def test_a_trick_with_the_line_does_not_pass(line: str) -> None:
    assert READS.objection(_request(line)) is not None


HEADER_TRICKS = {
    "another method": "X-HTTP-Method-Override: POST",
    "another method, spelled otherwise": "X-Method-Override: POST",
    "another URL": "X-Original-URL: /rest/v1.1/sms/send",
    "another rewritten URL": "X-Rewrite-URL: /rest/v1.1/sms/send",
    "a body": "Content-Length: 10",
    "a chunked body": "Transfer-Encoding: chunked",
    "an upgrade": "Upgrade: h2c",
    "a folded line": " folded: line",
    "no name": ": x",
    "another host": "Host: other.example",
    "the host twice": "Host: live.example",
    "a space before the colon": "Accept : x",
}


@pytest.mark.parametrize("header", HEADER_TRICKS.values(), ids=HEADER_TRICKS.keys())
def test_a_trick_with_a_header_does_not_pass(header: str) -> None:
    assert READS.objection(_request(f"GET {BASE}/sms", f"{header}\r\n{HEAD}")) is not None


@pytest.mark.parametrize("tail", [b"x", _request("GET /rest/v1.1/sms/send"), b"\r\n\r\n", b"0\r\n\r\n"])
def test_nothing_may_follow_a_read(tail: bytes) -> None:
    read = _request(f"GET {BASE}/sms")
    assert READS.objection(read) is None
    assert READS.objection(read + tail) is not None


def test_the_host_has_to_be_the_one_that_was_named() -> None:
    wrong = HEAD.replace(HOST, "other.example")
    assert READS.objection(_request(f"GET {BASE}/sms", wrong)) is not None
    assert READS.objection(_request(f"GET {BASE}/sms", "Accept: */*\r\n\r\n")) is not None


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (("127.0.0.1", 80), True),
        (("127.8.9.10", 80), True),
        (("::1", 80, 0, 0), True),
        (("::ffff:127.0.0.1", 80, 0, 0), True),
        (("::ffff:192.0.2.1", 80, 0, 0), False),
        (("192.0.2.1", 80), False),
        (("10.0.0.1", 80), False),
        (("0.0.0.0", 80), False),  # noqa: S104 - an address to judge, nothing listens there
        (("localhost", 80), False),
        (("fe80::1%eth0", 80, 0, 0), False),
        (None, False),
        ("", False),
    ],
)
def test_loopback_is_an_address(address: object, *, expected: bool) -> None:
    assert is_loopback(address) is expected


@pytest.fixture
def live() -> Iterator[LiveHost]:
    with live_host() as host:
        yield host


@pytest.fixture
def guarded(live: LiveHost) -> Iterator[LiveHost]:
    """The same, with a guard to whom it is the world outside."""
    with guarding(live):
        yield live


def _with_requests(url: str, method: str, path: str) -> None:
    requests.request(method, url + path, timeout=PATIENCE, allow_redirects=False)


def _with_urllib3(url: str, method: str, path: str) -> None:
    with urllib3.PoolManager() as pool:
        pool.request(method, url + path, retries=False, redirect=False, timeout=PATIENCE)


def _with_httpx(url: str, method: str, path: str) -> None:
    httpx.request(method, url + path, timeout=PATIENCE)


def _with_http_client(url: str, method: str, path: str) -> None:
    host, _, base = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=PATIENCE)
    try:
        connection.putrequest(method, f"/{base}{path}")
        connection.endheaders()
        connection.getresponse().read()
    finally:
        connection.close()


def _with_a_socket(url: str, method: str, path: str) -> None:
    host, _, base = url.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port)), PATIENCE) as raw, raw.makefile("rwb") as file:
        file.write(f"{method} /{base}{path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        file.flush()
        file.readline()


WAYS = (_with_requests, _with_urllib3, _with_httpx, _with_http_client, _with_a_socket)


@pytest.mark.parametrize("way", WAYS)
def test_every_library_may_read_and_none_may_send(way: object, guarded: LiveHost) -> None:
    assert callable(way)
    way(guarded.url, "GET", "/sms/8242D945")
    assert len(guarded.received) == 1
    for method, path in (("POST", "/sms"), ("GET", "/sms/send?to=%2B33639981234&body=x"), ("DELETE", "/sms")):
        with pytest.raises(EndOfProcessError):
            way(guarded.url, method, path)
    assert len(guarded.received) == 1


def test_a_body_does_not_pass(guarded: LiveHost) -> None:
    with pytest.raises(EndOfProcessError):
        requests.post(f"{guarded.url}/sms", json={"to": "+33639981234", "body": "x"}, timeout=PATIENCE)
    with pytest.raises(EndOfProcessError):
        requests.get(f"{guarded.url}/sms", data=b"x", timeout=PATIENCE)
    assert guarded.received == []


def test_buffers_datagrams_and_files_do_not_pass(guarded: LiveHost, tmp_path: Path) -> None:
    send = [b"GET /rest/v1.1/sms/send?to=1 HTTP/1.1\r\n", b"\r\n"]
    file = tmp_path / "request"
    file.write_bytes(b"".join(send))
    with socket.create_connection(("127.0.0.1", guarded.port), 2) as raw:
        with pytest.raises(EndOfProcessError):
            raw.sendmsg(send)
        with pytest.raises(EndOfProcessError), file.open("rb") as opened:
            raw.sendfile(opened)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram, pytest.raises(EndOfProcessError):
        datagram.sendto(b"x", ("127.0.0.1", guarded.port))
    assert guarded.received == []


class TwoFaced(bytearray):
    """Says of itself that it is a read; what a socket takes of it is something else."""

    def __bytes__(self) -> bytes:
        return _request(f"GET {BASE}/sms")


def test_keywords_and_buffers_that_lie_do_not_pass(guarded: LiveHost) -> None:
    send = _request("POST /rest/v1.1/sms")
    with socket.create_connection(("127.0.0.1", guarded.port), 2) as raw:
        calls: list[tuple[str, tuple[object, ...], dict[str, object]]] = [
            ("sendall", (), {"data": send}),
            ("send", (), {"data": send}),
            ("sendmsg", (), {"buffers": [send]}),
            ("sendto", (), {"data": send, "address": ("127.0.0.1", guarded.port)}),
            ("sendall", (TwoFaced(send),), {}),
            ("sendmsg", ([TwoFaced(send)],), {}),
        ]
        for name, arguments, options in calls:
            with pytest.raises(EndOfProcessError):
                getattr(raw, name)(*arguments, **options)
    assert guarded.received == []


def test_a_socket_without_a_peer_sends_nothing_and_ends_nothing() -> None:
    """As one is whose peer has hung up meanwhile, here or anywhere."""
    asked: list[bytes] = []

    def must_not_end() -> None:
        asked.append(b"ended")
        raise EndOfProcessError

    with socket.socket() as unconnected, pytest.raises(OSError, match="not connected"):
        Guard(None, before_end=must_not_end).watch(unconnected, b"POST /sms HTTP/1.1")
    assert asked == []


def test_a_send_in_tls_does_not_pass() -> None:
    certificate = Path(__file__).with_name("localhost.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with live_host(context) as live, guarding(live):
        url = live.url.replace("http://", "https://")
        requests.get(f"{url}/sms", timeout=PATIENCE, verify=str(certificate))
        assert len(live.received) == 1
        with pytest.raises(EndOfProcessError):
            requests.get(f"{url}/sms/send?to=1&body=x", timeout=PATIENCE, verify=str(certificate))
        assert len(live.received) == 1


_PIECES = st.sampled_from(
    [
        *TRICKS.values(),
        *HEADER_TRICKS.values(),
        HEAD,
        " HTTP/1.1\r\n",
        "\r\n",
        "\r\n\r\n",
        "\n",
        " ",
        "\t",
        "?",
        "/",
        "GET",
        "POST",
        "/rest/v1.1",
        "/sms",
        "/send",
        "%73end",
        "8242D945",
        "&to=%2B1",
        "&from=a",
        ";",
        "..",
        "\x00",
    ]
)
_SENDS = st.sampled_from([b"POST", b"GET /rest/v1.1/sms/send", b"PUT"])
_ALLOWED_LINE = re.compile(rb"GET /rest/v1\.1/sms(/[0-9A-Z]{8})?(\?[!-~]*)? HTTP/1\.1")


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(data=_request("GET /rest/v1.1/sms/send"), cut=0)
@example(data=_request(f"GET {BASE}/sms") + _request("POST /rest/v1.1/sms"), cut=0)
@given(
    data=st.one_of(
        st.lists(_PIECES, max_size=12).map(lambda pieces: "".join(pieces).encode()),
        st.sampled_from([*TRICKS.values()]).map(_request),
        st.builds(lambda a, b, c: a + b + c, _SENDS, st.binary(max_size=20), st.just(HEAD.encode())),
        st.binary(max_size=60),
    ),
    cut=st.integers(0, 200),
)
def test_no_bytes_reach_the_live_host_but_a_read(data: bytes, cut: int, guarded: LiveHost) -> None:
    """Any bytes, in one piece or in two, so that no half of a request slips through before the other."""
    before = len(guarded.received)
    with socket.create_connection(("127.0.0.1", guarded.port), 2) as raw:
        for piece in (data[:cut], data[cut:]) if cut else (data,):
            with suppress(EndOfProcessError):
                raw.sendall(piece)
                if piece:
                    raw.recv(100)
    for received in guarded.received[before:]:
        assert _ALLOWED_LINE.fullmatch(received.partition(b"\r\n")[0]), received


def test_the_process_ends_with_one_line_after_what_it_started(live: LiveHost) -> None:
    result = guarded_script.run(
        """
import sys, requests
guard = _guard.Guard(None, lambda: print("stopped the child", flush=True), lambda _: False)
_guard.install(guard)
for _ in range(3):
    try:
        requests.post(sys.argv[1], data=b"x", timeout=2)
    except BaseException:
        print("survived")
""",
        f"{live.url}/sms",
    )
    assert result.returncode == EXIT_CODE
    assert result.stdout == "stopped the child\n"
    assert len(result.stderr.splitlines()) == 1
    assert live.received == []


def test_a_run_against_a_live_server_reads_only(emulator: RunningEmulator) -> None:
    """The whole suite, told that the server is not on this machine; any other request would end it with 2."""
    with Proxy(emulator.base_url).listening() as live:
        result = guarded_script.run(
            """
import json, sys
from callr_sms_contract import Settings, run_suite
settings = Settings(sys.argv[1], "emulator", "emulator", live_rate=1000)
outcome = run_suite(settings, is_local=lambda _: False)
print(json.dumps([outcome.is_live, outcome.holds, sorted({name for name, _ in outcome.tally.requests})]))
""",
            live.base_url,
        )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == '[true, true, ["GET /sms", "GET /sms/{hash}"]]\n'
    assert len(live.asked) > 20
    assert {asked.method for asked in live.asked} == {"GET"}
    assert all(re.fullmatch(f"{BASE}/sms(/[0-9A-Z]{{8}})?", asked.path) for asked in live.asked)


@pytest.mark.parametrize(
    "path", ["/rest/v1.1/sms/send", "/rest/%73ms", "/rest/..", "/rest//v1.1", "/a;b", "/rest/SMS"]
)
def test_a_base_path_in_which_a_send_could_hide_is_refused(path: str) -> None:
    reads = Reads(HOST, path)
    assert reads.objection(_request(f"GET {path}/sms")) == "a base path that could hide a send"
    with pytest.raises(SettingError, match="could hide a send"):
        reaches_only_loopback(f"https://192.0.2.1{path}")
    assert reaches_only_loopback(f"http://127.0.0.1{path}")
