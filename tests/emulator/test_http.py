"""Authentication, paths, methods, and HTTP of other clients: every response has an envelope."""

import http.client
import json
import socket
from base64 import b64encode
from typing import BinaryIO
from urllib.parse import urlsplit

import pytest

from tests.emulator.support import JSON_TYPE, TIMEOUT, Answer, Client, basic, check_envelope

SEND = b'{"to": "+33612345678", "body": "x"}'


def _authorized(client: Client, header: str | None, method: str = "GET", path: str = "/sms") -> Answer:
    return Client(client.url, {} if header is None else {"Authorization": header}).request(method, path)


def _encode(credentials: bytes) -> str:
    return b64encode(credentials).decode()


# --- authentication -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic " + _encode(b"emulator"),
        "Basic " + _encode(b"emulator:wrong"),
        "Basic " + _encode(b"emulator:"),
        "Basic " + _encode(b":emulator"),
        "Basic " + _encode(b"nobody:emulator"),
        "Basic " + _encode(b"nobody:"),
        "Basic " + _encode(b"Emulator:emulator"),
        "Basic " + _encode(b"emulator:emulator "),
        "Basic " + _encode(b"emulator:emulator\n"),
        "Basic " + _encode(b"\xff:\xfe"),
        "Basic " + _encode(b"emulator:emulator") + "=",
        "Basic " + _encode(b"emulator:emulator") + " x",
        "Bearer " + _encode(b"emulator:emulator"),
        "Digest username=emulator",
        _encode(b"emulator:emulator"),
        "\xe9",
    ],
)
@pytest.mark.parametrize("path", ["/sms", "/sms/send", "/sms/ABCD1234", "/nothing", "", "/"])
def test_wrong_credentials_are_refused_before_anything_else(
    client: Client, header: str | None, path: str
) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = _authorized(client, header, method, path)
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith('Basic realm="')
        assert answer.message.startswith("AUTHENTICATION_FAILED [Authorization]: ")


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC", " Basic ", "Basic  "])
def test_scheme_is_read_as_http_says(client: Client, scheme: str) -> None:
    answer = _authorized(client, f"{scheme} {_encode(b'emulator:emulator')}")
    assert (answer.status, answer.message.partition(":")[0]) == (400, "PROPERTY_MISSING [type]")


def test_two_authorization_headers_are_refused(client: Client) -> None:
    header = f"Authorization: {basic('emulator:emulator')['Authorization']}\r\n"
    (answer,) = _speak(
        client, f"GET /rest/v1.1/sms HTTP/1.1\r\nHost: localhost\r\n{header}{header}\r\n".encode()
    )
    assert answer.status == 401


# --- paths and methods ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/sms/",
        "/sms/send/",
        "/sms/ABCD1234/",
        "/sms/ABCD1234/parts",
        "/SMS",
        "/sms//send",
        "//sms",
        "/sms%2Fsend",
        "/smsx",
        "/%zz",
        "/sms/../sms",
    ],
)
def test_unknown_path_below_the_base(client: Client, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = client.request(method, path)
        assert (answer.status, answer.message.partition(":")[0]) == (404, "ENDPOINT_NOT_FOUND [path]")


@pytest.mark.parametrize(
    "path", ["/*", "/favicon.ico", "/sms", "/rest", "/rest/v1.10/sms", "/REST/v1.1/sms", "/rest/v1.1x"]
)
def test_unknown_path_elsewhere_asks_for_no_credentials(client: Client, path: str) -> None:
    outside = Client(client.url.removesuffix("/rest/v1.1"), {})
    answer = outside.request("GET", path)
    assert (answer.status, "/rest/v1.1/sms" in answer.message) == (404, True)


def test_escaped_path_is_the_same_path(client: Client) -> None:
    answer = client.request("POST", "/%73ms", SEND, JSON_TYPE)
    assert answer.status == 200
    assert client.request("GET", "/sms/%73end").message.startswith("PROPERTY_MISSING [to]")


@pytest.mark.parametrize(
    ("path", "allow"),
    [("/sms", "GET, POST"), ("/sms/send", "GET"), ("/sms/ABCD1234", "GET"), ("/sms/nonsense", "GET")],
)
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "POST", "PROPFIND"])
def test_wrong_method_is_answered_with_those_allowed(
    client: Client, path: str, allow: str, method: str
) -> None:
    if method in allow:
        return
    answer = client.request(method, path)
    assert (answer.status, answer.headers["Allow"]) == (405, allow)
    assert method == "HEAD" or answer.message.startswith(f'METHOD_NOT_ALLOWED [method]: "{method}": expected')


