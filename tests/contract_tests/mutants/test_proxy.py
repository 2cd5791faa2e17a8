"""The proxy: what no lie touches passes as it came."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from mutants import LyingProxy, Request, Response
from mutants.messages import READ, SEND, SEND_BY_QUERY, message_of, with_message
from tests.conftest import RunningEmulator

ANSWER = b"HTTP/1.1 200 OK\r\nX-Twice: a\r\nX-Twice: b\r\nContent-Length: 2\r\n\r\n{}"


class Upstream:
    """A server that keeps the bytes it was sent and answers each request with the same bytes."""

    def __init__(self, answer: bytes = ANSWER, *, requests: int = 100) -> None:
        self.answer, self.requests = answer, requests
        self.received: list[bytes] = []
        self.connections = 0
        self.url = ""

    @contextmanager
    def listening(self) -> Iterator["Upstream"]:
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.url = f"http://127.0.0.1:{server.getsockname()[1]}/rest/v1.1"
            threading.Thread(target=self._serve, args=(server,), daemon=True).start()
            yield self

    def _serve(self, server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            for _ in range(self.requests):
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    byte = connection.recv(1)
                    if not byte:
                        return
                    head += byte
                length = next(
                    (
                        int(line.split(b":")[1])
                        for line in head.lower().split(b"\r\n")
                        if line.startswith(b"content-length")
                    ),
                    0,
                )
                body = b""
                while len(body) < length and (piece := connection.recv(length - len(body))):
                    body += piece
                self.received.append(head + body)
                connection.sendall(self.answer)


def talk(url: str, raw: bytes, *, times: int = 1) -> bytes:
    """Send `raw` so many times over one connection that the last request asks to close."""
    place = urlsplit(url)
    with socket.create_connection((str(place.hostname), place.port or 80), 20) as client:
        client.sendall(raw * times)
        found = b""
        while chunk := client.recv(65536):
            found += chunk
    return found


def test_what_no_lie_touches_passes_as_it_came() -> None:
    with Upstream().listening() as upstream, LyingProxy(upstream.url).listening() as proxy:
        found = talk(
            proxy.base_url,
            b"PURGE //rest/v1.1/sms?a=%zz&b=\xe9&& HTTP/1.1\r\nHost: elsewhere\r\n"
            b"X-B: 2\r\nx-a: 1\r\nX-B: 3\r\n"
            b"Content-Type: any thing\r\nContent-Length: 3\r\nConnection: close\r\n\r\n\x00\xff\n",
        )
    head, _, body = upstream.received[0].partition(b"\r\n\r\n")
    line, *headers = head.split(b"\r\n")
    assert line == b"PURGE //rest/v1.1/sms?a=%zz&b=\xe9&& HTTP/1.1"
    assert [each for each in headers if each.lower().startswith(b"x-")] == [b"X-B: 2", b"x-a: 1", b"X-B: 3"]
    assert b"Content-Type: any thing" in headers
    assert f"Host: {urlsplit(upstream.url).netloc}".encode() in headers
    assert body == b"\x00\xff\n"
    assert found.count(b"X-Twice") == 2
    assert found.endswith(b"\r\n\r\n{}")


def test_a_body_in_chunks_is_passed_whole() -> None:
    with Upstream().listening() as upstream, LyingProxy(upstream.url).listening() as proxy:
        talk(
            proxy.base_url,
            b"POST /rest/v1.1/sms HTTP/1.1\r\nHost: x\r\n"
            b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            b"2;x=y\r\n{}\r\n1\r\n \r\n0\r\nTrailer: 1\r\n\r\n",
        )
    assert upstream.received[0].endswith(b"Content-Length: 3\r\n\r\n{} ")


def test_connections_are_kept_on_both_sides() -> None:
    with Upstream().listening() as upstream, LyingProxy(upstream.url).listening() as proxy:
        place = urlsplit(proxy.base_url)
        client = HTTPConnection(str(place.hostname), place.port, timeout=20)
        for _ in range(5):
            client.request("GET", "/rest/v1.1/sms")
            assert client.getresponse().read() == b"{}"
        client.close()
    assert (len(upstream.received), upstream.connections) == (5, 1)


def test_a_server_that_closes_after_each_answer_is_asked_once_for_each_request() -> None:
    closing = ANSWER.replace(b"X-Twice: a", b"Connection: close")
    with Upstream(closing, requests=1).listening() as upstream, LyingProxy(upstream.url).listening() as proxy:
        place = urlsplit(proxy.base_url)
        client = HTTPConnection(str(place.hostname), place.port, timeout=20)
        statuses = []
        for _ in range(5):
            client.request("GET", "/rest/v1.1/sms/send?to=1")
            answer = client.getresponse()
            answer.read()
            statuses.append(answer.status)
        client.close()
    assert len(upstream.received) == statuses.count(200) == 5


def test_no_answer_of_the_server_is_no_answer_of_the_proxy() -> None:
    with Upstream(b"").listening() as upstream, LyingProxy(upstream.url).listening() as proxy:
        upstream.requests = 1
        raw = b"POST /rest/v1.1/sms HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
        assert talk(proxy.base_url, raw) == b""
    assert len(upstream.received) == 1


def test_the_answer_to_head_keeps_its_length() -> None:
    answer = b"HTTP/1.1 405 No\r\nContent-Length: 17\r\n\r\n"
    with Upstream(answer).listening() as upstream, LyingProxy(upstream.url).listening() as proxy:
        found = talk(proxy.base_url, b"HEAD /rest/v1.1/sms HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert found.endswith(b"Content-Length: 17\r\n\r\n")


def test_a_length_that_lies_ends_the_connection() -> None:
    with Upstream().listening() as upstream:
        proxy = LyingProxy(upstream.url, lambda asked, forward: replace(forward(asked), length=3))
        with proxy.listening():
            found = talk(proxy.base_url, b"GET /rest/v1.1/sms HTTP/1.1\r\nHost: x\r\n\r\n")
    assert found.endswith(b"Content-Length: 3\r\n\r\n{}")


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("GET", "/sms?x=1", "listSms"),
        ("POST", "/sms", "sendSms"),
        ("GET", "/sms/send?to=1", "sendSmsByQuery"),
        ("GET", "/sms/8242D945", "getSms"),
        ("POST", "/sms/send", None),
        ("GET", "/sms/", None),
        ("GET", "/sms/8242D945/x", None),
        ("GET", "/other", None),
        ("PUT", "/sms", None),
    ],
)
def test_operations_are_told_apart(method: str, path: str, operation: str | None) -> None:
    assert Request(method, f"/rest/v1.1{path}", base_path="/rest/v1.1").operation == operation


@pytest.mark.parametrize("operation", [SEND, SEND_BY_QUERY])
def test_a_message_is_the_same_by_both_ways(operation: str) -> None:
    message = {
        "to": "+33639981234",
        "body": "a+b & é 👍",
        "options": {"flash_message": False, "webhook": {"endpoint": "https://example.com/?a=1"}},
    }
    asked = Request("POST", "/sms", body=b"{}") if operation == SEND else Request("GET", "/sms/send?to=1")
    assert asked.operation == operation
    assert message_of(with_message(asked, message)) == message


def test_an_answer_is_the_servers_own(emulator: RunningEmulator) -> None:
    seen: list[Request] = []
    with LyingProxy(emulator.base_url, on_request=seen.append).listening() as proxy:
        place = urlsplit(proxy.base_url)
        client = HTTPConnection(str(place.hostname), place.port, timeout=20)
        client.request("GET", f"{place.path}/sms/ZZZZZZZZ")
        answer = client.getresponse()
        told = Response(answer.status, tuple(answer.getheaders()), answer.read())
        client.close()
    assert told.status == 401
    assert json.loads(told.body)["data"]["code"] == 401
    assert told.header("www-authenticate").startswith("Basic")
    assert [each.operation for each in seen] == [READ]
