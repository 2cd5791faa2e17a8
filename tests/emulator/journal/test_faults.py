"""Requests that met a fault: the journal names it, and the SMS that was made all the same."""

import http.client
import json

import pytest

from tests.emulator.journal.support import RPC_PATH, exchange, newest
from tests.emulator.support import JSON_TYPE, Client

BODY = json.dumps({"to": "+33612345678", "body": "Hello"}).encode()


def _send(client: Client, fault: str) -> int | None:
    """Send with a fault; give the status, or None where there is no answer."""
    try:
        return exchange(client, "POST", "/rest/v1.1/sms", BODY, JSON_TYPE | {"X-Emulator-Fault": fault})[0]
    except (http.client.HTTPException, OSError):
        return None


@pytest.mark.parametrize(
    ("fault", "status", "is_sent"),
    [
        ("status=503", 503, False),
        ("status=503; when=after", 503, True),
        ("reset", None, False),
        ("reset; when=after", None, True),
    ],
)
def test_a_fault_is_named_with_the_sms_that_was_made(
    client: Client, fault: str, status: int | None, *, is_sent: bool
) -> None:
    assert _send(client, fault) == status
    found = newest(client)
    names = ("operation", "status", "refused", "rule", "fault", "body")
    assert {name: found[name] for name in names} == {
        "operation": "sendSms",
        "status": status,
        "refused": True,
        "rule": "fault",
        "fault": "request",
        "body": BODY.decode(),
    }
    assert found["headers"]["x-emulator-fault"] == fault
    sent = client.control("GET", "/sms").data["sms"]
    assert found["hash"] == (sent[0]["hash"] if is_sent else None)


def test_a_rule_of_the_account_is_named_by_its_id(client: Client) -> None:
    made = client.set("/faults", operation="sendSms", status=500)
    exchange(client, "POST", "/rest/v1.1/sms", BODY, JSON_TYPE)
    assert (newest(client)["fault"], newest(client)["rule"]) == (str(made["id"]), "fault")


def test_a_refusal_behind_a_delay_keeps_its_rule(client: Client) -> None:
    client.set("/faults", operation="sendSms", delay="1ms")
    client.refuse(to="0639981234")
    found = newest(client)
    assert (found["fault"], found["rule"], found["nearest"]) == ("1", "recipient", "+33639981234")
    sent = client.send()
    found = newest(client)
    assert (found["fault"], found["rule"], found["refused"], found["hash"]) == ("1", None, False, sent)


def test_a_fault_through_the_other_door(client: Client) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "sms.send", "params": ["", "+33612345678", "Hello", None]}
    headers = JSON_TYPE | {"X-Emulator-Fault": "status=503; when=after"}
    exchange(client, "POST", RPC_PATH, json.dumps(call).encode(), headers)
    found = newest(client)
    assert (found["operation"], found["status"], found["rule"]) == ("sendSms", 503, "fault")
    assert found["hash"] == client.control("GET", "/sms").data["sms"][0]["hash"]


def test_a_fault_that_cannot_be_read(client: Client) -> None:
    assert _send(client, "nonsense") == 400
    found = newest(client)
    assert (found["rule"], found["parameter"], found["fault"]) == ("fault", "X-Emulator-Fault", None)
