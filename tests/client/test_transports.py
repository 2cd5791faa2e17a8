"""Transports of users that break their promise: one error of ours, which says what was expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import httpx2
import pytest

from callr_sms_client import (
    AsyncCallr,
    AsyncMockTransport,
    Callr,
    CallrError,
    ConfigurationError,
    MockTransport,
    ProtocolError,
    Response,
)
from tests.client.support import HASH, success

if TYPE_CHECKING:
    from callr_sms_client import Request

TO = "+33612345678"
ANSWER = success(HASH)


class Broken:
    """Returns what it was made with, from both kinds of `send`."""

    def __init__(self, returned: Any) -> None:  # noqa: ANN401 - wrong on purpose
        self.returned = returned
        self.count = 0

    def send(self, _: Request) -> Any:  # noqa: ANN401 - as above
        self.count += 1
        return self.returned

    def close(self) -> None:
        """Do nothing."""

    async def aclose(self) -> None:
        """Do nothing."""


class AsyncBroken(Broken):
    async def send(self, request: Request) -> Any:  # noqa: ANN401 - as above
        return super().send(request)


def fail(transport: Any, *, is_async: bool) -> CallrError:  # noqa: ANN401 - as above
    def send() -> None:
        with Callr("login", "password", transport=transport) as callr:
            callr.sms.send(to=TO, body="canary")

    async def send_async() -> None:
        async with AsyncCallr("login", "password", transport=transport) as callr:
            await callr.sms.send(to=TO, body="canary")

    with pytest.raises(CallrError) as caught:
        anyio.run(send_async) if is_async else send()
    return caught.value


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (None, "expected a Response from send, got NoneType"),
        (ANSWER, "expected a Response from send, got bytes"),
        ((200, {}, ANSWER), "expected a Response from send, got tuple"),
        (httpx2.Response(200, content=ANSWER), "expected a Response from send, got Response of httpx2"),
        (Response("200", {}, ANSWER), "expected a Response with int as its status, got str"),  # type: ignore[arg-type]
        (Response(200, None, ANSWER), "expected a Response with Mapping as its headers, got NoneType"),  # type: ignore[arg-type]
        (Response(200, {}, ANSWER.decode()), "expected a Response with bytes as its body, got str"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_response_is_a_protocol_error(returned: object, said: str) -> None:
    """The SMS may have been sent: nothing is sent again."""
    makers: tuple[tuple[Any, bool], ...] = (
        (Broken(returned), False),
        (AsyncBroken(returned), True),
        (Broken(returned), True),  # not asynchronous
        (MockTransport(lambda _: returned), False),  # type: ignore[arg-type,return-value]
        (AsyncMockTransport(lambda _: returned), True),  # type: ignore[arg-type,return-value]
    )
    for transport, is_async in makers:
        error = fail(transport, is_async=is_async)
        assert type(error) is ProtocolError
        assert str(error) == f"sms.send: transport: {said}"
        assert (error.outcome, error.attempts, error.response) == ("unknown", 1, None)
        assert getattr(transport, "count", 1) == 1


def test_an_asynchronous_send_in_the_client_for_threads() -> None:
    """Python does not warn of a coroutine that was never awaited."""
    error = fail(AsyncBroken(Response(200, {}, ANSWER)), is_async=False)
    assert str(error) == "sms.send: transport: expected a Response from send, got coroutine"


def test_a_response_of_the_asynchronous_client_need_not_be_awaited() -> None:
    async def send() -> str:
        async with AsyncCallr("login", "password", transport=Broken(Response(200, {}, ANSWER))) as callr:
            return await callr.sms.send(to=TO, body="Hello")

    assert anyio.run(send) == HASH


@pytest.mark.parametrize(
    ("client", "transport", "said"),
    [
        (Callr, object(), "send and close; object has no send and no close"),
        (Callr, AsyncMockTransport([]), "send and close; AsyncMockTransport has no close"),
        (AsyncCallr, MockTransport([]), "send and aclose; MockTransport has no aclose"),
        (AsyncCallr, lambda _: None, "send and aclose; function has no send and no aclose"),
    ],
)
def test_what_is_no_transport_makes_no_client(client: type, transport: object, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        client("login", "password", transport=transport)
    assert str(caught.value) == f"transport: expected an object with the methods {said}"
