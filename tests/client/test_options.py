"""Clients that share a pool, answers as they came, and transports for users' own tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from callr_sms_client import (
    AsyncCallr,
    AsyncMockTransport,
    BadRequestError,
    Callr,
    CallrTimeoutError,
    ConfigurationError,
    MockTransport,
    ProtocolError,
    RawResponse,
    Request,
    Response,
    Timeout,
)
from tests.client.clocks import WoundClock, wind
from tests.client.support import HASH, SMS, NotingTransport, RawServer, failure, http_answer, serving, success

if TYPE_CHECKING:
    import socket

    from tests.conftest import RunningEmulator

TO = "+33612345678"
SENT = Response.of_json({"status": "success", "data": HASH})


def test_other_options_leave_the_client_as_it_is(transport: NotingTransport) -> None:
    with Callr("login", "password", timeout=7, max_retries=1, transport=transport) as callr:
        patient = callr.with_options(timeout=Timeout(total=60, read=20), max_retries=4)
        hasty = patient.with_options(timeout=1)
        for client in (callr, patient, hasty):
            client.sms.send(to=TO, body="Hello")
    assert [request.timeout for request in transport.requests] == [
        Timeout(total=7),
        Timeout(total=60, read=20),
        Timeout(total=1),
    ]
    settings = [client._caller.settings for client in (callr, patient, hasty)]  # noqa: SLF001 - nothing else tells
    assert [one.max_retries for one in settings] == [1, 4, 4]


def test_a_client_with_other_options_does_not_close_the_pool(transport: NotingTransport) -> None:
    callr = Callr("login", "password", transport=transport)
    with callr.with_options(timeout=1) as hasty:
        assert hasty.sms.send(to=TO, body="Hello") == HASH
    with pytest.raises(ConfigurationError, match="closed"):
        hasty.sms.send(to=TO, body="Hello")
    assert transport.closed == 0
    patient = callr.with_options(timeout=60)
    assert callr.sms.send(to=TO, body="Hello") == HASH
    callr.close()
    assert transport.closed == 1
    for client in (callr, patient, callr.with_options()):
        with pytest.raises(ConfigurationError, match="closed"):
            client.sms.send(to=TO, body="Hello")


def test_they_share_their_connections() -> None:
    seen: list[socket.socket] = []

    def behave(_: RawServer, connection: socket.socket) -> None:
        seen.append(connection)
        connection.sendall(http_answer(success(HASH)).replace(b"Connection: close\r\n", b""))

    with serving(behave) as server, Callr("login", "password", base_url=server.base_url) as callr:
        callr.with_options(timeout=5).sms.send(to=TO, body="Hello")
        callr.sms.send(to=TO, body="Hello")
    assert len(seen) == 2
    assert seen[0] is seen[1]


@pytest.mark.anyio
async def test_other_options_asynchronously() -> None:
    transport = AsyncMockTransport([SENT, SENT])
    callr = AsyncCallr("login", "password", transport=transport)
    async with callr.with_options(timeout=3) as hasty:
        assert await hasty.sms.send(to=TO, body="Hello") == HASH
    with pytest.raises(ConfigurationError, match="closed"):
        await hasty.sms.send(to=TO, body="Hello")
    assert await callr.sms.send(to=TO, body="Hello") == HASH
    await callr.aclose()
    assert [request.timeout.total for request in transport.requests] == [3, 30]
    assert transport.is_closed


@pytest.mark.parametrize("options", [{"timeout": 0}, {"max_retries": -1}])
def test_wrong_options_are_named(offline: Callr, options: dict[str, Any]) -> None:
    (name,) = options
    with pytest.raises(ConfigurationError, match=name):
        offline.with_options(**options)


def test_a_client_of_a_subclass_stays_one(transport: NotingTransport) -> None:
    class Shop(Callr):
        name = ""

    shop = Shop("login", "password", transport=transport)
    shop.name = "Our shop"
    other = shop.with_options(timeout=1)
    assert (type(other), other.name) == (Shop, "Our shop")


def test_an_answer_as_it_came() -> None:
    body = success(SMS)
    transport = MockTransport(
        [Response(503, {"retry-after": "2"}, b""), Response(200, {"x-request-id": "7"}, body)]
    )
    with wind(Callr("login", "password", transport=transport), WoundClock()) as callr:
        raw = callr.sms.with_raw_response.get(HASH)
    assert isinstance(raw, RawResponse)
    assert (raw.status, raw.headers, raw.body) == (200, {"x-request-id": "7"}, body)
    assert (raw.attempts, raw.elapsed) == (2, 2.0)
    assert raw.parse().to_dict() == SMS
    assert raw.parse() is raw.parse()
    assert repr(raw) == f"RawResponse(status=200, {len(body)} bytes, attempts=2, elapsed=2.000)"


def test_an_answer_that_breaks_the_contract_is_shown_as_it_came() -> None:
    with Callr("login", "password", transport=MockTransport([Response(200, {}, b"<html>")])) as callr:
        raw = callr.sms.with_raw_response.send(to=TO, body="Hello")
        assert raw.body == b"<html>"
        with pytest.raises(ProtocolError) as caught:
            raw.parse()
    assert (caught.value.outcome, caught.value.operation) == ("unknown", "sms.send")


def test_an_error_is_raised_all_the_same() -> None:
    refused = Response(400, {}, failure(400, "PROPERTY_VALUE_ERROR [to]"))
    transport = MockTransport([refused, CallrTimeoutError("late")])
    with Callr("login", "password", transport=transport) as callr:
        for kind in (BadRequestError, CallrTimeoutError):
            with pytest.raises(kind):
                callr.sms.with_raw_response.send(to=TO, body="Hello")


@pytest.mark.anyio
async def test_an_answer_as_it_came_asynchronously(emulator: RunningEmulator) -> None:
    async with AsyncCallr(emulator.login, emulator.password, base_url=emulator.base_url) as callr:
        raw = await callr.sms.with_raw_response.send(to=TO, body="Hello")
        assert (raw.status, raw.headers["content-type"], raw.attempts) == (200, "application/json", 1)
        assert (await callr.sms.with_raw_response.get(raw.parse())).parse().text == "Hello"
        assert raw.elapsed > 0


def test_a_mock_notes_requests() -> None:
    transport = MockTransport([SENT, SENT])
    with Callr("login", "password", transport=transport) as callr:
        callr.sms.send(to=TO, body="Hello")
        callr.sms.send_by_query(to=TO, body="Hé")
    first, second = transport.requests
    assert first.json() == {"to": TO, "body": "Hello", "from": ""}
    assert second.query() == [("to", TO), ("body", "Hé"), ("from", "")]
    assert second.json() is None
    assert repr(transport.requests) == "[Request(method='POST'), Request(method='GET')]"
    assert transport.is_closed


def test_a_mock_without_an_answer_left_fails_the_test() -> None:
    with (
        Callr("login", "password", transport=MockTransport([])) as callr,
        pytest.raises(AssertionError, match="more requests than responses"),
    ):
        callr.sms.send(to=TO, body="Hello")


@pytest.mark.anyio
async def test_an_asynchronous_mock_takes_functions_of_both_kinds() -> None:
    async def answer(request: Request) -> Response:
        assert request.method == "POST"
        return SENT

    for handler in (answer, lambda _: SENT):
        async with AsyncCallr("login", "password", transport=AsyncMockTransport(handler)) as callr:
            assert await callr.sms.send(to=TO, body="Hello") == HASH
    async with AsyncCallr(
        "login", "password", transport=AsyncMockTransport([CallrTimeoutError("late")])
    ) as callr:
        with pytest.raises(CallrTimeoutError):
            await callr.sms.send(to=TO, body="Hello")
