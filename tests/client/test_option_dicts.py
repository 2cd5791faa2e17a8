"""Options as dictionaries: the same requests, the same checks, the same limits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from callr_sms_client import (
    ArgumentError,
    AsyncCallr,
    AsyncMockTransport,
    Callr,
    ForceEncoding,
    MockTransport,
    Response,
    SmsOptions,
    SmsOptionsDict,
    SmsOptionsWebhook,
    SmsOptionsWebhookDict,
)
from tests.client.support import HASH

if TYPE_CHECKING:
    from tests.client.support import NotingTransport

TO = "+33612345678"
OPTIONS: SmsOptionsDict = {
    "force_encoding": ForceEncoding.GSM,
    "nature": "ALERTING",
    "flash_message": False,
    "user_data": "order 42",
}
ENDPOINT = "https://example.com/sms"


def test_a_dictionary_is_sent_as_the_model_is() -> None:
    transport = MockTransport(lambda _: Response.of_json({"status": "success", "data": HASH}))
    model = SmsOptionsWebhook(endpoint=ENDPOINT, hmac_secret="key", hmac_algo="SHA512")
    webhook: SmsOptionsWebhookDict = {"endpoint": ENDPOINT, "hmac_secret": "key", "hmac_algo": "SHA512"}
    ways: list[SmsOptions | SmsOptionsDict] = [
        SmsOptions(nature="ALERTING", user_data="order 42", webhook=model),
        SmsOptions(nature="ALERTING", user_data="order 42", webhook=webhook),
        {"nature": "ALERTING", "user_data": "order 42", "webhook": model},
        {"nature": "ALERTING", "user_data": "order 42", "webhook": webhook},
    ]
    with Callr("login", "password", transport=transport) as callr:
        for options in ways:
            callr.sms.send(to=TO, body="Hello", options=options)
        bodies = [request.body for request in transport.requests]
        assert bodies == bodies[:1] * 4
        assert json.loads(bodies[0] or b"")["options"]["webhook"]["hmac_secret"] == "key"
        callr.sms.send_by_query(to=TO, body="Hello", options=SmsOptions(**OPTIONS))
        callr.sms.send_by_query(to=TO, body="Hello", options=OPTIONS)
        callr.sms.with_raw_response.send_by_query(to=TO, body="Hello", options=OPTIONS)
    assert len({request.url for request in transport.requests[-3:]}) == 1
    assert ("options.user_data", "order 42") in transport.requests[-1].query()


@pytest.mark.anyio
async def test_a_dictionary_is_sent_asynchronously() -> None:
    transport = AsyncMockTransport([Response.of_json({"status": "success", "data": HASH})])
    async with AsyncCallr("login", "password", transport=transport) as callr:
        await callr.sms.send(to=TO, body="Hello", options={"user_data": "order 42", "nature": None})
    assert transport.requests[0].json()["options"] == {"user_data": "order 42"}


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"userdata": "42"}, "options: expected a dict without other keys than force_encoding, nature,"),
        ({5: "42"}, "options: expected a dict without other keys than"),
        ({"nature": "URGENT"}, "options.nature: "),
        ({"user_data": 42}, "options.user_data: expected a str"),
        ({"user_data": "x" * 10_000}, "options.user_data: "),
        ({"user_data": "\ud800"}, "options.user_data: expected Unicode"),
        ({"webhook": {}}, "options.webhook.endpoint: expected a value, but"),
        ({"webhook": {"endpoint": ENDPOINT, "key": "x"}}, "options.webhook: expected a dict without other"),
        ({"webhook": ENDPOINT}, "options.webhook: expected SmsOptionsWebhook or a dict, got str"),
        ([], "options: expected SmsOptions or a dict, got list"),
    ],
)
def test_what_is_wrong_is_named(
    offline: Callr,
    transport: NotingTransport,
    options: Any,  # noqa: ANN401 - wrong on purpose
    problem: str,
) -> None:
    with pytest.raises(ArgumentError) as caught:
        offline.sms.send(to=TO, body="Hello", options=options)
    assert str(caught.value).startswith(f"sms.send: {problem}")
    assert caught.value.parameter == problem.partition(":")[0]
    assert transport.requests == []


def test_a_query_string_takes_no_webhook_of_a_dictionary(offline: Callr) -> None:
    with pytest.raises(ArgumentError, match=r"options\.webhook: expected None"):
        offline.sms.send_by_query(to=TO, body="Hello", options={"webhook": {"endpoint": ENDPOINT}})


def test_the_limit_of_parts_respects_the_encoding_of_a_dictionary(offline: Callr) -> None:
    text = "x" * 100
    offline.sms.send(to=TO, body=text, options={"force_encoding": "GSM"}, max_parts=1)
    with pytest.raises(ArgumentError, match="2 parts in UNICODE"):
        offline.sms.send(to=TO, body=text, options={"force_encoding": "UNICODE"}, max_parts=1)
