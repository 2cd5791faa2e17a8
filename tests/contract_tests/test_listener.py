"""The receiver that a run plays."""

import http.client
import socket
import struct

import pytest

from callr_sms_contract.guard.guard import Guard, install
from callr_sms_contract.wire.listener import HANG_UP, Listener
from callr_sms_contract.wire.messages import Request


def _ask(listener: Listener, method: str, target: str, body: bytes = b"") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", listener.port, timeout=60)
    try:
        connection.request(method, target, body, {"X-One": "1"})
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("method", ["POST", "GET", "PUT", "BREW"])
def test_every_request_is_kept_as_it_came(method: str) -> None:
    with Listener(lambda _: 201).listening() as listener:
        assert _ask(listener, method, "//a/b?c=%20d", b'{"x": 1}') == 201
        push = listener.pushes.get(timeout=60)
    request = push.request
    assert (request.method, request.body) == (method, b'{"x": 1}')
    assert request.url == f"{listener.url}//a/b?c=%20d"
    assert request.headers["x-one"] == "1"
    assert (push.status, push.is_acknowledged) == (201, True)
    assert push.timing.sent <= push.timing.received


def test_chunks_are_put_together() -> None:
    with Listener(lambda _: 200).listening() as listener:
        connection = http.client.HTTPConnection("127.0.0.1", listener.port, timeout=60)
        connection.request("POST", "/", iter([b"one ", b"two"]), encode_chunked=True)
        assert connection.getresponse().status == 200
        connection.close()
        assert listener.pushes.get(timeout=60).request.body == b"one two"


def test_it_hangs_up_where_it_is_told_to() -> None:
    with Listener(lambda _: HANG_UP).listening() as listener:
        with pytest.raises(http.client.HTTPException):
            _ask(listener, "POST", "/")
        assert not listener.pushes.get(timeout=60).is_acknowledged


def test_a_request_that_is_cut_off_is_remembered_and_no_push() -> None:
    with Listener(lambda _: 200).listening() as listener:
        with socket.create_connection(("127.0.0.1", listener.port), timeout=60) as sock:
            sock.sendall(b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nfive!")
        assert _ask(listener, "POST", "/after") == 200
        assert listener.pushes.get(timeout=60).request.url.endswith("/after")
        while not listener.has_lost:
            assert _ask(listener, "POST", "/again") == 200


def test_whoever_hangs_up_before_the_answer_does_not_end_the_run() -> None:
    """The guard asks for the peer of every connection that is written to; this one is gone by then."""
    ended = []

    def hang_up(_: Request) -> int:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
        return 200

    guard = Guard(None, before_end=lambda: ended.append("ended"))
    remove = install(guard)
    try:
        with Listener(hang_up).listening() as listener:
            sock = socket.create_connection(("127.0.0.1", listener.port), timeout=60)
            sock.sendall(b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
            assert listener.pushes.get(timeout=60).status == 200
    finally:
        remove()
    assert ended == []
