"""The default transports: how the failures of httpx2 are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
import pytest

from callr_sms_client import (
    ArgumentError,
    Callr,
    CallrConnectionError,
    CallrError,
    CallrTimeoutError,
    ConfigurationError,
    ProtocolError,
    _httpx2,
)
from callr_sms_client._httpx2 import _translate_error
from tests.client.support import HASH, RawServer, failure, http_answer, serving, success

if TYPE_CHECKING:
    import socket


@pytest.mark.parametrize(
    ("caught", "kind", "outcome"),
    [
        (httpx2.ConnectError("refused"), CallrConnectionError, "not_sent"),
        (httpx2.ConnectTimeout("late"), CallrTimeoutError, "not_sent"),
        (httpx2.PoolTimeout("late"), CallrTimeoutError, "not_sent"),
        (httpx2.InvalidURL("long"), ArgumentError, "not_sent"),
        (httpx2.UnsupportedProtocol("gopher"), ConfigurationError, "not_sent"),
        (httpx2.ReadTimeout("late"), CallrTimeoutError, "unknown"),
        (httpx2.WriteTimeout("late"), CallrTimeoutError, "unknown"),
        (httpx2.ReadError("reset"), CallrConnectionError, "unknown"),
        (httpx2.WriteError("reset"), CallrConnectionError, "unknown"),
        (httpx2.CloseError("reset"), CallrConnectionError, "unknown"),
        (httpx2.ProxyError("no"), CallrConnectionError, "unknown"),
        (httpx2.LocalProtocolError("no"), CallrConnectionError, "unknown"),
        (httpx2.RemoteProtocolError("cut"), ProtocolError, "unknown"),
        (httpx2.DecodingError("gzip"), ProtocolError, "unknown"),
        (OSError("anything"), CallrConnectionError, "unknown"),
        (ProtocolError("ours"), ProtocolError, "unknown"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_each_failure(caught: Exception, kind: type[CallrError], outcome: str) -> None:
    error = _translate_error(caught)
    assert type(error) is kind
    assert error.outcome == outcome


def test_every_error_of_httpx2_is_one_of_ours() -> None:
    kinds = [
        item
        for item in vars(httpx2).values()
        if isinstance(item, type) and issubclass(item, httpx2.TransportError)
    ]
    assert len(kinds) > 10
    for kind in kinds:
        error = _translate_error(kind("secret words of the library"))
        sent_nothing = issubclass(
            kind,
            httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout | httpx2.UnsupportedProtocol,
        )
        assert error.outcome == ("not_sent" if sent_nothing else "unknown"), kind


def test_an_answer_without_end_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_httpx2, "MAX_ANSWER_BYTES", 20)
    with (
        serving(http_answer(success(HASH))) as server,
        Callr("login", "password", base_url=server.base_url) as callr,
        pytest.raises(ProtocolError, match="longer than 20 bytes") as caught,
    ):
        callr.sms.send(to="+33612345678", body="Hello")
    assert caught.value.outcome == "unknown"


def test_one_connection_serves_many_requests() -> None:
    """And it is not closed after an error of the API."""
    body = failure(404, "PROPERTY_VALUE_ERROR [id]")
    answer = http_answer(body, "404 Not Found").replace(b"Connection: close\r\n", b"")
    connections: list[socket.socket] = []

    def keep_alive(_: RawServer, connection: socket.socket) -> None:
        connections.append(connection)
        connection.sendall(answer)

    with serving(keep_alive) as server:
        with Callr("login", "password", base_url=server.base_url) as callr:
            for _ in range(3):
                with pytest.raises(CallrError, match="404"):
                    callr.sms.get(HASH)
        assert len(server.requests) == 3
    assert len({id(connection) for connection in connections}) == 1
