"""Where rules of the emulator begin and end, what is given twice, and settings that meet."""

from __future__ import annotations

import json
import re
import socket
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit

import pytest

from callr_sms_emulator import Config
from tests.emulator.conftest import NOON
from tests.emulator.support import AUTHORIZATION, TIMEOUT, Client, ManualClock, serving_config
from tests.emulator.webhooks.receivers import receiving

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG = Config(accounts={"emulator": "emulator"}, admin_token="t0ken")
SMS = "/rest/v1.1/sms"
SEND = b'{"to": "+33612345678", "body": "x"}'
LARGEST = 1024 * 1024
JSON = ("Content-Type", "application/json")
KNOWN = ("Authorization", AUTHORIZATION["Authorization"])


class Raw(NamedTuple):
    """An answer as it came."""

    status: int
    data: Any

    @property
    def message(self) -> str:
        message: str = self.data["message"]
        return message


@pytest.fixture
def clock() -> ManualClock:
    """A clock of each test's own: the computer's, as the emulator sees it."""
    return ManualClock(NOON)


@pytest.fixture
def client(clock: ManualClock) -> Iterator[Client]:
    with serving_config(CONFIG, clock) as client:
        yield client


def speak(client: Client, method: str, target: str, *headers: tuple[str, str], body: bytes = b"") -> Raw:
    """Make a request whose headers may stand twice."""
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]
    lines += [f"Content-Length: {len(body)}"] if body else []
    parts = urlsplit(client.url)
    with socket.create_connection((parts.hostname, parts.port), TIMEOUT) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        with connection.makefile("rb") as reader:
            answer = reader.read()
    head, _, content = answer.partition(b"\r\n\r\n")
    return Raw(int(head.split(b" ")[1]), json.loads(content)["data"])


# --- given twice ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([], "missing"),
        (["application/json", "application/json"], '"application/json, application/json" is not JSON'),
        (["application/json", "text/plain"], '"application/json, text/plain" is not JSON'),
        (["text/plain", "application/json"], '"text/plain, application/json" is not JSON'),
        (["application/json, application/json"], '"application/json, application/json" is not JSON'),
        (["application/jsonx"], '"application/jsonx" is not JSON'),
        (["xapplication/json"], '"xapplication/json" is not JSON'),
        (["application"], '"application" is not JSON'),
    ],
)
def test_a_type_of_a_body_is_named_once(client: Client, values: list[str], said: str) -> None:
    headers = [("Content-Type", value) for value in values]
    answer = speak(client, "POST", SMS, KNOWN, *headers, body=SEND)
    assert answer.status == 400
    assert answer.message == f"REQUEST_FORMAT_ERROR [Content-Type]: {said}: expected application/json"
    assert client.find() == []


@pytest.mark.parametrize(
    "value",
    [
        "application/json",
        "APPLICATION/JSON",
        " Application/Json ; charset=latin-1",
        "application/json;",
        "application/json\t;x",
    ],
)
def test_a_type_of_a_body_is_read_as_http_says(client: Client, value: str) -> None:
    assert speak(client, "POST", SMS, KNOWN, ("content-type", value), body=SEND).status == 200


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b'{"to": "+33612345678", "body": "x", "to": "+33612345678"}', "to"),
        (b'{"to": "+33612345678", "body": "x", "body": "y"}', "body"),
        (b'{"to": "+33612345678", "body": "x", "from": "", "from": ""}', "from"),
        (b'{"to": "+33612345678", "body": "x", "options": {}, "options": {}}', "options"),
        (
            b'{"to": "+33612345678", "body": "x", "options": {"user_data": "1", "user_data": "2"}}',
            "user_data",
        ),
    ],
)
def test_a_member_of_a_send_stands_once(client: Client, body: bytes, named: str) -> None:
    answer = client.post_raw(body)
    assert answer.status == 400
    assert answer.message == (
        f"PROPERTY_REPEATED [{named}]: the same key twice in one JSON object: expected it once"
    )
    assert client.find() == []


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("/clock", b'{"rate": 2, "rate": 2}', "rate"),
        ("/timings", b'{"created": 0, "sent": 0, "created": 0}', "created"),
        ("/webhooks", b'{"endpoint": "http://a", "endpoint": "http://b"}', "endpoint"),
        ("/sms/incoming", b'{"from": "+33639981234", "text": "a", "text": "b"}', "text"),
        ("/faults", b'{"status": 500, "status": 503}', "status"),
    ],
)
def test_a_member_of_a_request_to_the_control_api_stands_once(
    client: Client, path: str, body: bytes, named: str
) -> None:
    answer = speak(client, "POST", f"/_emulator{path}", KNOWN, JSON, body=body)
    assert answer.status == 400
    assert answer.message == (
        f"PROPERTY_REPEATED [{named}]: the same key twice in one JSON object: expected it once"
    )


