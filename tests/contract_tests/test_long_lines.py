"""What a server takes for a URL is asked, and no more is sent to it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from callr_sms_contract import Settings
from callr_sms_contract.phases.url_limit import longest_query, octets, shorter_than
from tests.client.support import CRLF, RawServer, failure, http_answer, serving

if TYPE_CHECKING:
    import socket

TOO_LONG = http_answer(b"<h1>414</h1>", "414 URI Too Long", "text/html")
ANSWER = http_answer(failure(400, "PROPERTY_UNKNOWN [long]: this operation takes no such parameter"))


def longest_of(limit: int, too_long: bytes) -> tuple[int, list[bytes]]:
    def behave(server: RawServer, connection: socket.socket) -> None:
        line = server.requests[-1].partition(CRLF)[0]
        connection.sendall(ANSWER if len(line) <= limit else too_long)
        connection.close()

    with serving(behave) as server:
        return longest_query(Settings(server.base_url, "me", "secret")), server.requests


@pytest.mark.parametrize("too_long", [TOO_LONG, b""], ids=["414", "hangs up"])
@pytest.mark.parametrize(
    ("limit", "longest"), [(200_000, 110_000), (65_536, 60_000), (50_000, 40_000), (16_384, 7_500)]
)
def test_the_server_is_asked_what_it_takes(limit: int, longest: int, too_long: bytes) -> None:
    found, requests = longest_of(limit, too_long)
    assert found == longest
    assert all(request.startswith(b"GET /rest/v1.1/sms?type=OUT&") for request in requests)


def test_a_refusal_by_the_api_itself_is_no_limit() -> None:
    refused = http_answer(failure(414, "REQUEST_FORMAT_ERROR"), "414 URI Too Long")
    assert longest_of(8_000, refused)[0] == 110_000


def test_longer_cases_are_not_sent() -> None:
    keep = cast("Any", shorter_than(10))
    assert keep(None, SimpleNamespace(query={"a": "b" * 8}))
    assert not keep(None, SimpleNamespace(query={"a": "b" * 9}))
    assert not keep(None, SimpleNamespace(query={"a": "é é"}))
    assert keep(None, SimpleNamespace(query=None))
    assert octets({"a": ["b", "c"]}) == len("a=b&a=c")
    assert octets({"a": "\ud83d"}) == len("a=%ED%A0%BD")
