"""What goes out: addresses, headers and bodies, to the byte."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum, IntEnum
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, urlsplit

import pytest

from callr_sms_client import (
    ArgumentError,
    AsyncCallr,
    Callr,
    CallrError,
    ConfigurationError,
    SmsOptions,
    SmsOptionsWebhook,
    Timeout,
)
from callr_sms_client._codecs import Integer, IntegerEnum, JsonObject, Number
from callr_sms_client._open_enums import Known, OpenIntEnum
from tests.client.support import AsyncNotingTransport, NotingTransport, success

if TYPE_CHECKING:
    from collections.abc import Callable

TO = "+33612345678"
NOON = datetime(2024, 3, 19, 12, 0, 0, tzinfo=UTC)


def query(transport: NotingTransport) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(transport.request.url).query, keep_blank_values=True, strict_parsing=True)


def test_a_send(offline: Callr, transport: NotingTransport) -> None:
    options = SmsOptions(user_data="42", webhook=SmsOptionsWebhook(endpoint="https://example.com/x"))
    assert offline.sms.send(to=TO, body="Hé 👍", from_="SMS", options=options) == "8242D945"
    request = transport.request
    assert (request.method, request.url) == ("POST", "https://api.callr.com/rest/v1.1/sms")
    assert request.body is not None
    assert json.loads(request.body) == {
        "to": TO,
        "body": "Hé 👍",
        "from": "SMS",
        "options": {"user_data": "42", "webhook": {"endpoint": "https://example.com/x"}},
    }
    assert "Hé 👍".encode() in request.body


def test_the_headers(offline: Callr, transport: NotingTransport) -> None:
    offline.sms.send(to=TO, body="Hello")
    assert dict(transport.request.headers) == {
        "Authorization": "Basic " + b64encode(b"login:password").decode(),
        "User-Agent": f"callr-sms-client/{version('callr-sms-client')}",
        "Accept": "application/json",
        "Accept-Encoding": "gzip, deflate",
        "Content-Type": "application/json",
    }


class Given(str, Enum):  # noqa: UP042 - unlike StrEnum, it formats as its name
    TO = TO
    BODY = "Hello Bob"
    SENDER = "My Shop"
    USER_DATA = "order 42"
    NATURE = "ALERTING"


class Loud(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "LOUD"

    def __format__(self, _: str) -> str:
        return "LOUD"


@pytest.mark.parametrize("make", [Given, Loud])
def test_what_is_checked_is_what_is_sent(
    offline: Callr, transport: NotingTransport, make: Callable[[str], str]
) -> None:
    given: dict[str, Any] = {"to": make(TO), "body": make("Hello Bob"), "from_": make("My Shop")}
    options = cast("Callable[..., SmsOptions]", SmsOptions)(
        user_data=make("order 42"), nature=make("ALERTING")
    )
    offline.sms.send(**given, options=options)
    sent = {"to": TO, "body": "Hello Bob", "from": "My Shop"}
    written = {"nature": "ALERTING", "user_data": "order 42"}
    assert json.loads(transport.requests.pop().body or b"") == {**sent, "options": written}
    offline.sms.send_by_query(**given, options=options)
    assert query(transport) == [
        *sent.items(),
        ("options.nature", "ALERTING"),
        ("options.user_data", "order 42"),
    ]


class Liar(int):
    def __int__(self) -> int:
        return 666

    def __le__(self, other: object) -> bool:
        return True

    __ge__ = __le__


class Level(OpenIntEnum):
    ONE = Known(1)


class One(IntEnum):
    ONE = 1


def test_numbers_are_sent_as_they_were_checked() -> None:
    for kind in (Integer(minimum=0, maximum=9), IntegerEnum(Level), Number(maximum=9)):
        for value in (One.ONE, Liar(1)):
            sent = kind.encode(value, "level")
            assert (sent, type(sent)) == (1, int)
        for wrong in (True, Liar(10)):
            with pytest.raises(ArgumentError):
                kind.encode(wrong, "level")


def test_json_of_any_shape_is_sent_as_json_has_it() -> None:
    given = {Loud("a"): [Given.BODY, One.ONE, True, 1.5, None]}
    copied = JsonObject().encode(given, "any")
    assert copied == {"a": ["Hello Bob", 1, True, 1.5, None]}
    assert [type(item) for item in cast("dict[str, list[object]]", copied)["a"]] == [
        *(str, int, bool, float, type(None))
    ]


@pytest.mark.parametrize("wrong", [{"new": None}, {"new": {}}, {"new": {"a": {"b": None}}}])
def test_what_a_query_string_cannot_hold_is_refused(
    offline: Callr, transport: NotingTransport, wrong: dict[str, Any]
) -> None:
    """Left out it would make another request, a right one perhaps."""
    options = SmsOptions.from_dict({"nature": "ALERTING", **wrong})
    with pytest.raises(
        ArgumentError, match=r"^sms\.send_by_query: options: .*unknown property.*null or empty"
    ):
        offline.sms.send_by_query(to=TO, body="Hello", options=options)
    assert transport.requests == []
    offline.sms.send_by_query(to=TO, body="Hello", options=SmsOptions.from_dict({"force_encoding": None}))
    assert query(transport) == [("to", TO), ("body", "Hello"), ("from", "")]


@pytest.mark.parametrize("wrong", [{"user_data": "a secret \ud83d"}, {"new": ["\ud83d"]}, {"\ud83d": 1}])
def test_half_a_surrogate_pair_in_options_is_refused_and_not_quoted(
    offline: Callr, transport: NotingTransport, wrong: dict[str, Any]
) -> None:
    options = SmsOptions.from_dict(wrong)
    rule = r": options: expected Unicode without lone surrogates, in its properties, too$"
    for send in (offline.sms.send, offline.sms.send_by_query):
        with pytest.raises(ArgumentError, match=rule) as caught:
            send(to=TO, body="Hello", options=options)
        assert caught.value.__context__ is None
    assert transport.requests == []


def test_options_that_are_left_out_are_not_sent(offline: Callr, transport: NotingTransport) -> None:
    offline.sms.send(to=TO, body="Hello")
    assert transport.request.body == b'{"to":"+33612345678","body":"Hello","from":""}'


def test_a_send_by_query(offline: Callr, transport: NotingTransport) -> None:
    options = SmsOptions(force_encoding="GSM", nature="ALERTING", flash_message=True, user_data="a=b&c")
    offline.sms.send_by_query(to=TO, body="a b+c%&=\n👍", from_="My Shop", options=options)
    assert query(transport) == [
        ("to", TO),
        ("body", "a b+c%&=\n👍"),
        ("from", "My Shop"),
        ("options.force_encoding", "GSM"),
        ("options.nature", "ALERTING"),
        ("options.flash_message", "true"),
        ("options.user_data", "a=b&c"),
    ]
    assert urlsplit(transport.request.url).query.startswith("to=%2B33612345678&body=a%20b%2Bc%25%26%3D%0A")
    assert transport.request.body is None
    assert "Content-Type" not in dict(transport.request.headers)


def test_a_webhook_is_not_sent_by_query(offline: Callr, transport: NotingTransport) -> None:
    """A secret has no place in a URL, which ends up in logs."""
    options = SmsOptions(webhook=SmsOptionsWebhook(endpoint="https://example.com", hmac_secret="s3cret"))
    with pytest.raises(ArgumentError) as caught:
        offline.sms.send_by_query(to=TO, body="Hello", options=options)
    assert (caught.value.parameter, caught.value.outcome) == ("options.webhook", "not_sent")
    assert str(caught.value) == (
        "sms.send_by_query: options.webhook: expected None, because this call does not support it; "
        "call sms.send, which supports it"
    )
    assert transport.requests == []


def test_a_truth_value_is_a_word_of_json(offline: Callr, transport: NotingTransport) -> None:
    offline.sms.send_by_query(to=TO, body="Hello", options=SmsOptions(flash_message=False))
    assert query(transport)[-1] == ("options.flash_message", "false")


def test_a_get(offline: Callr, transport: NotingTransport) -> None:
    transport.body = success({})
    with pytest.raises(CallrError):
        offline.sms.get("8242D945")
    assert transport.request.url == "https://api.callr.com/rest/v1.1/sms/8242D945"


@pytest.mark.parametrize(
    ("start", "end", "sent"),
    [
        (NOON, NOON, ("2024-03-19 12:00:00", "2024-03-19 12:00:00")),
        (
            NOON + timedelta(milliseconds=1),
            NOON + timedelta(milliseconds=1),
            ("2024-03-19 12:00:00", "2024-03-19 12:00:01"),
        ),
        (
            NOON.astimezone(timezone(timedelta(hours=-8))),
            NOON.astimezone(timezone(timedelta(hours=5, minutes=45))),
            ("2024-03-19 12:00:00", "2024-03-19 12:00:00"),
        ),
        (
            datetime.min.replace(tzinfo=UTC),
            datetime.max.replace(tzinfo=UTC),
            ("0001-01-01 00:00:00", "9999-12-31 23:59:59"),
        ),
    ],
)
def test_a_window_is_rounded_outwards(
    offline: Callr, transport: NotingTransport, start: datetime, end: datetime, sent: tuple[str, str]
) -> None:
    transport.body = success([])
    assert offline.sms.list(type="OUT", from_=start, to=end) == []
    assert query(transport) == [("type", "OUT"), ("from", sent[0]), ("to", sent[1])]


@pytest.mark.parametrize(
    ("arguments", "parameter", "rule"),
    [
        ({"to": "0612345678"}, "to", "of which the first is not 0, such as +33612345678; got 10 characters"),
        ({"to": TO + "\n"}, "to", "E.164"),
        ({"to": "\n" + TO}, "to", "E.164"),
        ({"to": "+3361234567٨"}, "to", "E.164"),
        ({"to": None}, "to", "expected a str, got NoneType"),
        ({"to": 33612345678}, "to", "expected a str, got int"),
        ({"body": ""}, "body", "at least 1 character; got 0 characters"),
        ({"body": "x" * 351_136}, "body", "at most 351,135 characters"),
        ({"body": "\ud83d"}, "body", "lone surrogates"),
        ({"body": b"Hello"}, "body", "expected a str, got bytes"),
        (
            {"from_": "+33123"},
            "from_",
            "at least one letter, such as My Shop, or digits alone; got 6 characters",
        ),
        ({"from_": "twelve chars"}, "from_", "at most 11 characters"),
        ({"options": ["42"]}, "options", "expected SmsOptions or a dict, got list"),
    ],
)
@pytest.mark.parametrize("method", ["send", "send_by_query"])
def test_arguments_are_checked_before_the_request(  # noqa: PLR0913, PLR0917 - two fixtures and a table
    offline: Callr,
    transport: NotingTransport,
    method: str,
    arguments: dict[str, object],
    parameter: str,
    rule: str,
) -> None:
    with pytest.raises(ArgumentError) as caught:
        getattr(offline.sms, method)(**{"to": TO, "body": "Hello", **arguments})
    error = caught.value
    assert isinstance(error, ValueError)
    assert (error.parameter, error.outcome, error.operation) == (parameter, "not_sent", f"sms.{method}")
    assert str(error).startswith(f"sms.{method}: {parameter}: ")
    assert rule in str(error)
    assert not re.search(r"\^|\\|\[", str(error))  # words and an example, not a regular expression
    assert transport.requests == []


@pytest.mark.parametrize(
    ("arguments", "parameter", "rule"),
    [
        ({"type": "BOTH"}, "type", "expected one of IN, OUT"),
        ({"from_": NOON.replace(tzinfo=None)}, "from_", "naive"),
        ({"to": "2024-03-19 12:00:00"}, "to", "expected a datetime, got str"),
        ({"to": NOON.date()}, "to", "expected a datetime, got date"),
        ({"to": datetime.max.replace(tzinfo=timezone(timedelta(hours=-1)))}, "to", "year in UTC"),
    ],
)
def test_a_window_is_checked(
    offline: Callr, transport: NotingTransport, arguments: dict[str, object], parameter: str, rule: str
) -> None:
    with pytest.raises(ArgumentError, match=rule) as caught:
        getattr(offline.sms, "list")(**{"type": "OUT", "from_": NOON, "to": NOON, **arguments})  # noqa: B009 - wrong types
    assert caught.value.parameter == parameter
    assert transport.requests == []


@pytest.mark.parametrize("sms_hash", ["", "..", "8242d945", "8242D945\n", "8242D945/x", "8242D94"])
def test_a_hash_is_checked(offline: Callr, transport: NotingTransport, sms_hash: str) -> None:
    with pytest.raises(ArgumentError):
        offline.sms.get(sms_hash)
    assert transport.requests == []


@pytest.mark.parametrize(
    ("make", "arguments", "parameter"),
    [
        (SmsOptions, {"user_data": "x" * 4097}, "user_data"),
        (SmsOptions, {"force_encoding": "UTF-8"}, "force_encoding"),
        (SmsOptions, {"flash_message": "yes"}, "flash_message"),
        (SmsOptions, {"webhook": "https://example.com"}, "webhook"),
        (SmsOptionsWebhook, {"endpoint": "example.com"}, "endpoint"),
        (SmsOptionsWebhook, {"endpoint": None}, "endpoint"),
        (SmsOptionsWebhook, {"endpoint": "https://example.com", "hmac_algo": "SHA1"}, "hmac_algo"),
    ],
)
def test_options_are_checked(
    make: Callable[..., object], arguments: dict[str, object], parameter: str
) -> None:
    with pytest.raises(ArgumentError) as caught:
        make(**arguments)
    assert caught.value.parameter == parameter


def test_too_long_an_address_is_an_argument_error() -> None:
    with (
        Callr("login", "password", base_url="http://127.0.0.1:1") as callr,
        pytest.raises(ArgumentError) as caught,
    ):
        callr.sms.send_by_query(to=TO, body="x" * 70_000)
    assert caught.value.outcome == "not_sent"


def test_timeouts_reach_the_transport(transport: NotingTransport) -> None:
    for given, expected in (
        (30.0, Timeout(total=30.0, connect=5.0, read=None, write=None, pool=None)),
        (2, Timeout(total=2.0)),
        (Timeout(connect=1, read=None), Timeout(total=30.0, connect=1)),
    ):
        with Callr("login", "password", timeout=given, transport=transport) as callr:
            callr.sms.send(to=TO, body="Hello")
        assert transport.requests.pop().timeout == expected


@pytest.mark.anyio
async def test_both_clients_send_the_same(offline: Callr, transport: NotingTransport) -> None:
    asynchronous = AsyncNotingTransport()
    async with AsyncCallr("login", "password", transport=asynchronous) as callr:
        await callr.sms.send(to=TO, body="Hello", options=SmsOptions(user_data="42"))
    offline.sms.send(to=TO, body="Hello", options=SmsOptions(user_data="42"))
    assert asynchronous.inner.request == transport.request
    assert asynchronous.inner.closed == 1


@pytest.mark.anyio
async def test_a_closed_client_sends_nothing(transport: NotingTransport) -> None:
    callr = Callr("login", "password", transport=transport)
    callr.close()
    callr.close()
    assert transport.closed == 1
    with pytest.raises(ConfigurationError, match="closed"):
        callr.sms.send(to=TO, body="Hello")
    asynchronous = AsyncCallr("login", "password")
    await asynchronous.aclose()
    with pytest.raises(ConfigurationError, match="closed"):
        await asynchronous.sms.send(to=TO, body="Hello")