@pytest.mark.parametrize(
    ("target", "named"),
    [
        (f"{SMS}?type=OUT&type=OUT&from=2024-03-30%2000:00:00&to=2024-03-30%2000:00:00", "type"),
        (f"{SMS}?type=OUT&from=2024-03-30%2000:00:00&from=2024-03-30%2000:00:00&to=x", "from"),
        (f"{SMS}/ABCD1234?x=1&x=1", "x"),
        (f"{SMS}/send?to=%2B33612345678&body=x&body=x", "body"),
        ("/_emulator/clock?x=1&x=2", "x"),
        ("/_emulator/sms?to=%2B33612345678&to=%2B33612345678", "to"),
        ("/_emulator/webhooks/deliveries?limit=1&limit=1", "limit"),
        ("/_emulator/requests?limit=1&limit=1", "limit"),
    ],
)
def test_a_parameter_stands_once(client: Client, target: str, named: str) -> None:
    answer = speak(client, "GET", target, KNOWN)
    assert answer.status == 400
    assert answer.message == (
        f"PROPERTY_REPEATED [{named}]: more than once in the query string: expected it once"
    )


def test_credentials_stand_once(client: Client) -> None:
    for target in (SMS, "/_emulator/clock"):
        assert speak(client, "GET", target, KNOWN, KNOWN).status == 401
    token = ("Authorization", "Bearer t0ken")
    assert speak(client, "GET", "/_emulator/accounts", token, token).status == 401
    assert speak(client, "GET", "/_emulator/accounts", token, KNOWN).status == 401


# --- who asks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("Bearer t0ken", 200),
        ("bearer t0ken", 200),
        (" BEARER   t0ken ", 200),
        ("Bearer T0KEN", 401),
        ("Bearer t0ken x", 401),
        ("Bearer t0ke", 401),
        ("Bearer", 401),
        ("Bearer ", 401),
        ("t0ken", 401),
        ("Basic t0ken", 401),
        (KNOWN[1], 401),
    ],
)
def test_the_token_of_the_administrator(client: Client, value: str, status: int) -> None:
    assert speak(client, "GET", "/_emulator/accounts", ("Authorization", value)).status == status


@pytest.mark.parametrize("value", ["Bearer t0ken", "Bearer", "Bearer "])
def test_without_a_token_nobody_is_the_administrator(clock: ManualClock, value: str) -> None:
    with serving_config(Config(), clock) as client:
        assert speak(client, "GET", "/_emulator/accounts", ("Authorization", value)).status == 401


# --- bodies ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "status"), [(LARGEST, 200), (LARGEST + 1, 400)])
def test_the_largest_body(client: Client, length: int, status: int) -> None:
    answer = client.post_raw(SEND.ljust(length))
    assert answer.status == status
    if status == 400:
        assert answer.message == (
            "REQUEST_FORMAT_ERROR [request body]: too large: expected at most 1048576 bytes"
        )
    assert len(client.find()) == (status == 200)


# --- settings that meet ---------------------------------------------------------------------------------

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


# --- spans and moments ----------------------------------------------------------------------------------


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


# --- numbers that stand for an outcome ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "status"),
    [
        ("+33639980010", "ERROR"),
        ("+33639980110", "RECEIVED"),
        ("+33639970010", "RECEIVED"),
        ("+447700900010", "ERROR"),
        ("+447700900110", "RECEIVED"),
        ("+12125550110", "ERROR"),
        ("+12005550110", "ERROR"),
        ("+19995550110", "ERROR"),
        ("+11995550110", "RECEIVED"),
        ("+10005550110", "RECEIVED"),
        ("+12125550210", "RECEIVED"),
        ("+336399800100", "RECEIVED"),
    ],
)
def test_which_numbers_stand_for_an_outcome(client: Client, to: str, status: str) -> None:
    client.set("/clock", freeze=True)
    sms_hash = client.send(to=to)
    client.set("/clock", advance="1h")
    assert client.get(sms_hash)["status"] == status


