"""The default transports: how the failures of httpx2 are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpcore2
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
)
from callr_sms_client._transport import default
from callr_sms_client._transport.default import _translate_error
from tests.client.support import HASH, RawServer, failure, http_answer, serving, success

if TYPE_CHECKING:
    import socket


@pytest.mark.parametrize(
    ("caught", "early", "late"),
    [
        (httpcore2.ConnectError("refused"), CallrConnectionError, CallrConnectionError),
        (httpcore2.ConnectTimeout("late"), CallrTimeoutError, CallrTimeoutError),
        (httpcore2.PoolTimeout("late"), CallrTimeoutError, CallrTimeoutError),
        (httpcore2.UnsupportedProtocol("gopher"), ConfigurationError, CallrConnectionError),
        (httpcore2.ReadTimeout("late"), CallrTimeoutError, CallrTimeoutError),
        (httpcore2.WriteTimeout("late"), CallrTimeoutError, CallrTimeoutError),
        (httpcore2.ReadError("reset"), CallrConnectionError, CallrConnectionError),
        (httpcore2.WriteError("reset"), CallrConnectionError, CallrConnectionError),
        (httpcore2.ProxyError("407 no"), CallrConnectionError, CallrConnectionError),
        (httpcore2.LocalProtocolError("no"), ArgumentError, CallrConnectionError),
        (httpcore2.RemoteProtocolError("cut"), CallrConnectionError, ProtocolError),
        (httpx2.DecodingError("gzip"), CallrConnectionError, ProtocolError),
        (TimeoutError(), CallrTimeoutError, CallrTimeoutError),
        (OSError("anything"), CallrConnectionError, CallrConnectionError),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_each_failure(caught: Exception, early: type[CallrError], late: type[CallrError]) -> None:
    """What may have been sent is told by the bytes that left, not by the name of an error."""
    for began, kind, outcome in ((False, early, "not_sent"), (True, late, "unknown")):
        error = _translate_error(caught, began=began)
        assert (type(error), error.outcome) == (kind, outcome)


def test_our_own_errors_stay_as_they_are() -> None:
    error = ProtocolError("ours")
    assert _translate_error(error, began=False) is error


def test_every_error_of_the_library_is_one_of_ours() -> None:
    kinds = [
        item for item in vars(httpcore2).values() if isinstance(item, type) and issubclass(item, Exception)
    ]
    assert len(kinds) > 10
    for kind in kinds:
        for began in (False, True):
            error = _translate_error(kind("secret words"), began=began)
            assert error.outcome == ("unknown" if began else "not_sent"), kind
            ours = kind in {httpcore2.ConnectError, httpcore2.ReadError, httpcore2.WriteError}
            shown = ours or (kind is httpcore2.ConnectTimeout and not began)
            assert ("secret words" in str(error)) == shown, kind


def test_an_answer_without_end_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(default, "MAX_RESPONSE_BYTES", 20)
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
