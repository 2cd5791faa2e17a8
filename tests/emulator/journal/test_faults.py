"""Requests that met a fault: the journal names it, and the SMS that was made all the same."""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.emulator.journal.support import RPC_PATH, ask, exchange, listed, newest
from tests.emulator.support import JSON_TYPE, TIMEOUT, Client

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


@pytest.mark.parametrize(("fault", "is_sent"), [("silence", False), ("silence; when=after", True)])
@pytest.mark.parametrize("door", ["rest", "json-rpc"])
def test_a_request_that_is_not_answered_is_there_while_it_is_held(
    client: Client, fault: str, door: str, *, is_sent: bool
) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "sms.send", "params": ["", "+33612345678", "Hello", None]}
    path, body = ("/rest/v1.1/sms", BODY) if door == "rest" else (RPC_PATH, json.dumps(call).encode())
    with _held(client, path, body, fault):
        found = _wait_for_one(client)
        names = ("door", "operation", "status", "refused", "rule", "fault", "body")
        assert {name: found[name] for name in names} == {
            "door": door,
            "operation": "sendSms",
            "status": None,
            "refused": True,
            "rule": "fault",
            "fault": "request",
            "body": body.decode(),
        }
        sent = client.control("GET", "/sms").data["sms"]
        assert [each["hash"] for each in sent] == ([found["hash"]] if is_sent else [])
        assert ask(client, "/verify", to="+33612345678", rule="fault", times=1).status == 200
    client.send(to="+33612345679")
    assert [each["rule"] for each in listed(client)] == [None, "fault"], "it is there once"


def test_what_was_refused_before_it_is_held_keeps_its_rule(client: Client) -> None:
    with _held(client, "/rest/v1.1/sms", b"{}", "silence; when=after"):
        found = _wait_for_one(client)
        assert (found["status"], found["rule"], found["fault"]) == (None, "needed", "request")


@contextmanager
def _held(client: Client, path: str, body: bytes, fault: str) -> Iterator[None]:
    """Have a request that is never answered under way; end it from this side, and wait for the end."""
    connection = http.client.HTTPConnection(urlsplit(client.url).netloc, timeout=TIMEOUT)
    headers = client.authorization | JSON_TYPE | {"X-Emulator-Fault": fault}
    connection.request("POST", path, body, headers)
    yield
    connection.sock.shutdown(socket.SHUT_WR)
    assert connection.sock.recv(1) == b""
    connection.close()


def _wait_for_one(client: Client) -> dict[str, Any]:
    """Give the one request of the journal: nothing else tells from outside that a request is held."""
    until = time.monotonic() + TIMEOUT
    while not (found := listed(client)):
        assert time.monotonic() < until
    assert len(found) == 1
    return found[0]


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
