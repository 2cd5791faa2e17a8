"""The French traffic rules: when marketing is delivered, to whom, and from which number."""

import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import pytest

from callr_sms_emulator import Config
from callr_sms_emulator._sms import french_rules
from tests.emulator.conftest import NOON
from tests.emulator.support import Client, ManualClock, basic, export, serving_config, take_in

FRENCH = "+33612345678"
AT_ONCE = {"created": 0, "pending": 0, "sent": 0, "remote_queued": 0}
CONFIG = Config(traffic_rules="france", any_account=True, shortcodes=frozenset({"12345"}))
STATUS_ERROR = "Recipient unsubscribed"
NIGHT = "2024-01-18 22:30:00"


@pytest.fixture(scope="module")
def served() -> Iterator[Client]:
    with serving_config(CONFIG, ManualClock(NOON)) as client:
        client.set("/timings", **AT_ONCE)
        yield client


@pytest.fixture
def client(served: Client) -> Client:
    """A client of an account under the rules that has nothing, and whose SMS take no time."""
    served.control("POST", "/reset")
    served.set("/timings", **AT_ONCE)
    return served


def _sent(client: Client, **parameters: object) -> dict[str, Any]:
    sms = client.get(client.send(**{"to": FRENCH} | parameters))
    return sms | {"statuses": [each["new_status"] for each in sms["status_history"]]}


@pytest.mark.parametrize(
    ("now", "sent"),
    [
        ("2024-01-18 20:59:59", "2024-01-18 20:59:59"),  # 21:59:59 in winter
        ("2024-01-18 21:00:00", "2024-01-19 07:00:00"),
        ("2024-01-19 06:59:59", "2024-01-19 07:00:00"),
        ("2024-01-19 07:00:00", "2024-01-19 07:00:00"),
        ("2024-07-18 19:59:59", "2024-07-18 19:59:59"),  # 21:59:59 in summer
        ("2024-07-18 20:00:00", "2024-07-19 06:00:00"),
        ("2024-07-20 20:00:00", "2024-07-22 06:00:00"),  # over a Sunday
        ("2024-07-21 10:00:00", "2024-07-22 06:00:00"),
        ("2024-03-30 21:00:00", "2024-04-02 06:00:00"),  # Easter; summer time begins
        ("2024-10-27 00:30:00", "2024-10-28 07:00:00"),  # summer time ends
        ("2024-05-08 10:00:00", "2024-05-10 06:00:00"),  # two holidays: 1945 and Ascension
        ("2024-05-20 10:00:00", "2024-05-21 06:00:00"),  # Whit Monday
        ("2022-12-31 23:30:00", "2023-01-02 07:00:00"),
        ("2024-12-24 21:30:00", "2024-12-26 07:00:00"),
        ("1981-05-28 12:00:00", "1981-05-29 06:00:00"),  # Ascension of a year with an exception
    ],
)
def test_marketing_waits_for_the_next_allowed_day(client: Client, now: str, sent: str) -> None:
    client.set("/clock", freeze=now)
    sms = _sent(client)
    assert (sms["status"], sms["nature"]) == ("RECEIVED" if sent == now else "PENDING", "MARKETING")
    if sent != now:
        client.set("/clock", advance="4d")
        assert client.get(sms["hash"])["date_sent"] == sent
        assert client.get(sms["hash"])["date_received"] == sent


def test_each_public_holiday_is_one(client: Client) -> None:
    days = ["01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25"]
    movable = ["04-21", "05-29", "06-09"]  # of 2025
    for day in [*days, *movable]:
        client.set("/clock", freeze=f"2025-{day} 12:00:00")
        assert _sent(client)["status"] == "PENDING", day
    for day in ("04-18", "05-30", "06-10", "12-26"):  # Good Friday and St Stephen's Day are no holidays
        client.set("/clock", freeze=f"2025-{day} 12:00:00")
        assert _sent(client)["status"] == "RECEIVED", day


@pytest.mark.parametrize(
    ("to", "options", "status"),
    [
        ("+262692123456", None, "PENDING"),
        ("+590690123456", None, "PENDING"),
        ("+33639980020", None, "PENDING"),  # stands for FAILED, but not before the morning
        ("+33639980010", None, "ERROR"),  # is not routed
        ("+32470123456", None, "RECEIVED"),
        (FRENCH, {"nature": "MARKETING"}, "PENDING"),
        (FRENCH, {"nature": "ALERTING"}, "RECEIVED"),
    ],
)
def test_rules_concern_marketing_to_france(client: Client, to: str, options: object, status: str) -> None:
    client.set("/clock", freeze=NIGHT)
    sms_hash = client.send(to=to, options=options)
    assert client.get(sms_hash)["status"] == status
    client.set("/clock", advance="12h")
    assert client.get(sms_hash)["status"] == {"+33639980020": "FAILED"}.get(
        to, "RECEIVED" if status == "PENDING" else status
    )


def test_rules_are_off_until_somebody_wants_them() -> None:
    with serving_config(Config(), ManualClock(NOON)) as client:
        assert client.control("GET", "/traffic-rules").data == {"rules": "none"}
        client.set("/timings", **AT_ONCE)
        client.set("/clock", freeze=NIGHT)
        client.set("/sms/incoming", **{"from": FRENCH}, text="STOP")
        assert (_sent(client)["status"], _numbers(client)) == ("RECEIVED", [])
        assert client.set("/traffic-rules", rules="france") == {"rules": "france"}
        assert _sent(client)["status"] == "PENDING"
        assert client.control("DELETE", "/traffic-rules").data == {"rules": "none"}
        assert _sent(client)["status"] == "RECEIVED"
        message = client.control("POST", "/traffic-rules", {"rules": "germany"}).message
        assert message == 'PROPERTY_VALUE_ERROR [rules]: "germany": expected "none" or "france"'


