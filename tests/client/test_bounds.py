"""Where rules of arguments and URLs begin and end: the last value accepted, the first one that is not."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from callr_sms_client import (
    ArgumentError,
    Callr,
    ConfigurationError,
    SmsOptions,
)
from tests.client.canned import TO
from tests.client.support import NotingTransport


@pytest.mark.parametrize("character", ["\x00", "\x1f", "\x7f", "\x80", "\x9f", chr(0xD800), chr(0xDFFF)])
@pytest.mark.parametrize("place", ["login", "password"])
def test_characters_that_basic_cannot_carry(place: str, character: str) -> None:
    given: dict[str, Any] = {"login": "me", "password": "secret", place: f"a{character}b"}
    with pytest.raises(ConfigurationError) as caught:
        Callr(**given)
    assert str(caught.value) == (
        f"{place}: expected no control characters or lone surrogates, for HTTP Basic"
    )


@pytest.mark.parametrize("character", [" ", "~", "\xa0", "\ud7ff", "\ue000", "👍"])
def test_characters_that_basic_carries(transport: NotingTransport, character: str) -> None:
    login, password = f"a{character}b", f"{character}:c{character}"
    with Callr(login, password, transport=transport) as callr:
        callr.sms.send(to=TO, body="Hello")
    token = b64encode(f"{login}:{password}".encode()).decode()
    assert ("Authorization", f"Basic {token}") in transport.request.headers


@pytest.mark.parametrize(
    ("login", "password", "said"),
    [
        (":me", "secret", "login: expected no colon, which HTTP Basic cannot carry"),
        ("me:", "secret", "login: expected no colon, which HTTP Basic cannot carry"),
        (b"me", "secret", "login: expected a string that is not empty"),
        ("me", b"secret", "password: expected a string that is not empty"),
        ("me", None, "password: expected a string that is not empty"),
    ],
)
def test_credentials_that_are_refused(login: Any, password: Any, said: str) -> None:  # noqa: ANN401 - wrong on purpose
    with pytest.raises(ConfigurationError) as caught:
        Callr(login, password)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("base_url", "said"),
    [
        ("https://@api.callr.com", "expected no credentials, query or fragment in it"),
        ("https://api.callr.com?x", "expected no credentials, query or fragment in it"),
        ("https://api.callr.com#x", "expected no credentials, query or fragment in it"),
        ("https://api.callr.com/#", "expected no credentials, query or fragment in it"),
        ("https://api.callr.com/?", "expected no credentials, query or fragment in it"),
        ("http://", "expected http:// or https:// and a host"),
        ("https://:443", "expected http:// or https:// and a host"),
        ("httpx://api.callr.com", "expected http:// or https:// and a host"),
        ("https://api.callr.com:65536", "expected a URL"),
        ("https://api.callr.com/a b", "expected printable ASCII without spaces"),
        ("https://api.callr.com/\x7f", "expected printable ASCII without spaces"),
        ("https://api.callr.com/é", "expected printable ASCII without spaces"),
        (f"https://{'x' * 64}.com", "expected a valid host name"),
        (f"https://{'.'.join(['x' * 60] * 5)}.com", "expected a valid host name"),
        ("https://.com", "expected a valid host name"),
        ("https://a..com", "expected a valid host name"),
    ],
)
def test_base_urls_that_are_refused(base_url: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Callr("me", "secret", base_url=base_url)
    assert str(caught.value).startswith(f"base_url: {said}")


@pytest.mark.parametrize(
    "base_url",
    [
        f"https://{'x' * 63}.com",
        "http://a",
        "https://a:65535",
        "https://a/b/c",
        "https://a.b./",
        "http://a//",
    ],
)
def test_base_urls_that_are_accepted(transport: NotingTransport, base_url: str) -> None:
    with Callr("me", "secret", base_url=base_url, transport=transport) as callr:
        callr.sms.send(to=TO, body="Hello")
    assert transport.request.url == f"{base_url.rstrip('/')}/sms"


def test_the_longest_address() -> None:
    transport = NotingTransport()
    with Callr("me", "secret", base_url="http://a", transport=transport) as callr:
        callr.sms.send_by_query(to=TO, body="x")
        room = 65_536 - len(transport.requests.pop().url)
        callr.sms.send_by_query(to=TO, body="x" * (room + 1))
        assert len(transport.requests.pop().url) == 65_536
        with pytest.raises(ArgumentError) as caught:
            callr.sms.send_by_query(to=TO, body="x" * (room + 2))
    assert str(caught.value) == "sms.send_by_query: request: its URL is longer than 65,536 characters"
    assert transport.requests == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"body": "x"},
        {"body": "x" * 351_135},
        {"from_": "x" * 11},
        {"options": SmsOptions(user_data="x" * 4096)},
        {"options": SmsOptions(user_data="")},
        {"max_parts": 1},
    ],
)
def test_arguments_that_are_just_accepted(
    offline: Callr, transport: NotingTransport, arguments: dict[str, Any]
) -> None:
    offline.sms.send(**{"to": TO, "body": "Hello", **arguments})
    assert len(transport.requests) == 1
