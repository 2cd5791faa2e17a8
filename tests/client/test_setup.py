"""Setting up a client."""

from __future__ import annotations

import math
import subprocess
import sys
from enum import Enum
from typing import TYPE_CHECKING

import pytest

from callr_sms_client import AsyncCallr, Callr, ConfigurationError, Timeout

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.client.support import NotingTransport
    from tests.conftest import RunningEmulator

# For arguments of types that a type checker would refuse.
make_client: Callable[..., Callr] = Callr

VARIABLES = ("CALLR_LOGIN", "CALLR_PASSWORD", "CALLR_BASE_URL")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch, transport: NotingTransport) -> None:
    monkeypatch.setenv("CALLR_LOGIN", "me")
    monkeypatch.setenv("CALLR_PASSWORD", "secret")
    with Callr.from_env(transport=transport, timeout=3) as callr:
        callr.sms.send(to="+33612345678", body="Hello")
    assert transport.request.url == "https://api.callr.com/rest/v1.1/sms"
    assert ("Authorization", "Basic bWU6c2VjcmV0") in transport.request.headers
    assert transport.request.timeout.total == 3
    monkeypatch.setenv("CALLR_BASE_URL", "http://127.0.0.1:8767/rest/v1.1/")
    assert repr(Callr.from_env()) == "Callr(base_url='http://127.0.0.1:8767/rest/v1.1')"
    assert repr(AsyncCallr.from_env()) == "AsyncCallr(base_url='http://127.0.0.1:8767/rest/v1.1')"


@pytest.mark.parametrize("client", [Callr, AsyncCallr])
@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "CALLR_LOGIN and CALLR_PASSWORD"),
        ({"CALLR_LOGIN": "me"}, "CALLR_PASSWORD"),
        ({"CALLR_LOGIN": "", "CALLR_PASSWORD": "secret"}, "CALLR_LOGIN"),
    ],
)
def test_missing_variables_are_named(
    monkeypatch: pytest.MonkeyPatch,
    client: type[Callr | AsyncCallr],
    given: dict[str, str],
    named: str,
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        client.from_env()
    assert str(caught.value) == f"set {named} in the environment"
    assert isinstance(caught.value, ValueError)
    assert caught.value.outcome == "not_sent"


@pytest.mark.parametrize(
    ("login", "password", "problem"),
    [
        ("", "secret", "login: expected a string"),
        ("me", "", "password: expected a string"),
        (None, "secret", "login: expected a string"),
        ("me:too", "secret", "login: expected no colon"),
        ("me", "sec\nret", "password: expected no control characters"),
        ("me", "\ud800", "password: expected no control characters or lone surrogates"),
    ],
)
def test_credentials_that_basic_cannot_carry(login: object, password: object, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        make_client(login, password)


def test_credentials_are_utf_8(transport: NotingTransport) -> None:
    """RFC 7617, section 2.1; the password may hold colons."""
    with Callr("test", "123£:4", transport=transport) as callr:
        callr.sms.send(to="+33612345678", body="Hello")
    assert ("Authorization", "Basic dGVzdDoxMjPCozo0") in transport.request.headers


@pytest.mark.parametrize(
    "base_url",
    [
        *("", "api.callr.com", "ftp://api.callr.com", "https://", "https:///x", "HTTP://api.callr.com"),
        *("https://me:secret@api.callr.com", "https://me@api.callr.com", "https://api.callr.com?x=1"),
        *("https://api.callr.com#x", "https://api.callr.com:port", "https://api callr.com", "https://é.com"),
        *("https://api..callr.com", f"https://{'x' * 64}.com", "http://[::1"),
    ],
)
def test_base_urls_that_paths_cannot_be_appended_to(base_url: str) -> None:
    with pytest.raises(ConfigurationError, match="base_url"):
        Callr("me", "secret", base_url=base_url)


@pytest.mark.parametrize("client", [Callr, AsyncCallr])
@pytest.mark.parametrize("base_url", [None, b"https://api.callr.com", 5])
def test_base_urls_of_other_types(client: Callable[..., object], base_url: object) -> None:
    with pytest.raises(ConfigurationError, match="base_url: expected a str, got"):
        client("me", "secret", base_url=base_url)


@pytest.mark.parametrize(
    "base_url", ["http://localhost:8767/rest/v1.1", "http://[::1]:8767", "https://callr./"]
)
def test_usual_base_urls(base_url: str, transport: NotingTransport) -> None:
    with Callr("me", "secret", base_url=base_url, transport=transport) as callr:
        callr.sms.send(to="+33612345678", body="Hello")
    assert transport.request.url == f"{base_url.rstrip('/')}/sms"


@pytest.mark.parametrize("timeout", [0, -1, math.nan, math.inf, 1e300, 10**400, 1_000_001, True, "30", None])
def test_timeouts_that_are_none(timeout: object) -> None:
    with pytest.raises(ConfigurationError, match="timeout"):
        make_client("me", "secret", timeout=timeout)


@pytest.mark.parametrize("timeout", [0, -1, math.nan, 1e300, True])
@pytest.mark.parametrize("part", ["total", "connect", "read", "write", "pool"])
def test_parts_of_timeouts_that_are_none(part: str, timeout: float) -> None:
    with pytest.raises(ConfigurationError, match="timeout"):
        Timeout(**{part: timeout})


@pytest.mark.parametrize("max_retries", [-1, 101, 1.0, True, "2", None])
def test_retries_that_are_none(max_retries: object) -> None:
    with pytest.raises(ConfigurationError, match="max_retries"):
        make_client("me", "secret", max_retries=max_retries)


def test_the_longest_timeout_can_be_waited_for(emulator: RunningEmulator) -> None:
    with make_client(
        emulator.login,
        emulator.password,
        base_url=emulator.base_url,
        timeout=Timeout(**dict.fromkeys(("total", "connect", "read", "write", "pool"), 1_000_000.0)),
    ) as callr:
        assert callr.sms.send(to="+33612345678", body="Hello")


def test_credentials_of_an_enumeration(transport: NotingTransport) -> None:
    class Account(str, Enum):  # noqa: UP042 - unlike StrEnum, it formats as its name
        LOGIN = "test"
        PASSWORD = "123£:4"

    with Callr(Account.LOGIN, Account.PASSWORD, transport=transport) as callr:
        callr.sms.send(to="+33612345678", body="Hello")
    assert ("Authorization", "Basic dGVzdDoxMjPCozo0") in transport.request.headers


def test_what_is_slow_to_import_is_not_imported_before_it_is_needed() -> None:
    """httpx2 takes longer to import than everything else together."""
    slow = "anyio asyncio base64 copy dataclasses httpx2 inspect json logging random socket ssl urllib.parse"
    made = "import callr_sms_client; callr_sms_client.Callr('a', 'b')"
    code = f"import sys; before = set(sys.modules); {made}; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert set(slow.split()) & set(done.stdout.split()) == set()
