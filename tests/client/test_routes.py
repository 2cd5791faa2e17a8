"""The way to a server: TLS to a proxy, SOCKS, IPv6 addresses, `NO_PROXY`, and a wrong environment."""

from __future__ import annotations

import select
import socket
import ssl
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib import request

import pytest

from callr_sms_client import Callr, CallrConnectionError, ConfigurationError
from callr_sms_client._transport.no_proxy import is_excluded
from callr_sms_client._transport.proxies import find_proxy
from tests.client.support import HASH, serving
from tests.client.tls_servers import (
    PATIENCE,
    SENT,
    answer,
    certified,
    listening,
    over_tls,
    read_head,
    trusting,
)
from tests.client.ways import WAYS, attempt, fail

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def relay(one: socket.socket, port: int) -> None:
    """Pass bytes between a connection and a port of this machine, until one of them closes.

    In one thread, because a TLS connection must not be read and written at the same time.
    """
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as other:
        ways = {one: other, other: one}
        while True:
            decrypted = isinstance(one, ssl.SSLSocket) and one.pending()
            for source in [one] if decrypted else select.select(ways, [], [], PATIENCE)[0]:
                piece = source.recv(65536)
                if not piece:
                    return
                ways[source].sendall(piece)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_of_https(way: str, scheme: str) -> None:
    heads: list[bytes] = []

    def proxy(connection: socket.socket) -> None:
        heads.append(read_head(connection))
        if heads[-1].startswith(b"CONNECT "):
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            relay(connection, api)
            return
        while not heads[-1].endswith(b"}") and (piece := connection.recv(65536)):  # the body
            heads[-1] += piece
        connection.sendall(SENT)

    with (
        listening(over_tls(certified("api.invalid"), answer)) as api,
        listening(over_tls(certified(), proxy)) as port,
    ):
        got = attempt(
            way,
            base_url=f"{scheme}://api.invalid",
            proxy=f"https://me:s%40cret@localhost:{port}",
            tls=trusting(),
        )
    assert got == HASH
    assert b"Proxy-Authorization: Basic bWU6c0BjcmV0\r\n" in heads[0]
    assert heads[0].startswith(
        b"POST http://api.invalid/sms " if scheme == "http" else b"CONNECT api.invalid:443 HTTP/1.1\r\n"
    )


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_ipv6_addresses_keep_their_brackets(way: str, scheme: str) -> None:
    refuse = b"HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with serving(SENT if scheme == "http" else refuse) as server:
        proxy = server.base_url.removesuffix("/rest/v1.1")
        attempt(way, base_url=f"{scheme}://[2001:db8::1]:8443/rest", proxy=proxy, tls=trusting())
    (request,) = server.requests
    line = b"POST http://[2001:db8::1]:8443/rest/sms " if scheme == "http" else b"CONNECT [2001:db8::1]:8443 "
    assert request.startswith(line)
    assert b"\r\nHost: [2001:db8::1]:8443\r\n" in b"\r\n" + request.partition(b"\r\n")[2]


@pytest.mark.parametrize("way", WAYS)
def test_a_server_with_an_ipv6_address(way: str) -> None:
    with listening(over_tls(certified("::1"), answer), "::1") as port:
        assert attempt(way, base_url=f"https://[::1]:{port}", tls=trusting(), proxy="") == HASH


