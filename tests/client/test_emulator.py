"""The whole way, over real HTTP: client, network, emulator, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from callr_sms_client import (
    AsyncCallr,
    AuthenticationError,
    BadRequestError,
    Callr,
    NotFoundError,
    Sms,
    SmsOptions,
    SmsOptionsWebhook,
    Status,
)

if TYPE_CHECKING:
    from tests.conftest import RunningEmulator

TO = "+33612345678"
AWKWARD = "Hello & goodbye = 100% + €5? #1 / 👍 'quoted' \"twice\"\n\\"
OPTIONS = SmsOptions(
    force_encoding="UNICODE",
    nature="ALERTING",
    flash_message=False,
    user_data="order 42 & more",
    webhook=SmsOptionsWebhook(
        endpoint="https://example.com/callr?a=b&c=d", hmac_secret="s3cr&t", hmac_algo="SHA512"
    ),
)


QUERY_OPTIONS = SmsOptions(
    force_encoding="UNICODE", nature="ALERTING", flash_message=False, user_data="order 42 & more"
)


def _check(sms: Sms, sms_hash: str, options: SmsOptions = OPTIONS) -> None:
    assert (sms.hash, sms.type, sms.to, sms.from_) == (sms_hash, "OUT", TO, "My Shop")
    assert sms.text == AWKWARD
    assert sms.user_data == "order 42 & more"
    assert sms.options is not None
    assert sms.options.to_dict() == options.to_dict()
    assert sms.encoding == "UNICODE"
    assert sms.parts == 1
    assert sms.b_customer_debit == Decimal("7.80")
    assert isinstance(sms.status, Status)
    assert abs(sms.date_creation - datetime.now(UTC)) < timedelta(minutes=1)
    assert sms.date_creation.tzinfo is UTC


def test_send_and_get(callr: Callr) -> None:
    sms_hash = callr.sms.send(to=TO, body=AWKWARD, from_="My Shop", options=OPTIONS)
    _check(callr.sms.get(sms_hash), sms_hash)


def test_send_by_query_and_get(callr: Callr) -> None:
    sms_hash = callr.sms.send_by_query(to=TO, body=AWKWARD, from_="My Shop", options=QUERY_OPTIONS)
    _check(callr.sms.get(sms_hash), sms_hash, QUERY_OPTIONS)


def test_both_sends_take_the_least(callr: Callr) -> None:
    for send in (callr.sms.send, callr.sms.send_by_query):
        sms = callr.sms.get(send(to=TO, body="Hello"))
        assert (sms.from_, sms.text, sms.user_data, sms.options) == ("", "Hello", "", None)


def test_list(callr: Callr) -> None:
    hashes = {callr.sms.send(to=TO, body=f"Hello {number}") for number in range(3)}
    now = datetime.now(timezone(timedelta(hours=5, minutes=30)))
    found = callr.sms.list(type="OUT", from_=now - timedelta(minutes=1), to=now)
    assert isinstance(found, list)
    assert hashes <= {sms.hash for sms in found}


def test_a_window_of_no_width_finds_an_sms_of_its_second(callr: Callr) -> None:
    sms = callr.sms.get(callr.sms.send(to=TO, body="Hello"))
    moment = sms.date_creation + timedelta(microseconds=999_999)
    assert sms.hash in {found.hash for found in callr.sms.list(type="OUT", from_=moment, to=moment)}


def test_an_unknown_hash(callr: Callr) -> None:
    with pytest.raises(NotFoundError) as caught:
        callr.sms.get("ZZZZZZZZ")
    assert (caught.value.http_status, caught.value.code, caught.value.outcome) == (404, 404, "refused")
    assert caught.value.operation == "sms.get"


def test_a_refused_sender_is_named(callr: Callr) -> None:
    with pytest.raises(BadRequestError) as caught:
        callr.sms.send(to=TO, body="Hello", from_="99999")
    error = caught.value
    assert (error.word, error.parameter, error.outcome) == ("PROPERTY_VALUE_ERROR", "from", "refused")
    assert "99999" in error.message
    assert "99999" not in str(error) + repr(error)


def test_wrong_credentials(emulator: RunningEmulator) -> None:
    with (
        Callr(emulator.login, "wrong", base_url=emulator.base_url) as stranger,
        pytest.raises(AuthenticationError) as caught,
    ):
        stranger.sms.send(to=TO, body="Hello")
    assert caught.value.outcome == "refused"


@pytest.mark.anyio
async def test_all_of_it_asynchronously(emulator: RunningEmulator) -> None:
    async with AsyncCallr(emulator.login, emulator.password, base_url=emulator.base_url) as callr:
        by_query = await callr.sms.send_by_query(to=TO, body=AWKWARD, from_="My Shop", options=QUERY_OPTIONS)
        _check(await callr.sms.get(by_query), by_query, QUERY_OPTIONS)
        sms_hash = await callr.sms.send(to=TO, body=AWKWARD, from_="My Shop", options=OPTIONS)
        _check(await callr.sms.get(sms_hash), sms_hash)
        now = datetime.now(UTC)
        found = await callr.sms.list(type="OUT", from_=now - timedelta(minutes=1), to=now)
        assert sms_hash in {sms.hash for sms in found}
        with pytest.raises(NotFoundError):
            await callr.sms.get("ZZZZZZZZ")
