"""Whatever a server does: a `CallrError` with the right outcome, and no second request."""

from __future__ import annotations

import gzip
import socket
import struct
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from callr_sms_client import (
    ApiError,
    AsyncCallr,
    Callr,
    CallrConnectionError,
    CallrError,
    CallrTimeoutError,
    ProtocolError,
    Timeout,
)
from tests.client.support import HASH, SMS, RawServer, failure, http_answer, serving, success

if TYPE_CHECKING:
    from collections.abc import Callable

    Behaviour = Callable[[RawServer, socket.socket], None] | bytes

SHORT = Timeout(read=0.2)
HTML = b"<html><body>502 Bad Gateway</body></html>"


def send(base_url: str, timeout: float | Timeout = 5.0) -> CallrError:
    """The error of a send to this address."""
    with (
        Callr("login", "password", base_url=base_url, timeout=timeout) as callr,
        pytest.raises(CallrError) as caught,
    ):
        callr.sms.send(to="+33612345678", body="Hello")
    return caught.value


def fail(behave: Behaviour, timeout: float | Timeout = 5.0) -> CallrError:
    """The error of a send to such a server, which must get one request and no more."""
    with serving(behave) as server:
        error = send(server.base_url, timeout)
        assert len(server.requests) == 1
    assert error.operation == "sms.send"
    assert error.__cause__ is None
    assert error.__context__ is None
    return error


def reset(_: RawServer, connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def hang_up(_: RawServer, connection: socket.socket) -> None:
    connection.close()


def stall(server: RawServer, connection: socket.socket) -> None:
    server.released.wait()
    connection.close()


def stall_in_the_middle(server: RawServer, connection: socket.socket) -> None:
    connection.sendall(http_answer(success(HASH))[:-5])
    stall(server, connection)


def answer_twice(_: RawServer, connection: socket.socket) -> None:
    connection.sendall(http_answer(HTML, "500 Oops") * 2)
    connection.close()


@pytest.mark.parametrize(
    ("behave", "kind"),
    [
        (reset, CallrConnectionError),
        (hang_up, ProtocolError),
        (stall, CallrTimeoutError),
        (stall_in_the_middle, CallrTimeoutError),
        (answer_twice, ProtocolError),
        (b"", ProtocolError),
        (b"SSH-2.0-OpenSSH_9.7\r\n", ProtocolError),
        (b"HTTP/1.1 200 OK\r\n\xff\xfe: x\r\n\r\n", ProtocolError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}", ProtocolError),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000, ProtocolError),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", ProtocolError),
        (http_answer(b"not gzip", "200 OK", "application/json", "Content-Encoding: gzip"), ProtocolError),
    ],
)
def test_a_broken_exchange_has_an_unknown_outcome(behave: Behaviour, kind: type[CallrError]) -> None:
    error = fail(behave, SHORT)
    assert type(error) is kind
    assert error.outcome == "unknown"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (HTML, "expected JSON in UTF-8, got 41 bytes of text/html"),
        (b"", "got 0 bytes"),
        (b"\xff\xfe", "expected JSON"),
        (b"NaN", "expected JSON"),
        (b"[" * 100_000, "expected JSON"),
        (b"null", "expected an object"),
        (b"[]", "expected an object"),
        (b"{}", "status: expected 'success'"),
        (b'{"status": "success"}', "the envelope has no data"),
        (b'{"status": "error", "data": "8242D945"}', "status: expected 'success'"),
        (b'{"status": true, "data": "8242D945"}', "status: expected 'success'"),
        (failure(400, "PROPERTY_VALUE_ERROR [to]: no"), "status: expected 'success'"),
        (success(None), "result: expected a string"),
        (success(8242), "result: expected a string"),
        (success({"hash": HASH}), "result: expected a string"),
        (success(""), "result: expected at least 8 characters"),
        (success("../x"), "result: expected at least 8 characters"),
        (success("8242d945"), "result: expected the identifier of an SMS, such as 8242D945"),
        (success(HASH + "\n"), "result: expected at most 8 characters"),
    ],
)
def test_an_answer_of_another_form_is_a_protocol_error(body: bytes, reason: str) -> None:
    error = fail(http_answer(body, content_type="text/html; charset=utf-8"))
    assert isinstance(error, ProtocolError)
    assert reason in str(error)
    assert (error.outcome, error.http_status) == ("unknown", 200)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 502])
def test_an_error_that_is_not_the_apis_is_a_protocol_error(status: int) -> None:
    """A gateway that says 404 in HTML does not tell what the API did."""
    error = fail(http_answer(HTML, f"{status} Whatever", "text/html"))
    assert isinstance(error, ProtocolError)
    assert (error.outcome, error.http_status) == ("unknown", status)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    with serving(http_answer(success(HASH))) as elsewhere:
        location = f"Location: {elsewhere.base_url}/sms"
        error = fail(http_answer(b"", f"{status} Elsewhere", "text/html", location))
        assert isinstance(error, ProtocolError)
        assert elsewhere.requests == []