def test_account_can_be_free_of_the_rules_of_the_start(client: Client) -> None:
    client.set("/clock", freeze=NIGHT)
    client.set("/traffic-rules", rules="none")
    assert _sent(client)["status"] == "RECEIVED"
    other = Client(client.url, basic("other:secret"))
    other.set("/timings", **AT_ONCE)
    other.set("/clock", freeze=NIGHT)
    assert _sent(other)["status"] == "PENDING"


@pytest.mark.parametrize(
    ("sender", "nature", "shown"),
    [
        ("12345", "MARKETING", "36111"),
        ("12345", "ALERTING", "38111"),
        ("+33639980001", "MARKETING", "36111"),
        ("Shop", "MARKETING", "Shop"),
        ("", "MARKETING", ""),
    ],
)
def test_numeric_sender_is_replaced(client: Client, sender: str, nature: str, shown: str) -> None:
    sms = _sent(client, **{"from": sender}, options={"nature": nature})
    assert sms["from"] == shown
    assert _sent(client, **{"from": sender}, to="+32470123456")["from"] == sender
    answer = client.control("POST", "/sms/incoming", {"reply_to": sms["hash"], "text": "STOP"})
    assert (answer.status == HTTPStatus.OK) == (_numbers(client) == [FRENCH]) == (sender != "Shop")


def _numbers(client: Client) -> list[str]:
    return [each["number"] for each in client.control("GET", "/unsubscribed").data["numbers"]]


@pytest.mark.parametrize("stop", ["STOP", "stop", " Stop. ", "«STOP»\n"])
def test_stop_silences_a_number_until_start(client: Client, stop: str) -> None:
    client.set("/clock", freeze="2024-01-18 12:00:00")
    client.set("/sms/incoming", **{"from": FRENCH}, text=stop)
    sms = _sent(client)
    assert (sms["statuses"], sms["status_error"]) == (["ERROR"], STATUS_ERROR)
    assert _sent(client, options={"nature": "ALERTING"})["status"] == "RECEIVED"
    assert _sent(client, to="+33612345679")["status"] == "RECEIVED"
    client.set("/sms/incoming", **{"from": FRENCH}, text="start!")
    assert (_sent(client)["status"], _numbers(client)) == ("RECEIVED", [])


@pytest.mark.parametrize("text", ["Don't stop", "STOPP", "S T O P", "nonstop", "stop it", "1"])
def test_other_replies_silence_nobody(client: Client, text: str) -> None:
    client.set("/sms/incoming", **{"from": FRENCH}, text=text)
    assert _numbers(client) == []


def test_list_is_read_and_edited(client: Client) -> None:
    client.set("/clock", freeze="2024-01-18 12:00:00")
    numbers = [f"+3361234567{digit}" for digit in range(5)]
    *_, shown = (client.set("/unsubscribed", number=each) for each in reversed(numbers))
    client.set("/clock", advance="1s")
    assert client.set("/unsubscribed", number=numbers[0]) == shown
    assert shown == {"number": numbers[0], "at": "2024-01-18 12:00:00.000"}
    seen, page = [], client.control("GET", "/unsubscribed?limit=2").data
    while page["next"]:
        seen += page["numbers"]
        page = client.control("GET", f"/unsubscribed?limit=2&after={page['next']}").data
    assert [each["number"] for each in [*seen, *page["numbers"]]] == numbers
    other = Client(client.url, basic("other:secret"))
    assert _numbers(other) == []
    copy = Client(client.url, basic("copy:secret"))
    assert take_in(copy, export(client)).data["unsubscribed"] == 5
    assert export(copy) == export(client)
    assert client.control("DELETE", f"/unsubscribed/{numbers[3]}").data is None
    assert client.control("DELETE", f"/unsubscribed/%2B{numbers[4][1:]}").data is None
    again = client.control("DELETE", f"/unsubscribed/{numbers[3]}")
    assert (again.status, numbers[3] in again.message) == (404, False)
    assert _numbers(client) == numbers[:3]
    refused = client.control("POST", "/unsubscribed", {"number": "36111"}).message
    assert refused.startswith('PROPERTY_VALUE_ERROR [number]: "36111": expected E.164')


def test_waiting_marketing_outlives_export_and_restart(client: Client) -> None:
    client.set("/clock", freeze=NIGHT)
    sms = _sent(client)
    copy = Client(client.url, basic("moved:secret"))
    assert take_in(copy, export(client)).status == HTTPStatus.OK
    copy.set("/clock", advance="12h")
    assert copy.get(sms["hash"])["date_sent"] == "2024-01-19 07:00:00"


def test_number_stands_for_unsubscribed_without_the_rules() -> None:
    with serving_config(Config(), ManualClock(NOON)) as client:
        client.set("/clock", freeze=True)
        marketing = client.send(to="+33639980012")
        alerting = client.send(to="+33639980012", options={"nature": "ALERTING"})
        client.set("/clock", advance="1m")
        found = [client.get(each) for each in (marketing, alerting)]
        assert [(each["status"], each["status_error"]) for each in found] == [
            ("ERROR", STATUS_ERROR),
            ("RECEIVED", ""),
        ]


@contextmanager
def _without_zones_of_the_system() -> Iterator[None]:
    zoneinfo.reset_tzpath([])
    zoneinfo.ZoneInfo.clear_cache()
    try:
        yield
    finally:
        zoneinfo.reset_tzpath()


def test_time_zone_needs_nothing_of_the_system() -> None:
    with _without_zones_of_the_system():
        zone = french_rules._paris.__wrapped__()  # noqa: SLF001 - what it returns is cached
        assert zone.key == "Europe/Paris"
