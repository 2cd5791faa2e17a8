"""Heads of responses that RFC 9110 allows and few servers send: both clients of a run read them."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Thread

import pytest
import requests

from callr_sms_contract.wire import Client, timed_requests

_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
_SPACED = b"Allow:\t GET \t\r\nAllow: POST \r\n"


@contextmanager
def _serving(head: bytes) -> Iterator[str]:
    """A server that responds to two requests on each connection."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            for _ in range(2):
                connection.recv(65536)
                connection.sendall(head + b"\r\n{}")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(60)


@pytest.mark.parametrize(
    "interim", [b"", _HINTS, b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + _HINTS]
)
def test_responses_before_the_final_one_are_skipped(interim: bytes) -> None:
    with _serving(interim + _HEAD) as url, closing(Client(url, "x", "y")) as client:
        found = [client.send("GET", "/sms")[1] for _ in range(2)]
    assert [(each.status, each.body) for each in found if each is not None] == [(200, b"{}")] * 2
    with _serving(interim + _HEAD) as url, timed_requests(lambda *_: None), requests.Session() as session:
        answers = [session.get(url) for _ in range(2)]
    assert [(each.status_code, each.content) for each in answers] == [(200, b"{}")] * 2


def test_whitespace_around_the_value_of_a_header_is_no_part_of_it() -> None:
    with _serving(_HEAD + _SPACED) as url, closing(Client(url, "x", "y")) as client:
        found = [client.send("GET", "/sms")[1] for _ in range(2)]
    assert [each.headers["allow"] for each in found if each is not None] == ["GET, POST"] * 2
    with _serving(_HEAD + _SPACED) as url, timed_requests(lambda *_: None), requests.Session() as session:
        answers = [session.get(url) for _ in range(2)]
    assert [each.headers["allow"] for each in answers] == ["GET, POST"] * 2


def test_another_protocol_is_no_response_before_the_final_one() -> None:
    switched = b"HTTP/1.1 101 Switching Protocols\r\nContent-Length: 2\r\n"
    with _serving(switched) as url, closing(Client(url, "x", "y")) as client:
        statuses = [each.status for _ in range(2) if (each := client.send("GET", "/sms")[1]) is not None]
    assert statuses[:1] == [101]
