"""Where rules of events and their members begin and end."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from callr_sms_client import (
    ProtocolError,
    Sms,
    webhooks,
)
from tests.client.support import SMS

EVENT: dict[str, Any] = {
    "event_id": "1",
    "event_at": "x",
    "hook_hash": None,
    "try": 0,
    "type": "new",
    "data": {},
}


def event_at(text: str) -> datetime:
    return webhooks.parse(
        json.dumps(EVENT | {"event_at": text}).encode(), {}, secret=webhooks.UNVERIFIED
    ).event_at


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2016-05-04T12:29:32.340Z", datetime(2016, 5, 4, 12, 29, 32, 340_000, tzinfo=UTC)),
        ("2016-05-04t12:29:32z", datetime(2016, 5, 4, 12, 29, 32, tzinfo=UTC)),
        ("2016-05-04T12:29:32.1234567Z", datetime(2016, 5, 4, 12, 29, 32, 123_456, tzinfo=UTC)),
        ("2016-05-04T00:29:32+01:00", datetime(2016, 5, 3, 23, 29, 32, tzinfo=UTC)),
        ("2016-05-04T23:59:59-05:30", datetime(2016, 5, 5, 5, 29, 59, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2016-12-31T23:59:60.5Z", datetime(2017, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)),
        ("2017-01-01T00:59:60+01:00", datetime(2017, 1, 1, tzinfo=UTC)),
    ],
)
def test_moments_of_events(text: str, moment: datetime) -> None:
    assert event_at(text) == moment
    assert event_at(text).tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2016-05-04T24:00:00Z", "not a date in the format of the contract"),
        ("2016-05-04T29:00:00Z", "not a date in the format of the contract"),
        ("2016-05-04 12:29:32Z", "not a date in the format of the contract"),
        ("2016-05-04T12:29:32", "not a date in the format of the contract"),
        ("2016-05-04T12:29:32.Z", "not a date in the format of the contract"),
        ("2016-05-04T12:29:32Z\n", "not a date in the format of the contract"),
        ("2016-05-04T12:29:60Z", "not a date in the format of the contract"),
        ("2016-12-31T22:59:60Z", "not a date in the format of the contract"),
        ("2016-12-31T23:58:60Z", "not a date in the format of the contract"),
        ("0001-01-01T00:00:00+00:01", "a datetime whose year in UTC is not 1 to 9999"),
        ("9999-12-31T23:59:59-00:01", "a datetime whose year in UTC is not 1 to 9999"),
        ("9999-12-31T23:59:60Z", "a datetime whose year in UTC is not 1 to 9999"),
    ],
)
def test_moments_that_are_none(text: str, said: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        event_at(text)
    assert str(caught.value) == f"Event.event_at: {said}"


@pytest.mark.parametrize(
    ("kind", "name"),
    [("new", "Event"), ("sms.mt.status_update", "StatusUpdateEvent"), ("sms.mo", "IncomingEvent")],
)
@pytest.mark.parametrize("member", EVENT)
def test_each_member_of_an_event_is_checked(kind: str, name: str, member: str) -> None:
    event = EVENT | {"type": kind, "data": SMS}
    assert webhooks.parse(json.dumps(event).encode(), {}, secret=webhooks.UNVERIFIED).type == kind
    if member == "type":
        return
    for wrong in (7.5, ["x"], True):
        if member == "data" and name == "Event":  # of an unknown event it may be anything
            continue
        with pytest.raises(webhooks.WebhookError) as caught:
            webhooks.parse(json.dumps(event | {member: wrong}).encode(), {}, secret=webhooks.UNVERIFIED)
        assert str(caught.value).startswith(f"{name}.{member}: expected ")
    without = {key: value for key, value in event.items() if key != member}
    with pytest.raises(webhooks.WebhookError) as caught:
        webhooks.parse(json.dumps(without).encode(), {}, secret=webhooks.UNVERIFIED)
    assert str(caught.value) == f"{name}.{member}: the property is missing"


@pytest.mark.parametrize("member", SMS)
def test_each_member_of_an_sms_is_checked(member: str) -> None:
    for wrong in (7.5, True, {"x": 1}, [1]):
        if member == "options" and isinstance(wrong, dict):
            continue
        with pytest.raises(ProtocolError) as caught:
            Sms.from_dict(SMS | {member: wrong})
        assert str(caught.value).startswith(f"Sms.{member}")
    with pytest.raises(ProtocolError) as caught:
        Sms.from_dict({key: value for key, value in SMS.items() if key != member})
    assert str(caught.value) == f"Sms.{member}: the property is missing"


@pytest.mark.parametrize("member", SMS["status_history"][0])
def test_each_member_of_a_change_is_checked(member: str) -> None:
    first, second = SMS["status_history"]
    for wrong in (None, 7, ["x"]):
        with pytest.raises(ProtocolError) as caught:
            Sms.from_dict(SMS | {"status_history": [first, second | {member: wrong}]})
        assert str(caught.value).startswith(f"Sms.status_history[].{member}: expected a string")
        assert str(caught.value).endswith(" at index 1")


@pytest.mark.parametrize(("attempt", "is_retry"), [(0, False), (1, True), (2, True)])
def test_a_second_delivery_is_a_retry(attempt: int, *, is_retry: bool) -> None:
    parsed = webhooks.parse(json.dumps(EVENT | {"try": attempt}).encode(), {}, secret=webhooks.UNVERIFIED)
    assert (parsed.try_, parsed.is_retry) == (attempt, is_retry)


def test_a_member_of_an_event_that_comes_twice_counts_once() -> None:
    """The last one, as in any JSON that Python reads; the signature is over all of them."""
    body = b'{"event_id": "1", ' + json.dumps(EVENT | {"event_id": "2"}).encode()[1:]
    headers = {webhooks.SIGNATURE_HEADER: webhooks.sign(body, "s3cret")}
    assert webhooks.parse(body, headers, secret="s3cret").event_id == "2"


def test_bytes_of_any_kind_are_a_body() -> None:
    body = json.dumps(EVENT).encode()
    for kind in (bytes, bytearray, memoryview):
        given: Any = kind(body)
        headers = {webhooks.SIGNATURE_HEADER: f" {webhooks.sign(body, 's3cret')}\t"}
        assert webhooks.parse(given, headers, secret="s3cret").event_id == "1"


def test_a_repr_shows_nothing_of_an_event_that_is_not_known() -> None:
    said = {"data": {"text": "canary"}, "more": "canary"}
    event = webhooks.parse(json.dumps(EVENT | said).encode(), {}, secret=webhooks.UNVERIFIED)
    assert repr(event) == "<Event event_at=(malformed) try=0 type='new'>"
    assert event.reveal().count("canary") == 2


def test_one_event_may_be_remembered() -> None:
    seen = webhooks.SeenEvents(1)
    assert [seen.add(each) for each in ("a", "a", "b", "b", "a")] == [True, False, True, False, True]
    assert len(seen) == 1