def test_head_sends_nothing(client: Client) -> None:
    before = len(client.find())
    answer = client.request("HEAD", "/sms/send?to=%2B33612345678&body=x")
    assert (answer.status, answer.body, len(client.find())) == (405, b"", before)


# --- HTTP -----------------------------------------------------------------------------------------------


def _speak(client: Client, data: bytes, answers: int = 1) -> list[Answer]:
    """Write bytes to a new connection and read a number of responses."""
    parts = urlsplit(client.url)
    with socket.create_connection((parts.hostname, parts.port), TIMEOUT) as connection:
        connection.sendall(data)
        with connection.makefile("rb") as reader:
            return [_read_answer(reader) for _ in range(answers)]


def _read_answer(reader: BinaryIO) -> Answer:
    status = int(reader.readline().split()[1])
    headers = http.client.parse_headers(reader)
    body = reader.read(int(headers["Content-Length"]))
    check_envelope(status, headers, body)
    return Answer(status, headers, body)


def _raw(method: str, target: str, body: bytes = b"", extra: str = "", version: str = "HTTP/1.1") -> bytes:
    headers = f"Host: localhost\r\nAuthorization: {basic('emulator:emulator')['Authorization']}\r\n{extra}"
    if body:
        headers += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{method} {target} {version}\r\n{headers}\r\n".encode("latin-1") + body


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        "GET /rest/v1.1/sms/é HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(),
        b"GET / HTTP/9.9\r\n\r\n",
        b"BREW /rest/v1.1/sms HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS client hello",
        b"\x00" * 64,
    ],
)
def test_what_is_not_http_is_answered_with_an_envelope_too(client: Client, data: bytes) -> None:
    (answer,) = _speak(client, data)
    assert (answer.status, answer.headers["Connection"]) == (400, "close")
    assert answer.message.startswith("REQUEST_FORMAT_ERROR [request]: ")


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("OPTIONS", "*", 404),
        ("CONNECT", "localhost", 404),
        ("CONNECT", "example.com:443", 400),
        ("GET", "http://localhost/x", 404),
        ("GET", "http://localhost:80/rest/v1.1/sms/send?body=x", 400),
        ("GET", "http://LOCALHOST/rest/v1.1/sms/ABCD1234", 404),
        ("GET", "http://example.com/rest/v1.1/sms/ABCD1234", 400),
        ("GET", "http://x@localhost/rest/v1.1/sms/ABCD1234", 400),
        ("GET", "/rest/v1.1/sms/ABCD1234#x?y", 404),
        ("GET", "/" + "a" * 100_000, 404),
        ("GET", "/rest/v1.1/sms?" + "a" * 190_000, 400),
        ("GET", "/rest/v1.1/sms?" + "a" * 200_000, 414),
        ("GET", "/rest/v1.1/sms?" + "a" * 1_000_000, 414),
        ("GET", "/rest/v1.1/sms?" + "&".join(f"p{n}" for n in range(10_000)), 400),
    ],
)
def test_unusual_target_is_answered(client: Client, method: str, target: str, status: int) -> None:
    (answer,) = _speak(client, _raw(method, target))
    assert answer.status == status


def test_absolute_target_without_a_path_is_the_inbox_page(client: Client) -> None:
    parts = urlsplit(client.url)
    with socket.create_connection((parts.hostname, parts.port), TIMEOUT) as connection:
        connection.sendall(_raw("GET", "http://localhost"))
        with connection.makefile("rb") as reader:
            status = int(reader.readline().split()[1])
            headers = http.client.parse_headers(reader)
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_http_1_0_is_answered(client: Client) -> None:
    (answer,) = _speak(client, _raw("POST", "/rest/v1.1/sms", SEND, version="HTTP/1.0"))
    assert (answer.status, answer.headers["Connection"]) == (200, "close")


def test_http_1_0_gets_no_100_continue(client: Client) -> None:
    sent = _raw("POST", "/rest/v1.1/sms", SEND, "Expect: 100-continue\r\n", version="HTTP/1.0")
    (answer,) = _speak(client, sent)
    assert answer.status == 200


