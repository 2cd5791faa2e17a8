"""What recipients and senders stand for: the life of the SMS, or the answer of the request."""

import json
import re
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from callr_sms_emulator import Config
from callr_sms_emulator._sms.scenarios import ANSWERS, ENDINGS, PATHS
from tests.docs.pages import DOCS
from tests.emulator.conftest import NOON
from tests.emulator.support import AUTHORIZATION, TIMEOUT, Client, ManualClock, serving_config

PAGE = (DOCS / "emulator" / "outcomes.md").read_text(encoding="utf-8")


@pytest.fixture
def client() -> Iterator[Client]:
    with serving_config(Config(), ManualClock(NOON)) as client:
        client.set("/clock", freeze=True)
        yield client


def _table(client: Client) -> Any:  # noqa: ANN401 - JSON
    return Client(client.url, {}).control("GET", "/outcomes").data


def _statuses(sms: dict[str, Any]) -> list[str]:
    return ["CREATED", *(each["new_status"] for each in sms["status_history"])]


@pytest.mark.parametrize("outcome", PATHS)
def test_sms_to_a_number_lives_as_the_table_says(client: Client, outcome: str) -> None:
    (row,) = (each for each in _table(client)["recipients"] if each["outcome"] == outcome)
    sent = {to: client.send(to=to.replace("NXX", "212")) for to in row["to"]}
    assert len(sent) == 3
    client.set("/clock", advance="25h")
    for sms_hash in sent.values():
        sms = client.get(sms_hash)
        assert _statuses(sms) == row["statuses"]
        assert (sms["status"], sms["status_error"]) == (row["statuses"][-1], row["status_error"])
        assert (sms["status"] == "ERROR") == bool(sms["status_error"])
        assert not sms["status_error"] or f"`{sms['status_error']}`" in PAGE
        assert (sms["status"] == "RECEIVED") != (sms["date_received"] == "0000-00-00 00:00:00")


@pytest.mark.parametrize(
    "to", ["+33639980110", "+336399800100", "+447700900110", "+12125550210", "+33639981234", "+1212555011"]
)
def test_any_other_number_is_received(client: Client, to: str) -> None:
    sms_hash = client.send(to=to)
    client.set("/clock", advance="5s")
    assert client.get(sms_hash)["status"] == "RECEIVED"


def test_slow_sms_takes_an_hour_and_an_expired_one_a_day(client: Client) -> None:
    slow, expired = client.send(to="+33639980050"), client.send(to="+447700900030")
    seen = []
    for advance in ("1h", "4s", "22h59m59s", "1s"):
        client.set("/clock", advance=advance)
        seen.append((client.get(slow)["status"], client.get(expired)["status"]))
    queued = "REMOTE_QUEUED"
    assert seen == [(queued, queued), ("RECEIVED", queued), ("RECEIVED", queued), ("RECEIVED", "EXPIRED")]


@pytest.mark.parametrize("to", [to for to, answer in ANSWERS.items() if answer.status])
def test_number_is_answered_as_the_table_says(client: Client, to: str) -> None:
    (row,) = (each for each in _table(client)["answers"] if each["to"] == to)
    parts = urlsplit(client.url)
    body = json.dumps({"to": to, "body": "x"}).encode()
    with socket.create_connection((parts.hostname, parts.port), TIMEOUT) as connection:
        connection.sendall(_request(body))
        head, _, rest = connection.recv(10_000).partition(b"\r\n\r\n")
    envelope = json.loads(rest)
    assert int(head.split()[1]) == envelope["data"]["code"] == row["status"]
    assert "stands for this response" in envelope["data"]["message"]
    assert (b"retry-after: 1" in head) == (row["status"] == 429)
    assert [sms["to"] for sms in client.find()] == [to] * row["kept"]


@pytest.mark.parametrize("to", [to for to, answer in ANSWERS.items() if answer.status is None])
def test_number_that_is_never_answered(client: Client, to: str) -> None:
    """That nothing comes is seen by what else comes: answers to requests that were made later."""
    parts = urlsplit(client.url)
    body = json.dumps({"to": to, "body": "x"}).encode()
    with socket.create_connection((parts.hostname, parts.port), TIMEOUT) as connection:
        connection.sendall(_request(body))
        for _ in range(20):
            client.send(body="later")
        connection.settimeout(0)
        with pytest.raises(BlockingIOError):
            connection.recv(1)
        connection.settimeout(TIMEOUT)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""  # who closes its side has left
    assert [sms["to"] for sms in client.find() if sms["text"] == "x"] == [to] * ANSWERS[to].kept


def _request(body: bytes) -> bytes:
    head = "POST /rest/v1.1/sms HTTP/1.1\r\nHost: localhost\r\n"
    head += f"Authorization: {AUTHORIZATION['Authorization']}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def test_sender_that_no_account_may_use(client: Client) -> None:
    (row,) = _table(client)["senders"]
    assert client.refuse(**{"from": row["from"]}).startswith(
        'PROPERTY_VALUE_ERROR [from]: "NOTALLOWED" is a sender'
    )
    assert client.find() == []


# --- timings --------------------------------------------------------------------------------------------


def test_timings_are_those_of_the_capture_until_they_are_set(client: Client) -> None:
    usual = client.control("GET", "/timings").data
    assert usual == {"created": 1000, "pending": 2000, "sent": 1000, "remote_queued": 1000} | {
        "slow": 3_600_000,
        "validity": 86_400_000,
    }
    assert client.set("/timings", pending=7) == usual | {"pending": 7}
    assert client.control("GET", "/timings").data == usual | {"pending": 7}
    assert client.control("DELETE", "/timings").data == usual


def test_timings_hold_from_the_next_status_on(client: Client) -> None:
    sms_hash = client.send()
    client.set("/clock", advance="3s")
    client.set("/timings", created=0, pending=0, sent=5_000, remote_queued=0)
    client.set("/clock", advance="1m")
    moments = [each["updated_at"][-6:] for each in client.get(sms_hash)["status_history"]]
    assert moments == ["01.000", "03.000", "04.000", "04.000"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sent": -1}, "PROPERTY_VALUE_ERROR [sent]: -1: expected"),
        ({"sent": "1s"}, 'PROPERTY_VALUE_ERROR [sent]: "1s": expected'),
        ({"send": 1}, "PROPERTY_UNKNOWN [send]: no such parameter: expected created, pending, sent"),
    ],
)
def test_wrong_timing_is_refused(client: Client, change: dict[str, object], message: str) -> None:
    answer = client.control("POST", "/timings", change)
    assert (answer.status, answer.message[: len(message)]) == (400, message)


# --- the documentation ----------------------------------------------------------------------------------


def test_every_life_cycle_is_documented_and_no_other() -> None:
    rows = re.findall(r"^\| `(\d\d)` \| (\w+) \| (.*?) \|", PAGE, re.MULTILINE)
    assert rows == [
        (ending, name, " → ".join(f"`{each}`" for each in PATHS[name])) for ending, name in ENDINGS.items()
    ]


def test_every_response_is_documented_and_no_other() -> None:
    rows = re.findall(r"^\| `(\+33199\d+)` \| (\w+) \| (\w+) \|", PAGE, re.MULTILINE)
    assert rows == [
        (to, str(answer.status or "never"), "yes" if answer.kept else "no") for to, answer in ANSWERS.items()
    ]
