"""The clock of an account: settings that meet, spans, and the first and last moments that are accepted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator.webhooks.receivers import receiving

if TYPE_CHECKING:
    from tests.emulator.support import Client, ManualClock

NOTHING = {"created": 0, "pending": 0, "sent": 0, "remote_queued": 0}
CHANGES = ["PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED"]


@pytest.mark.parametrize("first", ["clock", "timings"])
def test_a_life_without_delays_goes_on_while_the_clock_is_frozen(client: Client, first: str) -> None:
    """The events of it too: what is due at the moment that the clock shows needs no time."""
    with receiving() as receiver:
        client.set("/webhooks", endpoint=receiver.url)
        settings: list[tuple[str, dict[str, Any]]] = [("/clock", {"freeze": True}), ("/timings", NOTHING)]
        for path, change in settings if first == "clock" else reversed(settings):
            client.set(path, **change)
        sms_hash = client.send()
        receiver.wait_for(lambda received: len(received) >= 4)
        events = receiver.events
    assert sorted(event["data"]["hash"] for event in events) == [sms_hash] * 4
    assert sorted(event["data"]["status"] for event in events) == sorted(CHANGES)
    sms = client.get(sms_hash)
    assert [change["new_status"] for change in sms["status_history"]] == CHANGES
    assert {change["updated_at"] for change in sms["status_history"]} == {"2024-03-30 12:00:00.000"}


def test_a_life_stops_at_the_first_delay_while_the_clock_is_frozen(client: Client) -> None:
    client.set("/clock", freeze=True)
    client.set("/timings", **NOTHING | {"sent": 1})
    sms_hash = client.send()
    assert client.get(sms_hash)["status"] == "SENT"
    client.set("/clock", advance="1ms")
    assert client.get(sms_hash)["status"] == "RECEIVED"


def test_a_clock_is_set_in_one_order(client: Client, clock: ManualClock) -> None:
    """First the rate, then whether it is frozen, then how far it goes."""
    shown = client.set("/clock", advance="1h", freeze="2001-02-03 04:05:06", rate=2)
    assert shown == {"now": "2001-02-03 05:05:06.000", "frozen": True, "rate": 2.0}
    clock.advance(1_000)
    assert client.set("/clock", freeze=False) == shown | {"frozen": False}
    clock.advance(1_000)
    assert client.control("GET", "/clock").data["now"] == "2001-02-03 05:05:08.000"
    assert client.set("/clock", advance="1s")["now"] == "2001-02-03 05:05:09.000"
    assert client.set("/clock", rate=0.5)["now"] == "2001-02-03 05:05:09.000"
    clock.advance(1_000)
    assert client.control("GET", "/clock").data["now"] == "2001-02-03 05:05:09.500"


def test_a_change_without_parts_changes_nothing(client: Client, clock: ManualClock) -> None:
    client.set("/clock", freeze="2001-02-03 04:05:06", rate=3)
    client.set("/timings", sent=7)
    before = client.control("GET", "/clock").data, client.control("GET", "/timings").data
    clock.advance(1_000)
    assert (client.set("/clock"), client.set("/timings")) == before
    for path, name in (("/clock", "rate"), ("/clock", "freeze"), ("/clock", "advance"), ("/timings", "sent")):
        answer = client.control("POST", path, {name: None})
        assert (answer.status, answer.message.partition(": null")[1]) == (400, ": null")
    assert (client.set("/clock"), client.set("/timings")) == before


@pytest.mark.parametrize(
    ("span", "now"),
    [
        (0, "2024-03-30 12:00:00.000"),
        ("0s", "2024-03-30 12:00:00.000"),
        (0.001, "2024-03-30 12:00:00.001"),
        ("1ms", "2024-03-30 12:00:00.001"),
        ("1.5s", "2024-03-30 12:00:01.500"),
        ("2m", "2024-03-30 12:02:00.000"),
        ("1h30m", "2024-03-30 13:30:00.000"),
        ("1d1h1m1s1ms", "2024-03-31 13:01:01.001"),
        ("36600d", "2124-06-14 12:00:00.000"),
        (3_162_240_000, "2124-06-14 12:00:00.000"),
    ],
)
def test_a_span(client: Client, span: float | str, now: str) -> None:
    assert client.set("/clock", freeze=True, advance=span)["now"] == now


@pytest.mark.parametrize(
    "span",
    [
        *("", "1", "1 s", " 1s", "1s ", "1S", "-1s", "1s,", "1w", "s", "1.s", ".5s", "36600d1ms"),
        *(-0.001, 3_162_240_000.001, 1e300),
    ],
)
def test_what_is_no_span(client: Client, span: float | str) -> None:
    answer = client.control("POST", "/clock", {"freeze": True, "advance": span})
    assert answer.status == 400
    assert answer.message == (
        f"PROPERTY_VALUE_ERROR [advance]: {json.dumps(span)}: expected seconds as a number, "
        "or a text like 24h, 1h30m, 15s, 250ms; 0 to 100 years"
    )
    assert client.control("GET", "/clock").data["frozen"] is False


@pytest.mark.parametrize(
    ("change", "now"),
    [
        ({"freeze": "9000-01-01 00:00:00"}, "9000-01-01 00:00:00.000"),
        ({"freeze": "8999-12-31 23:59:59", "advance": "1s"}, "9000-01-01 00:00:00.000"),
        ({"freeze": "0001-01-01 00:00:00"}, "0001-01-01 00:00:00.000"),
        ({"rate": 1_000_000, "freeze": True}, "2024-03-30 12:00:00.000"),
        ({"rate": 1e-9, "freeze": True}, "2024-03-30 12:00:00.000"),
    ],
)
def test_the_last_setting_of_a_clock_that_is_accepted(
    client: Client, change: dict[str, Any], now: str
) -> None:
    assert client.set("/clock", **change)["now"] == now


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"freeze": "9000-01-01 00:00:01"},
            "[clock]: too late: expected at most 9000-01-01 00:00:00",
        ),
        (
            {"freeze": "9000-01-01 00:00:00", "advance": "1ms"},
            "[clock]: too late: expected at most 9000-01-01 00:00:00",
        ),
        ({"rate": 1_000_000.5}, "[rate]: 1000000.5: expected"),
        ({"rate": 0}, "[rate]: 0: expected"),
        ({"rate": -1}, "[rate]: -1: expected"),
        ({"advance": True}, "[advance]: true: expected"),
        ({"freeze": 1}, "[freeze]: 1: expected"),
    ],
)
def test_the_first_setting_of_a_clock_that_is_refused(
    client: Client, change: dict[str, Any], said: str
) -> None:
    answer = client.control("POST", "/clock", change)
    assert (answer.status, answer.message[:21]) == (400, "PROPERTY_VALUE_ERROR ")
    assert answer.message[21:].startswith(said)
    assert client.control("GET", "/clock").data == {
        "now": "2024-03-30 12:00:00.000",
        "frozen": False,
        "rate": 1.0,
    }


@pytest.mark.parametrize("name", ["created", "pending", "sent", "remote_queued", "slow", "validity"])
def test_how_long_a_status_may_last(client: Client, name: str) -> None:
    usual = client.control("GET", "/timings").data
    for value in (0, 3_162_240_000_000):
        assert client.set("/timings", **{name: value}) == usual | {name: value}
    for wrong in (-1, 3_162_240_000_001, 1.5, "1", True):
        answer = client.control("POST", "/timings", {name: wrong})
        start = f"PROPERTY_VALUE_ERROR [{name}]: {json.dumps(wrong)}: expected "
        assert (answer.status, answer.message[: len(start)]) == (400, start)
    assert client.control("DELETE", "/timings").data == usual