@pytest.mark.parametrize("protocol", ["websocket", "h2c"])
def test_upgrade_is_declined_by_answering_as_usual(client: Client, protocol: str) -> None:
    upgrade = f"Connection: Upgrade\r\nUpgrade: {protocol}\r\n"
    chunked = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
    data = [
        _raw("GET", "/rest/v1.1/sms/ABCD1234", extra=upgrade),
        _raw("POST", "/rest/v1.1/sms", SEND, upgrade),
        _raw("POST", "/rest/v1.1/sms", extra=upgrade + chunked)
        + b"%x\r\n%b\r\n0\r\n\r\n" % (len(SEND), SEND),
        _raw("POST", "/rest/v1.1/sms", SEND),
        _raw("GET", "/rest/v1.1/sms"),
    ]
    answers = _speak(client, b"".join(data), answers=5)
    assert [each.status for each in answers] == [404, 200, 200, 200, 400]
    assert {client.get(each.data)["text"] for each in answers[1:4]} == {"x"}


def test_body_may_come_long_after_a_head_that_asked_for_an_upgrade(client: Client) -> None:
    """The response to `Expect` shows at once that the server waits for the body."""
    extra = "Connection: Upgrade\r\nUpgrade: h2c\r\nExpect: 100-continue\r\n"
    head = _raw("POST", "/rest/v1.1/sms", SEND, extra).removesuffix(SEND)
    parts = urlsplit(client.url)
    with socket.create_connection((parts.hostname, parts.port), TIMEOUT) as connection:
        connection.sendall(head)
        with connection.makefile("rb") as reader:
            assert reader.readline() + reader.readline() == b"HTTP/1.1 100 Continue\r\n\r\n"
            connection.sendall(SEND)
            assert _read_answer(reader).status == 200


@pytest.mark.parametrize("length", ["Content-Length: 40", "Transfer-Encoding: chunked"])
def test_refusal_instead_of_100_continue_says_that_the_connection_ends(client: Client, length: str) -> None:
    """Else a client such as Go's sends its next request on a connection that is closed meanwhile."""
    extra = f"Content-Type: application/json\r\nExpect: 100-continue\r\n{length}\r\n"
    (answer,) = _speak(client, _raw("DELETE", "/rest/v1.1/sms", extra=extra))
    assert (answer.status, answer.headers["Connection"]) == (405, "close")
    assert "Keep-Alive" not in answer.headers


def test_body_that_did_not_wait_for_100_continue_keeps_the_connection(client: Client) -> None:
    refused = _raw("DELETE", "/rest/v1.1/sms", SEND, "Expect: 100-continue\r\n")
    answers = _speak(client, refused + _raw("POST", "/rest/v1.1/sms", SEND), answers=2)
    assert [each.status for each in answers] == [405, 200]


def test_requests_sent_ahead_are_answered_in_order(client: Client) -> None:
    data = b"".join(
        _raw("POST", "/rest/v1.1/sms", json.dumps({"to": "+33612345678", "body": f"ahead {n}"}).encode())
        for n in range(20)
    )
    answers = _speak(client, data, answers=20)
    assert [client.get(each.data)["text"] for each in answers] == [f"ahead {n}" for n in range(20)]


def test_chunked_body_is_read(client: Client) -> None:
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in SEND) + b"0\r\n\r\n"
    extra = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
    (answer,) = _speak(client, _raw("POST", "/rest/v1.1/sms", extra=extra) + chunks)
    assert answer.status == 200


def test_connection_lives_on_after_every_refusal(client: Client) -> None:
    too_large = b" " * (1024 * 1024 + 1)
    data = [
        _raw("POST", "/rest/v1.1/sms", too_large),
        _raw("POST", "/rest/v1.1/sms", b"{"),
        _raw("DELETE", "/rest/v1.1/sms", b"ignored"),
        _raw("GET", "/rest/v1.1/nothing", b"ignored"),
        _raw("GET", "/rest/v1.1/sms/send?to=%2B33612345678&body=x", b"ignored"),
    ]
    answers = _speak(client, b"".join(data), answers=5)
    assert [each.status for each in answers] == [400, 400, 405, 404, 200]


def test_client_that_has_no_more_to_say_still_gets_its_answer(client: Client) -> None:
    parts = urlsplit(client.url)
    for _ in range(20):  # what matters is an end of the stream before the commit, which happens mostly
        with socket.create_connection((parts.hostname, parts.port), TIMEOUT) as connection:
            connection.sendall(_raw("POST", "/rest/v1.1/sms", SEND))
            connection.shutdown(socket.SHUT_WR)
            with connection.makefile("rb") as reader:
                assert _read_answer(reader).status == 200


def test_client_that_leaves_in_the_middle_of_a_body_sends_nothing(client: Client) -> None:
    before = len(client.find())
    parts = urlsplit(client.url)
    with socket.create_connection((parts.hostname, parts.port), TIMEOUT) as connection:
        connection.sendall(_raw("POST", "/rest/v1.1/sms", SEND)[:-1])
    assert len(client.find()) == before