@pytest.mark.parametrize("sender", ["NotAllowed", "notallowed", "NOTALLOWE", "NOTALLOWED2"])
def test_only_one_sender_is_not_allowed(client: Client, sender: str) -> None:
    assert client.get(client.send(**{"from": sender}))["from"] == sender
    assert client.refuse(**{"from": "NOTALLOWED"}).startswith("PROPERTY_VALUE_ERROR [from]")


# --- searching ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        ("Crème BRÛLÉE", "creme brulee", True),
        ("creme brulee", "CRÈME BRÛLÉE", True),
        ("STRASSE", "straße", True),
        ("straße", "STRASSE", True),
        ("ﬁn", "FIN", True),
        ("creme", "cremes", False),
    ],
)
def test_a_search_knows_neither_case_nor_accents(
    client: Client, text: str, wanted: str, *, found: bool
) -> None:
    client.send(body=text)
    answer = client.control("GET", f"/sms?q={quote(wanted)}")
    assert answer.status == 200, answer.message
    assert [sms["text"] for sms in answer.data["sms"]] == ([text] if found else [])


@pytest.mark.parametrize(
    ("target", "accepted", "refused"),
    [
        ("/sms?limit=", ("1", "1000", "50.0"), ("0", "1001", "", "x", "1.5", "-1", " 1", "1e1")),
        ("/webhooks/deliveries?limit=", ("1", "500"), ("0", "1001", "x")),
        ("/sms/wait?timeout=", ("0", "0.001"), ("301", "300.001", "-1", "", "x", "1e1")),
    ],
)
def test_the_ends_of_a_number_in_a_query(
    client: Client, target: str, accepted: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    for value in accepted:
        answer = client.control("GET", target + quote(value))
        assert answer.status in {200, 404}, answer.body
    name = target.rpartition("?")[2].removesuffix("=")
    for value in refused:
        answer = client.control("GET", target + quote(value))
        shown = value if re.fullmatch(r"-?[0-9.]+", value) else json.dumps(value)
        start = f"PROPERTY_VALUE_ERROR [{name}]: {shown}: expected "
        assert (answer.status, answer.message[: len(start)]) == (400, start)


# --- faults ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "accepted", "refused"),
    [
        ("share", (0, 0.5, 1), (-0.1, 1.1, "1")),
        ("skip", (0, 1_000_000_000), (-1, 1_000_000_001, 0.5)),
        ("times", (1, 1_000_000_000), (0, -1, 1_000_000_001)),
        ("status", (200, 399, 400, 599), (100, 199, 600, 503.5)),
        ("delay", (0, 0.001, "250ms", 3600, "1h"), (-1, 3600.001, "61m", "soon")),
        ("cut", (0, 1, "0%", "50%"), (-1, "50", "x")),
        ("to", ("+1", "+1*", "*", "+123456789012345"), ("1", "+*", "", "**", "+1234567890123456", " +1")),
        ("operation", ("getSms", ["getSms", "sendSms"]), ([], "GetSms", ["nope"])),
    ],
)
def test_the_ends_of_a_rule(
    client: Client, name: str, accepted: tuple[object, ...], refused: tuple[object, ...]
) -> None:
    for value in accepted:
        answer = client.control("POST", "/faults", {"status": 503, name: value})
        assert answer.status == 200, (value, answer.body)
    count = len(client.control("GET", "/faults").data)
    for value in refused:
        answer = client.control("POST", "/faults", {"status": 503, name: value})
        assert answer.status == 400, (value, answer.body)
        assert answer.message.startswith(f"PROPERTY_VALUE_ERROR [{name}")
    assert len(client.control("GET", "/faults").data) == count


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"webhook": "lose", "sms": "8242D945"}, None),
        ({"webhook": "lose", "sms_status": "RECEIVED"}, None),
        ({"webhook": "lose", "event": "sms.mo"}, None),
        ({"status": 503, "header": {"name": "x"}}, None),
        ({"reset": True}, None),
        ({"webhook": "lose", "sms": "8242d945"}, "PROPERTY_VALUE_ERROR [sms]: "),
        ({"webhook": "lose", "sms_status": "received"}, "PROPERTY_VALUE_ERROR [sms_status]: "),
        ({"webhook": "lose", "status": 503}, "PROPERTY_VALUE_ERROR [status]: is for requests: "),
        ({"webhook": "lose", "delay": 1}, "PROPERTY_VALUE_ERROR [delay]: is for requests: "),
        ({"webhook": "lose", "operation": "getSms"}, "PROPERTY_VALUE_ERROR [operation]: is for requests: "),
        ({"webhook": "lose", "header": {"name": "x"}}, "PROPERTY_VALUE_ERROR [header]: is for requests: "),
        ({"status": 503, "sms": "8242D945"}, "PROPERTY_VALUE_ERROR [sms]: is for events: "),
        ({"status": 503, "sms_status": "RECEIVED"}, "PROPERTY_VALUE_ERROR [sms_status]: is for events: "),
        ({"status": 503, "event": "sms.mo"}, "PROPERTY_VALUE_ERROR [event]: is for events: "),
        ({"status": 503, "header": {"name": "x y"}}, 'PROPERTY_VALUE_ERROR [header.name]: "x y": '),
        ({"status": 503, "header": {"name": ""}}, 'PROPERTY_VALUE_ERROR [header.name]: "": '),
        ({}, "PROPERTY_MISSING [status]: left out: "),
        ({"reset": False}, "PROPERTY_MISSING [status]: left out: "),
        ({"share": 0.5}, "PROPERTY_MISSING [status]: left out: "),
    ],
)
def test_conditions_that_go_together(client: Client, rule: dict[str, object], said: str | None) -> None:
    answer = client.control("POST", "/faults", rule)
    assert answer.status == (200 if said is None else 400), answer.body
    assert said is None or answer.message.startswith(said)


