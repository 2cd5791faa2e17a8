"""Whatever is sent, the answer is an envelope with a status that the API has: never 5xx, HTML or silence."""

import http.client
import io
import json
import socket
from typing import Any, NamedTuple
from urllib.parse import quote_from_bytes, urlsplit

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.emulator.support import TIMEOUT, Client, basic, check_envelope

RIGHT = basic("emulator:emulator")["Authorization"].encode()
KEYS = [
    "from",
    "to",
    "body",
    "options",
    "type",
    "hash",
    "force_encoding",
    "nature",
    "flash_message",
    "user_data",
]
KEYS += ["webhook", "endpoint", "hmac_secret", "hmac_algo"]
VALID = [None, True, "", "SMS", "+33612345678", "OUT", "GSM", "ALERTING", "https://example.com", "MD5"]
VALID += ["2024-03-30 12:00:00", "%STOPNUM%", "12345", "\ud83d"]

quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _escape(raw: bytes) -> str:
    return quote_from_bytes(raw, safe="")


raw_target = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=30)
escaped = st.binary(max_size=12).map(_escape)
segment = st.sampled_from(["sms", "send", "ABCD1234", "", ".", ".."]) | escaped | raw_target
path = st.lists(segment, max_size=4).map(lambda segments: "/" + "/".join(segments))
api_path = st.sampled_from(["/sms", "/sms/send", "/sms/ABCD1234"]) | path
name = (
    st.sampled_from([*KEYS, *(f"options.{key}" for key in KEYS), "options.webhook.endpoint"])
    | escaped
    | raw_target
)
value = st.sampled_from(
    [_escape(each.encode(errors="surrogatepass")) for each in VALID if isinstance(each, str)]
)
query = st.lists(st.builds("{}={}".format, name, value | escaped | raw_target), max_size=6).map("&".join)
json_value = st.recursive(
    st.sampled_from(VALID) | st.floats() | st.integers() | st.text(st.characters(), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner)
    ),
    max_leaves=12,
)
json_body = st.dictionaries(st.sampled_from(KEYS), json_value, max_size=6).map(json.dumps).map(str.encode)
body = st.just(b"") | json_body | st.binary(max_size=200)
header_value = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=30
)
header_name = st.sampled_from(
    ["Content-Type", "Accept", "Expect", "Upgrade", "Connection", "X-A", "Cookie", "Range"]
)
headers = st.lists(st.tuples(header_name, header_value.map(lambda text: text.encode("latin-1"))), max_size=4)
method = st.sampled_from(
    ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "LOCK", "QUERY"]
)
authorization = st.just(RIGHT) | st.binary(max_size=30).map(
    lambda raw: b"Basic " + raw.translate(None, bytes(range(0x20)) + b"\x7f")
)


def _exchange(client: Client, data: bytes) -> bytes:
    """Send bytes and no more, then read until the server closes."""
    parts = urlsplit(client.url)
    with socket.create_connection((parts.hostname, parts.port), TIMEOUT) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def _check_answers(raw: bytes, *, head: bool = False) -> list[int]:
    """Check each answer of a connection; give their statuses."""
    reader, statuses = io.BytesIO(raw), []
    while line := reader.readline():
        status = int(line.split()[1])
        found = http.client.parse_headers(reader)
        if status == 100:
            continue
        statuses.append(status)
        if not head:
            check_envelope(status, found, reader.read(int(found["Content-Length"])))
    return statuses


class Request(NamedTuple):
    method: str
    path: str
    query: str
    headers: list[tuple[str, bytes]]
    body: bytes
    authorization: bytes

    def write(self) -> bytes:
        lines = [f"{self.method} /rest/v1.1{self.path}?{self.query} HTTP/1.1".encode(), b"Host: localhost"]
        lines += [b"Authorization: " + self.authorization, b"Content-Length: %d" % len(self.body)]
        lines += [name.encode() + b": " + value for name, value in self.headers]
        return b"\r\n".join([*lines, b"", self.body])


@given(st.builds(Request, method, api_path, query, headers, body, authorization))
@quick
def test_any_request_is_answered_with_an_envelope(client: Client, sent: Request) -> None:
    answers = _check_answers(_exchange(client, sent.write()), head=sent.method == "HEAD")
    assert len(answers) == 1


@given(json_body | st.binary(max_size=300))
@quick
def test_any_body_is_answered_with_an_envelope(client: Client, body: bytes) -> None:
    assert client.post_raw(body).status in {200, 400}


@given(query)
@quick
def test_any_query_is_answered_with_an_envelope(client: Client, query: str) -> None:
    request = (
        f"GET /rest/v1.1/sms/send?{query} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ".encode() + RIGHT
    )
    assert _check_answers(_exchange(client, request + b"\r\n\r\n")) in ([200], [400])


@given(
    st.binary(max_size=300)
    | st.binary(max_size=100).map(lambda raw: b"GET /rest/v1.1/sms HTTP/1.1\r\n" + raw)
)
@quick
def test_any_bytes_are_answered_with_envelopes_or_waited_for(client: Client, data: bytes) -> None:
    """Bytes that are not a whole request may get no answer; what does come is an envelope."""
    assert set(_check_answers(_exchange(client, data))) <= {400, 401, 404, 405}


@given(
    st.fixed_dictionaries(
        {
            "to": st.just("+33612345678"),
            "body": st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400),
        }
    )
)
@quick
def test_any_text_comes_back_as_sent(client: Client, sms: dict[str, Any]) -> None:
    answer = client.post(sms)
    assert client.get(answer.data)["text"] == sms["body"]
