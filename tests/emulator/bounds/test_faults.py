"""Where the rules of faults begin and end, and conditions that go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.emulator.bounds.raw_requests import JSON, KNOWN, SEND, SMS, speak

if TYPE_CHECKING:
    from tests.emulator.support import Client


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