@pytest.mark.parametrize(
    ("values", "status"),
    [
        (["status=503"], 503),
        ([" status = 503 ; "], 503),
        (["status=503;"], 503),
        (["status=418", "header.Retry-After=7"], 418),
    ],
)
def test_a_request_asks_for_a_fault(client: Client, values: list[str], status: int) -> None:
    headers = [("X-Emulator-Fault", value) for value in values]
    answer = speak(client, "GET", f"{SMS}/ABCD1234", KNOWN, *headers)
    assert answer.status == status
    assert answer.message.startswith("FAULT_INJECTED [fault]: ")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["status=503; status=503"], "PROPERTY_REPEATED [status]: more than once in the header"),
        (["status=503", "status=503"], "PROPERTY_REPEATED [status]: more than once in the header"),
        (["status=503; reset; reset"], "PROPERTY_REPEATED [reset]: more than once in the header"),
        (
            ["status=503; header.A=7; header.A=7"],
            "PROPERTY_REPEATED [header.A]: more than once in the header",
        ),
        ([""], "PROPERTY_MISSING [status]: left out"),
        (["reset=false"], "PROPERTY_MISSING [status]: left out"),
        (["STATUS=503"], "PROPERTY_UNKNOWN [STATUS]: no such parameter"),
        (["reset=maybe"], 'PROPERTY_VALUE_ERROR [reset]: "maybe"'),
        (["status=abc"], 'PROPERTY_VALUE_ERROR [status]: "abc"'),
        (["status=600"], "PROPERTY_VALUE_ERROR [status]: 600"),
    ],
)
def test_a_fault_that_cannot_be_read_does_nothing(client: Client, values: list[str], said: str) -> None:
    headers = [("X-Emulator-Fault", value) for value in values]
    answer = speak(client, "POST", SMS, KNOWN, JSON, *headers, body=SEND)
    assert answer.status == 400
    assert answer.message.startswith(f"REQUEST_FORMAT_ERROR [X-Emulator-Fault]: {said}: expected ")
    assert answer.message.endswith("; nothing was done")
    assert client.find() == []