def socks(
    api: int, asked: list[bytes], *, login: bytes = b"", reply: int = 0, piece: int = 1
) -> Callable[[socket.socket], None]:
    """A SOCKS5 proxy that sends its replies in small pieces."""

    def send(connection: socket.socket, data: bytes) -> None:
        for at in range(0, len(data), piece):
            connection.sendall(data[at : at + piece])

    def serve(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        asked.append(connection.recv(3))
        send(connection, b"\x05" + (b"\x02" if login else b"\x00"))
        if login:
            given = connection.recv(len(login))
            asked.append(given)
            send(connection, b"\x01" + (b"\x00" if given == login else b"\x01"))
        asked.append(connection.recv(512))
        send(connection, bytes([5, reply, 0, 3, 4]) + b"name" + b"\x00\x50")
        if not reply:
            relay(connection, api)

    return serve


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("scheme", "base_url", "address"),
    [
        ("socks5", "http://api.invalid", b"\x03\x0bapi.invalid\x00\x50"),
        ("socks5h", "https://api.invalid", b"\x03\x0bapi.invalid\x01\xbb"),
        ("socks5", "http://[2001:db8::1]:81", b"\x04\x20\x01\x0d\xb8" + bytes(11) + b"\x01\x00\x51"),
        ("socks5", "http://192.0.2.1", b"\x01\xc0\x00\x02\x01\x00\x50"),
    ],
)
def test_socks(way: str, scheme: str, base_url: str, address: bytes) -> None:
    asked: list[bytes] = []
    serve = over_tls(certified("api.invalid"), answer) if base_url.startswith("https") else answer
    login = b"\x01\x02me\x06s@cret"
    with listening(serve) as api, listening(socks(api, asked, login=login)) as port:
        proxy = f"{scheme}://me:s%40cret@127.0.0.1:{port}"
        assert attempt(way, base_url=base_url, proxy=proxy, tls=trusting()) == HASH
    assert asked == [b"\x05\x01\x02", login, b"\x05\x01\x00" + address]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("login", "options", "why"),
    [
        ("", {"reply": 5}, "the connection was refused"),
        ("", {"login": b"\x01\x01a\x01b"}, "it asks for a login"),
        ("me:canary@", {}, "it does not accept the login"),
        ("me:canary@", {"login": b"\x01\x02me\x06secret"}, "it does not accept the login"),
    ],
)
def test_socks_proxies_that_make_no_connection(
    way: str, login: str, options: dict[str, object], why: str
) -> None:
    with listening(socks(1, [], **options)) as port:  # type: ignore[arg-type] # as the table has them
        error = fail(way, base_url="http://api.invalid", proxy=f"socks5://{login}127.0.0.1:{port}")
    assert type(error) is CallrConnectionError
    assert f"the proxy 127.0.0.1: {why}" in str(error)
    assert error.outcome == "not_sent"
    assert "canary" not in repr(error)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
