"""What the inbox page asks the control API for: parts of a text, SMS in detail, conversations, sessions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from callr_sms_emulator import Config
from callr_sms_emulator._accounts import sessions
from callr_sms_emulator._engine import conversations
from callr_sms_emulator._sms import explain_billing, measure
from tests.emulator.conftest import NOON
from tests.emulator.support import Client, ManualClock, basic, export, serving_config, take_in

if TYPE_CHECKING:
    from collections.abc import Iterator

VECTORS = json.loads((Path(__file__).parents[1] / "data/segments-golden.json").read_text())["vectors"]
ALICE, BOB = "+33612345678", "+447700900123"


@pytest.fixture
def client() -> Iterator[Client]:
    with serving_config(Config(admin_token="an-admin-token"), ManualClock(NOON)) as client:
        client.set("/clock", freeze=True)
        yield client


def test_parts_are_those_that_are_billed() -> None:
    for vector in VECTORS:
        text, force = vector["text"], vector["force_encoding"]
        found = explain_billing(text, force)
        assert (found.encoding, len(found.parts)) == (vector["encoding"], vector["parts"])
        sent = "".join(run.text for part in found.parts for run in part.runs)
        assert sent == (vector["converted"] or text)
        assert all(part.units <= found.capacity for part in found.parts)
        assert found.left == found.capacity - found.parts[-1].units
        assert (found.encoding == "UNICODE" and force is None) <= bool(found.characters)
        if found.gsm is not None:
            assert found.gsm.parts == measure(text, "GSM").parts


def test_a_part_ends_before_a_pair_and_an_accent_stays_with_its_letter() -> None:
    found = explain_billing("x" * 66 + "😀" + "y" * 10)
    assert [part.units for part in found.parts] == [66, 12]
    (character,) = explain_billing("cafe\u0301 cafe\u0301").characters
    assert (character.code, character.gsm, character.count) == ("U+0065 U+0301", "é", 2)
    assert character.name == "latin small letter e, combining acute accent"


def test_a_text_is_counted_as_it_would_be_sent(client: Client) -> None:
    counted = client.set("/parts", text="STOP %STOPNUM% €", **{"from": "Shop"})
    assert (counted["text"], counted["debit"]) == ("STOP 36111 €", "7.80")
    assert counted["billing"]["gsm"] == {"text": "STOP 36111 e", "parts": 1}
    assert client.set("/parts", text="%STOPNUM%")["text"] == "%STOPNUM%"
    assert len(client.set("/parts", text="x" * 39015)["billing"]["parts"]) == 255
    assert client.find() == []


def test_an_sms_is_shown_with_what_comes_next(client: Client) -> None:
    sms_hash = client.send(body="Votre code « 4711 »")
    found = client.control("GET", f"/sms/{sms_hash}").data
    assert found["sms"] == client.get(sms_hash)
    assert (found["code"], found["number"], found["position"]) == ("4711", ALICE, 0)
    assert [each["in_ms"] for each in found["upcoming"]] == [1000, 3000, 4000, 5000]
    assert [each["text"] for each in found["billing"]["characters"]] == ["«", "»"]
    client.set("/clock", advance="5s")
    assert client.control("GET", f"/sms/{sms_hash}").data["upcoming"] == []
    assert client.control("GET", "/sms/NOTTHERE").status == 404


@pytest.mark.parametrize("outcome", ["received", "error", "failed", "expired"])
def test_an_sms_ends_at_once(client: Client, outcome: str) -> None:
    ended = client.send()
    client.set("/clock", advance="3s")
    stuck = client.send(to="+33639980040")
    other = client.send()
    client.set("/clock", advance="1h")
    late = client.send()
    assert client.get(stuck)["status"] == "REMOTE_QUEUED"
    usual = ["PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED"]
    for each, before in ((stuck, usual[:3]), (late, usual[:3] if outcome == "received" else [])):
        found = client.set(f"/sms/{each}/end", outcome=outcome)
        assert found == client.get(each)
        assert (found["hash"], found["status"]) == (each, outcome.upper())
        assert [change["new_status"] for change in found["status_history"]] == [*before, outcome.upper()]
    for each in (ended, other, late):
        answer = client.control("POST", f"/sms/{each}/end", {"outcome": "failed"})
        assert (answer.status, "which is final" in answer.message) == (400, True)
    assert client.control("POST", "/sms/NOTTHERE/end", {"outcome": "failed"}).status == 404


def test_conversations_follow_the_account(client: Client) -> None:
    first = client.send(to=BOB, body="x" * 200)
    assert _conversations(client) == [(BOB, 1, 0)]
    client.send()
    client.set("/sms/incoming", text="Yes", **{"from": BOB})
    page = client.control("GET", "/conversations").data
    assert _conversations(client) == [(BOB, 2, 1), (ALICE, 1, 1)]
    assert (page["total"], page["unread"], page["sms"]) == (2, 2, 3)
    assert (page["conversations"][0]["parts"], page["conversations"][0]["debit"]) == (2, "15.60")
    assert page["conversations"][0]["last"]["text"] == "Yes"
    client.set("/conversations/read", number=BOB)
    assert _conversations(client, "?unread=true") == [(ALICE, 1, 1)]
    client.set("/conversations/read")
    assert _conversations(client, "?unread=true") == []
    assert _conversations(client, "?offset=1&limit=1") == [(ALICE, 1, 0)]
    thread = client.control("GET", f"/conversations/{quote(BOB)}?offset=1").data
    assert ([each["hash"] for each in thread["sms"]], thread["total"]) == ([first], 2)
    assert client.control("GET", f"/sms/{first}").data["position"] == 1
    client.control("DELETE", f"/sms/{first}")
    assert _conversations(client) == [(BOB, 1, 0), (ALICE, 1, 0)]
    client.control("DELETE", "/sms")
    assert _conversations(client) == []
    client.send()
    assert _conversations(client) == [(ALICE, 1, 1)]
    assert client.control("GET", "/conversations/%2B33699999999").status == 404


def test_the_newest_marks_are_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """In whatever order conversations are read."""
    monkeypatch.setattr(conversations, "_MOST_MARKS", 2)
    assert _conversations(client) == []
    oldest, *newer, unread = [f"+3363998000{number}" for number in range(4)]
    for number in (oldest, *newer, unread):
        client.send(to=number)
    for number in (newer[0], oldest, newer[1]):
        client.set("/conversations/read", number=number)
    assert _conversations(client, "?unread=true") == [(unread, 1, 1), (oldest, 1, 1)]


def test_what_was_read_outlives_a_restart(tmp_path: Path) -> None:
    with serving_config(Config(), ManualClock(NOON), tmp_path / "db") as client:
        client.send(to=BOB)
        assert _conversations(client) == [(BOB, 1, 0)]
        client.set("/sms/incoming", text="One", **{"from": ALICE})
        client.set("/sms/incoming", text="Two", **{"from": BOB})
        client.set("/conversations/read", number=BOB)
        assert b'"read"' not in export(client)
    with serving_config(Config(), ManualClock(NOON), tmp_path / "db") as client:
        client.set("/sms/incoming", text="Three", **{"from": BOB})
        assert _conversations(client) == [(BOB, 3, 1), (ALICE, 1, 1)]
        client.set("/conversations/read", number=ALICE)
        client.set("/conversations/read", number=BOB)
    with serving_config(Config(), ManualClock(NOON), tmp_path / "db") as client:
        assert _conversations(client) == [(BOB, 3, 0), (ALICE, 1, 0)]
        lines = export(client)
        client.control("DELETE", "/sms")
        assert take_in(client, lines).status == 200
        assert _conversations(client) == [(BOB, 3, 0), (ALICE, 1, 0)]


def _conversations(client: Client, query: str = "") -> list[tuple[str, int, int]]:
    found = client.control("GET", f"/conversations{query}").data["conversations"]
    return [(each["number"], each["sms"], each["unread"]) for each in found]


def test_a_token_is_accepted_by_the_control_api_alone(client: Client) -> None:
    session = client.set("/session")
    assert (session["login"], session["read_only"]) == ("emulator", False)
    page = Client(client.url, {"Authorization": f"Bearer {session['token']}"})
    sms_hash = client.send()
    assert page.control("GET", f"/sms/{sms_hash}").status == 200
    assert page.set(f"/sms/{sms_hash}/end", outcome="failed")["status"] == "FAILED"
    assert page.request("GET", f"/sms/{sms_hash}").status == 401
    assert page.control("GET", "/accounts").status == 401
    head, dot, signature = session["token"].rpartition(".")
    wrong = [
        head + dot + signature[::-1],
        session["token"].replace(".", ".x", 1),
        "page.",
        "page.a.b.c",
        "page",
    ]
    for token in wrong:
        assert Client(client.url, {"Authorization": f"Bearer {token}"}).control("GET", "/clock").status == 401
    admin = Client(client.url, {"Authorization": "Bearer an-admin-token"})
    assert admin.set("/session", login="emulator")["token"] != ""
    for login, status in {None: 400, "nobody": 404}.items():
        body: dict[str, Any] = {} if login is None else {"login": login}
        assert admin.control("POST", "/session", body).status == status
    assert client.control("POST", "/session", {"login": "nobody"}).status == 400


def test_a_token_ends(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    token = client.set("/session")["token"]
    later = token.replace(token.split(".")[2], f"{int(token.split('.')[2], 16) + 1:x}")
    monkeypatch.setattr(sessions, "_LASTS_S", -1)
    for each, status in {token: 200, later: 401, client.set("/session")["token"]: 401}.items():
        page = Client(client.url, {"Authorization": f"Bearer {each}"})
        assert page.control("GET", "/clock").status == status


def test_a_page_that_is_read_only_changes_nothing() -> None:
    config = Config(accounts={"shop": "secret"}, read_only=True)
    with serving_config(config, ManualClock(NOON)) as client:
        session = client.set("/session")
        page = Client(client.url, {"Authorization": f"Bearer {session['token']}"})
        assert session["read_only"] is True
        refused = page.control("DELETE", "/sms")
        assert (refused.status, refused.message.partition(" ")[0]) == (403, "READ_ONLY")
        assert page.set("/parts", text="x")["debit"] == "7.80"
        assert page.control("GET", "/conversations").status == 200
        assert client.control("DELETE", "/sms").status == 200


def test_without_a_page_there_is_no_session() -> None:
    config = Config(page=False)
    with serving_config(config, ManualClock(NOON)) as client:
        outside = Client(client.url.removesuffix("/rest/v1.1"), basic("emulator:emulator"))
        assert client.control("POST", "/session", {}).status == 404
        assert outside.request("GET", "/").status == 404
        assert outside.request("GET", "/page/page.css").status == 404
