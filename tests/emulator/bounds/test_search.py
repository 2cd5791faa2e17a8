"""Where the numbers that stand for an outcome begin and end, and what a search matches."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from tests.emulator.support import Client


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