@pytest.mark.parametrize("api", ["http://api.invalid", "https://api.invalid"])
def test_a_proxy_that_cannot_be_reached_is_named(way: str, scheme: str, api: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    error = fail(way, base_url=api, proxy=f"{scheme}://me:canary@127.0.0.1:{port}", tls=trusting())
    assert "no connection (the proxy 127.0.0.1: Connection refused); nothing was sent" in str(error)
    error = fail(way, base_url=api, proxy=f"{scheme}://me:canary@none.invalid:1", tls=trusting())
    assert "no connection (the proxy none.invalid: " in str(error)
    assert "canary" not in repr(error)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 Conn", b"canary\r\n\r\n"])
def test_what_is_not_a_proxy_of_http(way: str, said: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(said)

    with listening(serve) as port:
        error = fail(way, base_url="https://api.invalid", proxy=f"http://127.0.0.1:{port}", tls=trusting())
    assert "no connection (the proxy's response is cut off or not HTTP); nothing was sent" in str(error)
    assert (error.outcome, "canary" in repr(error)) == ("not_sent", False)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_not_a_socks_proxy(way: str) -> None:
    for said, why in (
        (b"HTTP/1.1 400 No\r\n\r\n", "it does not speak SOCKS5"),
        (b"", "it closed the connection"),
    ):

        def serve(connection: socket.socket, said: bytes = said) -> None:
            connection.recv(3)
            connection.sendall(said)

        with listening(serve) as port:
            error = fail(way, base_url="http://api.invalid", proxy=f"socks5://127.0.0.1:{port}")
        assert why in str(error)


def test_socks_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    with pytest.raises(
        ConfigurationError, match=r'proxy: SOCKS needs .* pip install "callr-sms-client\[socks\]"'
    ):
        Callr("login", "password", proxy="socks5://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "socks5h://127.0.0.1:1")
    with pytest.raises(ConfigurationError, match=r"HTTPS_PROXY: SOCKS needs .*\[socks\]"):
        find_proxy("https://api.callr.com")


@pytest.mark.parametrize(
    ("no_proxy", "excluded", "included"),
    [
        ("*", ["a.b:443", "192.0.2.1:443"], []),
        ("callr.com", ["callr.com:443", "api.callr.com:443", "API.Callr.COM.:443"], ["mycallr.com:443"]),
        (".callr.com", ["callr.com:443", "api.callr.com:443"], ["mycallr.com:443", "callr.com.au:443"]),
        ("*.callr.com", ["api.callr.com:443", "a.b.callr.com:443"], ["mycallr.com:443"]),
        ("CALLR.com.", ["api.callr.com:443"], ["callr.org:443"]),
        (" a.b  callr.com,,c.d", ["api.callr.com:443", "a.b:1", "c.d:2"], ["b:1"]),
        ("callr.com:8443", ["api.callr.com:8443"], ["api.callr.com:443"]),
        ("10.0.0.0/8", ["10.1.2.3:443", "::ffff:10.1.2.3:443"], ["11.0.0.1:443", "10.example:443"]),
        ("10.1.2.3/8", ["10.9.9.9:443"], []),
        ("192.168.*", ["192.168.7.7:443"], ["192.169.0.1:443"]),
        ("fd00::/8", ["fd12::1:443"], ["fe80::1:443", "10.0.0.1:443"]),
        ("[fd00::]/8", ["fd12::1:443"], ["fe80::1:443"]),
        ("2001:db8::1", ["2001:0DB8:0::1:443", "2001:db8::1:8443"], ["2001:db8::2:443"]),
        ("[2001:db8::1]", ["2001:db8::1:443"], ["2001:db8::2:443"]),
        ("[2001:db8::1]:8443", ["2001:db8::1:8443"], ["2001:db8::1:443"]),
        ("192.0.2.1:443", ["192.0.2.1:443"], ["192.0.2.1:80"]),
        (
            "b\u00fccher.example",
            ["xn--bcher-kva.example:443", "a.XN--BCHER-KVA.example:443"],
            ["bucher.example:443"],
        ),
        ("xn--bcher-kva.example", ["xn--bcher-kva.example:443"], ["bucher.example:443"]),
        ("stra\u00dfe.example", ["xn--strae-oqa.example:443"], ["a.example:443"]),
        (
            f", . *. : :443 [ 10.0.0.0/99 a:{'9' * 5000} 10.0.0.0/{'9' * 5000} \udce9",
            [],
            ["a:443", "10.0.0.1:443"],
        ),
    ],
)
def test_no_proxy(no_proxy: str, excluded: list[str], included: list[str]) -> None:
    for servers, expected in ((excluded, True), (included, False)):
        for server in servers:
            host, _, port = server.rpartition(":")
            assert is_excluded(no_proxy, host, int(port)) is expected, server


def test_no_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://p:1")
    monkeypatch.setenv("NO_PROXY", "10.0.0.0/8, callr.com:443")
    assert find_proxy("https://10.1.2.3") is None
    assert find_proxy("https://api.callr.com") is None
    assert find_proxy("https://api.callr.com:8443") is not None


def test_a_proxy_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the settings of macOS or Windows, which also name hosts that are called directly."""
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(request, "getproxies_environment", dict)
    monkeypatch.setattr(request, "getproxies", lambda: {"https": "http://proxy.example:3128"})
    monkeypatch.setattr(request, "proxy_bypass", lambda server: server == "inside.example:8443")
    found = find_proxy("https://api.callr.com")
    assert found is not None
    assert (found.host, found.port) == ("proxy.example", 3128)
    assert find_proxy("https://inside.example:8443") is None


VALUES = [
    "",
    " ",
    "\udcff\udcfe",
    "caf\u00e9",
    "canary:canary@canary",
    "http://me:canary@[::1",
    "http://me:can/ary@h:1",
    "socks5://me:canary@h:99999",
    "://",
    "/nowhere/there",
    "/",
    "9" * 5000,
]
"""Nothing of it works. What is not UTF-8 reaches Python as lone surrogates."""


@pytest.mark.parametrize(
    "name", ["HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"]
)
@pytest.mark.parametrize("way", ["sync", "asyncio"])
def test_no_environment_raises_anything_else(tmp_path: Path, way: str, name: str) -> None:
    foreign, empty, folder = tmp_path / "der", tmp_path / "empty", tmp_path / "folder"
    foreign.write_bytes(b"\x30\x82\x01\x00")
    empty.touch()
    folder.mkdir()
    with ExitStack() as undone:
        # OpenSSL creates the file of the keys, at a relative path, too.
        undone.enter_context(pytest.MonkeyPatch.context()).chdir(tmp_path)
        for value in [*VALUES, str(foreign), str(empty), str(folder)]:
            patch = undone.enter_context(pytest.MonkeyPatch.context())
            patch.setenv(name, value)
            error = fail(way, base_url="https://127.0.0.2:1", timeout=5)
            assert isinstance(error, ConfigurationError | CallrConnectionError)
            assert error.outcome == "not_sent"
            assert error.parameter is None
            assert "canary" not in f"{error!r} {error.args}"
            if isinstance(error, ConfigurationError):
                assert str(error).startswith(f"sms.send: {name}: ")
