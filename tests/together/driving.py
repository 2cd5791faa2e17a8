"""The client, synchronous and asynchronous, against a transport that notes and against a real server."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from callr_sms_client import AsyncCallr, AsyncMockTransport, Callr, MockTransport, Response
from callr_sms_contract.wire.messages import Request
from tests.client.support import CRLF, HASH, SMS, RawServer, serving, success
from tests.together.asking import BASE_URL, LOGIN, PASSWORD, Call

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from callr_sms_client import Request as Outgoing

Made: TypeAlias = tuple[list[Request], object]
"""The requests that went out, and the result or the error of the call."""

Drive: TypeAlias = "Callable[[Call], Made]"


def _fitting(method: str, url: str) -> bytes:
    path = url.partition("?")[0]
    if method == "GET" and path.endswith("/sms"):
        return success([])
    return success(HASH if path.endswith(("/sms", "/send")) else SMS)


def _noted(request: Outgoing) -> Request:
    headers = {name.lower(): value for name, value in request.headers}
    assert len(headers) == len(request.headers)
    return Request(request.method, request.url, headers, request.body or b"")


def _answer(request: Outgoing) -> Response:
    body = _fitting(request.method, request.url)
    return Response(200, {"content-type": "application/json"}, body)


def _outcome(call: Callable[[], object]) -> object:
    try:
        return call()
    except ValueError as error:  # what the client refuses; anything else fails the test
        return error


@contextmanager
def noting() -> Iterator[Drive]:
    """The synchronous client; nothing is sent."""
    transport = MockTransport(_answer)
    with Callr(LOGIN, PASSWORD, base_url=BASE_URL, max_retries=0, transport=transport) as callr:

        def drive(call: Call) -> Made:
            transport.requests.clear()
            came = _outcome(lambda: getattr(callr.sms, call.method)(**call.arguments))
            return [_noted(request) for request in transport.requests], came

        yield drive


@contextmanager
def noting_async() -> Iterator[Drive]:
    """The asynchronous client; nothing is sent."""
    transport = AsyncMockTransport(_answer)
    callr = AsyncCallr(LOGIN, PASSWORD, base_url=BASE_URL, max_retries=0, transport=transport)
    with asyncio.Runner() as runner:

        def drive(call: Call) -> Made:
            transport.requests.clear()
            came = _outcome(lambda: runner.run(getattr(callr.sms, call.method)(**call.arguments)))
            return [_noted(request) for request in transport.requests], came

        yield drive
        runner.run(callr.aclose())


@contextmanager
def sending() -> Iterator[Drive]:
    """The synchronous client and a server, which tells what bytes came."""
    with _listening() as server, Callr(LOGIN, PASSWORD, base_url=server.base_url, max_retries=0) as callr:

        def drive(call: Call) -> Made:
            server.requests.clear()
            came = _outcome(lambda: getattr(callr.sms, call.method)(**call.arguments))
            return list(map(read_bytes, server.requests)), came

        yield drive


@contextmanager
def sending_async() -> Iterator[Drive]:
    """The asynchronous client and a server, which tells what bytes came."""
    with _listening() as server, asyncio.Runner() as runner:
        callr = AsyncCallr(LOGIN, PASSWORD, base_url=server.base_url, max_retries=0)

        def drive(call: Call) -> Made:
            server.requests.clear()
            came = _outcome(lambda: runner.run(getattr(callr.sms, call.method)(**call.arguments)))
            return list(map(read_bytes, server.requests)), came

        yield drive
        runner.run(callr.aclose())


@contextmanager
def _listening() -> Iterator[RawServer]:
    def behave(server: RawServer, connection: socket.socket) -> None:
        method, url, _ = server.requests[-1].split(CRLF)[0].decode("ascii").split(" ")
        body = _fitting(method, url)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)

    with serving(behave) as server:
        yield server


def read_bytes(raw: bytes) -> Request:
    """A request of HTTP/1.1 as RFC 9112 has it: every header once, and as many bytes as it says."""
    head, _, body = raw.partition(CRLF + CRLF)
    first, *lines = head.decode("ascii").split("\r\n")
    method, target, version = first.split(" ")
    pairs = [line.split(":", 1) for line in lines]
    headers = {name.lower(): value.strip() for name, value in pairs}
    assert version == "HTTP/1.1"
    assert len(headers) == len(pairs)
    assert headers["host"].startswith("127.0.0.1:")
    assert "transfer-encoding" not in headers
    assert len(body) == int(headers.get("content-length", 0))
    assert (method == "POST") == ("content-length" in headers)
    return Request(method, target, headers, body)


DRIVERS: dict[str, Any] = {
    "noting": noting,
    "noting_async": noting_async,
    "sending": sending,
    "sending_async": sending_async,
}
