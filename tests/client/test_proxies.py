"""The way to a server: proxies, given or named by the environment, and TLS."""

from __future__ import annotations

import socket
import ssl
import threading
from base64 import b64encode
from contextlib import suppress
from pathlib import Path

import pytest

from callr_sms_client import AsyncCallr, Callr, CallrConnectionError, ConfigurationError, Timeout
from callr_sms_client._transport.proxies import find_proxy
from tests.client.clocks import WoundClock, wind
from tests.client.support import HASH, SMS, RawServer, http_answer, serving, success

TO = "+33612345678"
SENT = http_answer(success(HASH))
CERTIFICATE = Path(__file__).parents[1] / "contract_tests" / "localhost.pem"
PATIENCE = 60.0


def send(callr: Callr) -> str:
    return callr.sms.send(to=TO, body="Hello")


def proxied(server: RawServer, **options: str) -> Callr:
    proxy = server.base_url.removesuffix("/rest/v1.1").replace("http://", "http://me:s%40cret@")
    return wind(Callr("login", "password", proxy=proxy, **options), WoundClock())  # type: ignore[arg-type]


def test_a_proxy_carries_requests() -> None:
    with serving(SENT) as server, proxied(server, base_url="http://callr.invalid/rest") as callr:
        assert send(callr) == HASH
        (request,) = server.requests
    assert request.startswith(b"POST http://callr.invalid/rest/sms HTTP/1.1\r\n")
    assert b"\r\nProxy-Authorization: Basic " + b64encode(b"me:s@cret") + b"\r\n" in request


def test_a_proxy_that_makes_no_tunnel_was_sent_nothing() -> None:
    answer = b"HTTP/1.1 407 canary\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with (
        serving(answer) as server,
        proxied(server, base_url="https://callr.invalid/rest") as callr,
        pytest.raises(CallrConnectionError) as caught,
    ):
        send(callr)
    assert len(server.requests) == 3  # a send that did not leave may go out, and tries again
    assert all(request.startswith(b"CONNECT callr.invalid:443 HTTP/1.1\r\n") for request in server.requests)
    assert (caught.value.outcome, caught.value.attempts) == ("not_sent", 3)
    assert "the proxy responded with 407" in str(caught.value)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "proxy",
    [
        "socks4://127.0.0.1:1080",
        "ftp://127.0.0.1:1",
        "http://",
        "http://h:port",
        "http://h:0",
        "http://h:65536",
        "http://[::1",
        "http://me:p/ss@h:1",
        "http://me:p#ss@h:1",
        "http://me:p?ss@h:1",
        "http://a%3Ab:c@h:1",
        "http://h:1/path",
        "http://h h:1",
        "http://m\udce9:c@h:1",
        "socks5://me:@h:1",
        f"socks5://me:{'x' * 256}@h:1",
        7,
    ],
)
def test_proxies_that_are_none(proxy: str) -> None:
    with pytest.raises(
        ConfigurationError, match="proxy: expected http://, https:// or socks5:// and host:port"
    ):
        Callr("login", "password", proxy=proxy)


def test_a_proxy_and_a_transport_do_not_go_together() -> None:
    for options in ({"proxy": ""}, {"tls": ssl.create_default_context()}):
        with pytest.raises(
            ConfigurationError,
            match="transport: expected neither tls nor proxy with it, because it has its own network",
        ):
            Callr("login", "password", transport=object(), **options)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match=r"tls: expected an ssl\.SSLContext, got bool"):
        Callr("login", "password", tls=True)  # type: ignore[arg-type]


@pytest.fixture
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name.upper()}_PROXY", raising=False)


@pytest.mark.usefixtures("_no_proxies")
@pytest.mark.parametrize(
    ("variables", "base_url", "found"),
    [
        ({}, "https://api.callr.com", None),
        ({"HTTPS_PROXY": "http://p:8080"}, "https://api.callr.com", "http://p:8080"),
        ({"https_proxy": "p:8080"}, "https://api.callr.com", "http://p:8080"),
        ({"HTTP_PROXY": "http://p:8080"}, "https://api.callr.com", None),
        ({"HTTP_PROXY": "http://p:8080"}, "http://api.callr.com", "http://p:8080"),
        ({"ALL_PROXY": "http://p"}, "https://api.callr.com", "http://p:80"),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "callr.com"}, "https://api.callr.com", None),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "*"}, "https://api.callr.com", None),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "callr.org"}, "https://api.callr.com", "http://p:80"),
        ({"ALL_PROXY": "http://p"}, "http://127.0.0.1:8767", None),
        ({"ALL_PROXY": "http://p"}, "http://[::1]:8767", None),
        ({"ALL_PROXY": "http://p"}, "http://localhost:8767", None),
        ({"ALL_PROXY": "http://p"}, "http://localhost.:8767", None),
        ({"ALL_PROXY": "http://p"}, "http://sms.localhost:8767", None),
        ({"ALL_PROXY": "http://p"}, "http://xlocalhost:8767", "http://p:80"),
        ({"ALL_PROXY": "http://p"}, "http://0.0.0.0:8767", None),
        ({"ALL_PROXY": "http://p"}, "http://[::]:8767", None),
        ({"ALL_PROXY": "http://p"}, "http://[::ffff:127.0.0.1]:8767", None),
        ({"ALL_PROXY": "http://p"}, "http://[::ffff:10.0.0.1]:8767", "http://p:80"),
    ],
)
def test_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], base_url: str, found: str | None
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    proxy = find_proxy(base_url)
    assert (proxy and proxy.url) == found


@pytest.mark.usefixtures("_no_proxies")
def test_a_proxy_of_the_environment_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks4://me:canary@p:1080")
    with Callr("login", "password") as callr, pytest.raises(ConfigurationError) as caught:
        send(callr)
    assert "HTTPS_PROXY: expected http://" in str(caught.value)
    assert "canary" not in repr(caught.value)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    with (
        Callr("login", "password", base_url="https://callr.invalid", proxy="", max_retries=0) as callr,
        pytest.raises(CallrConnectionError) as connection,
    ):
        send(callr)
    assert "refused" not in str(connection.value)


def _serve_tls(listener: socket.socket, context: ssl.SSLContext) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with suppress(OSError), context.wrap_socket(connection, server_side=True) as secure:
                while secure.recv(65536):
                    secure.sendall(http_answer(success(SMS)).replace(b"Connection: close\r\n", b""))


@pytest.mark.anyio
async def test_a_tls_context() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve_tls, args=(listener, context))
        thread.start()
        base_url = f"https://localhost:{listener.getsockname()[1]}"
        with Callr("login", "password", base_url=base_url, tls=trusting) as callr:
            assert [callr.sms.get(HASH).hash for _ in range(3)] == [HASH] * 3
        async with AsyncCallr("login", "password", base_url=base_url, tls=trusting) as client:
            assert (await client.sms.get(HASH)).hash == HASH
        timeout = Timeout(connect=PATIENCE)
        with (
            Callr("login", "password", base_url=base_url, timeout=timeout, max_retries=0) as callr,
            pytest.raises(CallrConnectionError, match="CERTIFICATE_VERIFY_FAILED") as caught,
        ):
            send(callr)
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE)
    assert caught.value.outcome == "not_sent"