def test_a_port_where_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = send(f"http://127.0.0.1:{port}/rest/v1.1")
    assert type(error) is CallrConnectionError
    assert error.outcome == "not_sent"


def test_a_host_that_does_not_exist() -> None:
    error = send("http://callr.invalid/rest/v1.1")
    assert isinstance(error, CallrConnectionError)
    assert error.outcome == "not_sent"


def test_a_server_without_tls() -> None:
    def answer_in_plain(_: RawServer, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        # The handshake is never answered: no byte of the request can leave before its end.
        error = send(f"https://127.0.0.1:{port}/rest/v1.1", Timeout(connect=0.2))
    assert type(error) is CallrTimeoutError
    assert error.outcome == "not_sent"
    with serving(answer_in_plain) as server:
        server.listener.settimeout(None)
        error = send(server.base_url.replace("http:", "https:"), Timeout(connect=0.2))
        assert server.requests == []
    assert error.outcome == "not_sent"


def test_a_compressed_answer_is_read() -> None:
    body = gzip.compress(success(SMS))
    answer = http_answer(body, "200 OK", "application/json", "Content-Encoding: gzip")
    with serving(answer) as server, Callr("login", "password", base_url=server.base_url) as callr:
        assert callr.sms.get(HASH).to_dict() == SMS
        assert b"\r\nAccept-Encoding: gzip, deflate\r\n" in server.requests[0]


def _change(name: str, value: object) -> dict[str, Any]:
    return {**SMS, name: value}


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ([SMS], "result: expected an object"),
        ({key: value for key, value in SMS.items() if key != "text"}, "result.text: the property is missing"),
        (_change("parts", "1"), "result.parts: expected an integer"),
        ({**SMS, "parts": True}, "result.parts: expected an integer"),
        (_change("parts", 1.5), "result.parts: expected an integer"),
        (_change("status", 7), "result.status: expected a string"),
        (_change("date_sent", None), "result.date_sent: expected a string"),
        (_change("options", "none"), "result.options: expected an object"),
        (_change("options", {"flash_message": "yes"}), "result.options.flash_message: expected a boolean"),
        (_change("status_history", {}), "result.status_history: expected an array"),
        (
            _change("status_history", [{}]),
            "result.status_history[].old_status: the property is missing at index 0",
        ),
    ],
)
def test_wrong_types_are_found_at_once(data: object, place: str) -> None:
    with (
        serving(http_answer(success(data))) as server,
        Callr("login", "password", base_url=server.base_url) as callr,
        pytest.raises(ProtocolError) as caught,
    ):
        callr.sms.get(HASH)
    assert place in str(caught.value)
    assert "4711" not in str(caught.value)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("behave", "kind", "outcome"),
    [
        (reset, CallrConnectionError, "unknown"),
        (hang_up, ProtocolError, "unknown"),
        (stall, CallrTimeoutError, "unknown"),
        (stall_in_the_middle, CallrTimeoutError, "unknown"),
        (http_answer(HTML), ProtocolError, "unknown"),
        (http_answer(failure(400, "NO [to]"), "400 No"), ApiError, "refused"),
        (http_answer(failure(500, "INTERNAL_ERROR"), "500 Oops"), ApiError, "unknown"),
        (http_answer(success(HASH))[:-1], ProtocolError, "unknown"),
    ],
)
async def test_the_asynchronous_client_fails_alike(
    behave: Behaviour, kind: type[CallrError], outcome: str
) -> None:
    with serving(behave) as server:
        async with AsyncCallr("login", "password", base_url=server.base_url, timeout=SHORT) as callr:
            with pytest.raises(kind) as caught:
                await callr.sms.send(to="+33612345678", body="Hello")
        assert len(server.requests) == 1
    assert caught.value.outcome == outcome
    assert caught.value.__context__ is None


@pytest.mark.anyio
async def test_no_connection_asynchronously() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with AsyncCallr("login", "password", base_url=f"http://127.0.0.1:{port}") as callr:
        with pytest.raises(CallrConnectionError) as caught:
            await callr.sms.send_by_query(to="+33612345678", body="Hello")
    assert caught.value.outcome == "not_sent"


@pytest.mark.anyio
async def test_a_cancelled_call_is_cancelled() -> None:
    with serving(stall) as server:
        async with AsyncCallr("login", "password", base_url=server.base_url) as callr:
            with anyio.move_on_after(0.2) as scope:
                await callr.sms.send(to="+33612345678", body="Hello")
    assert scope.cancelled_caught
