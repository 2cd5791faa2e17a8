"""The model of the account: what it accuses, and above all what it does not."""

import base64
import copy
import itertools
import json
from typing import Any

import pytest

from callr_sms_contract.contract.document import Contract
from callr_sms_contract.oracle.responses import Exchange, Inspector
from callr_sms_contract.oracle.verdict import Judge
from callr_sms_contract.wire.messages import Request, Response, Timing

BASE = "http://127.0.0.1:1/rest/v1.1"
AUTHORIZED = {"authorization": f"Basic {base64.b64encode(b'me:secret').decode()}"}
JSON = {"content-type": "application/json"}
WHOLE = "?type=OUT&from=0001-01-01+00:00:00&to=9999-12-31+23:59:59"


def moments(sent: float, received: float | None = None) -> Timing:
    return Timing(sent, sent if received is None else received)


class Play:
    """One account, and what its server says of it."""

    def __init__(self, judge: Judge, sms: dict[str, Any]) -> None:
        self.inspector = Inspector(judge)
        self.sms = sms

    def send(self, name: object, when: Timing, **message: object) -> set[str]:
        values = {
            "to": self.sms["to"],
            "from": self.sms["from"],
            "body": self.sms["text"],
            "options": self.sms["options"],
        }
        body = json.dumps({**values, **message}).encode()
        return self._take(Request("POST", f"{BASE}/sms", {**AUTHORIZED, **JSON}, body), name, when)

    def show(self, when: Timing, **members: object) -> set[str]:
        sms = {**copy.deepcopy(self.sms), **members}
        return self._take(Request("GET", f"{BASE}/sms/{sms['hash']}", AUTHORIZED), sms, when)

    def miss(self, name: str, when: Timing) -> set[str]:
        return self._take(Request("GET", f"{BASE}/sms/{name}", AUTHORIZED), None, when, 404)

    def list(self, found: object, when: Timing, query: str = WHOLE) -> set[str]:
        return self._take(Request("GET", f"{BASE}/sms{query}", AUTHORIZED), found, when)

    def _take(self, request: Request, data: object, when: Timing, status: int = 200) -> set[str]:
        document = {"status": "success" if status == 200 else "error", "data": data}
        exchange: Exchange = self.inspector.exchange(
            request, Response(status, JSON, json.dumps(document).encode()), when
        )
        return {complaint.rule or "" for complaint in self.inspector.model(exchange)}


@pytest.fixture
def sms(contract: Contract) -> dict[str, Any]:
    found: dict[str, Any] = copy.deepcopy(
        contract.document["components"]["examples"]["SmsReceived"]["value"]["data"]
    )
    return found


@pytest.fixture
def play(judge: Judge, sms: dict[str, Any]) -> Play:
    return Play(judge, sms)


def test_a_hash_that_two_sends_return_is_accused_in_any_order(play: Play) -> None:
    assert play.send("8242D945", moments(1)) == set()
    assert play.send("8242D945", moments(0)) == {"hash-unique"}


def test_a_hash_that_was_seen_before_the_send_is_accused(play: Play) -> None:
    assert play.show(moments(1)) == set()
    assert play.send("8242D945", moments(2)) == {"hash-unique"}


def test_a_hash_that_was_seen_while_it_was_sent_is_not(play: Play) -> None:
    assert play.show(moments(1, 2)) == set()
    assert play.send("8242D945", moments(0, 3)) == set()


def test_what_is_read_while_it_is_sent_may_be_missing(play: Play) -> None:
    play.send("8242D945", moments(1, 3))
    assert play.miss("8242D945", moments(2, 4)) == set()
    assert play.list([], moments(2, 4)) == set()
    assert play.miss("8242D945", moments(3)) == {"sent-is-found"}
    assert play.list([], moments(3)) == {"list-complete"}


def test_what_others_sent_may_come_and_must_then_stay(play: Play) -> None:
    assert play.list([play.sms], moments(1)) == set()
    assert play.list([], moments(0)) == set()
    assert play.list([], moments(2)) == {"list-complete"}
    assert play.miss("8242D945", moments(2)) == {"sent-is-found"}


@pytest.fixture
def dated(sms: dict[str, Any]) -> list[dict[str, Any]]:
    """Four SMS, a second apart."""
    dates = [f"2024-03-19 15:00:0{number}" for number in range(4)]
    members = ("date_creation", "date_update", "date_sent", "date_received")
    return [
        {**sms, "hash": date[-8:].replace(":", "0"), **dict.fromkeys(members, date), "status_history": None}
        for date in dates
    ]


def test_the_oldest_sms_of_others_may_be_removed(dated: list[dict[str, Any]], play: Play) -> None:
    assert play.send(dated[3]["hash"], moments(0)) == set()
    assert play.list(dated, moments(1)) == set()
    assert play.list(dated[1:], moments(2)) == set()
    assert play.inspector.account.removed == 1
    assert play.list([dated[1], dated[3]], moments(3)) == {"list-complete"}
    assert play.list(dated[3:], moments(4)) == set()
    assert play.inspector.account.removed == 3
    assert play.list([], moments(5)) == {"list-complete"}


def test_without_an_sms_of_the_run_nothing_shows_that_the_oldest_were_removed(
    dated: list[dict[str, Any]], play: Play
) -> None:
    """As on a live server: its lists may leave out what is first."""
    assert play.list(dated, moments(1)) == set()
    assert play.list(dated[1:], moments(2)) == {"list-complete"}


def test_a_send_without_an_answer_may_show_or_not(play: Play) -> None:
    assert play.list([], moments(2)) == set()
    assert play.list([play.sms], moments(3)) == set()


@pytest.mark.parametrize("member", ["user_data", "text"])
def test_words_that_only_one_sms_has_accuse_every_other(member: str, play: Play) -> None:
    play.inspector.account.mark("only once", "8242D945")
    assert play.show(moments(1), **{member: "only once"}) == set()
    assert play.show(moments(2), **{member: "only once", "hash": "0LWLNVLH"}) == {"one-sms-each"}


@pytest.mark.parametrize("member", ["user_data", "text"])
def test_words_of_a_send_that_was_refused_accuse_every_sms(member: str, play: Play) -> None:
    play.inspector.account.mark("not at all", None)
    assert play.show(moments(1), **{member: "not at all"}) == {"one-sms-each"}


def _short(sms: dict[str, Any], count: int) -> dict[str, Any]:
    """The SMS as it was after so many changes."""
    history = sms["status_history"][:count]
    reached = {change["new_status"]: change["updated_at"][:19] for change in history}
    return {
        "status_history": history,
        "status": history[-1]["new_status"] if history else "CREATED",
        "date_update": history[-1]["updated_at"][:19] if history else sms["date_creation"],
        "date_sent": reached.get("SENT", "0000-00-00 00:00:00"),
        "date_received": reached.get("RECEIVED", "0000-00-00 00:00:00"),
    }


def test_a_history_may_not_shrink_whichever_look_is_taken_in_first(judge: Judge, sms: dict[str, Any]) -> None:
    looks = [(moments(each), _short(sms, each)) for each in range(5)]
    for order in itertools.permutations(looks):
        play = Play(judge, sms)
        assert [play.show(when, **look) for when, look in order] == [set()] * 5
    for order in itertools.permutations([*looks[2:], (moments(9), _short(sms, 3))]):
        play = Play(judge, sms)
        assert set().union(*(play.show(when, **look) for when, look in order)) == {"history-grows"}


def test_looks_that_overlap_may_show_any_of_both(play: Play) -> None:
    assert play.show(moments(1, 4), **_short(play.sms, 3)) == set()
    assert play.show(moments(2, 5), **_short(play.sms, 2)) == set()


def test_another_beginning_of_a_history_is_accused(play: Play) -> None:
    play.show(moments(1))
    other = copy.deepcopy(play.sms["status_history"])
    other[0]["updated_at"] = "2024-03-19 02:41:24.911"
    assert "history-grows" in play.show(moments(1), status_history=other)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("to", "+33639981235"),
        ("text", "Your code is 4712."),
        ("options", None),
        ("user_data", ""),
        ("from", ""),
    ],
)
def test_what_was_sent_has_to_come_back(member: str, value: object, play: Play) -> None:
    play.send("8242D945", moments(1))
    assert "sent-comes-back" in play.show(moments(2), **{member: value})
    assert play.list([{**play.sms, "hash": "OTHER000", member: value}], moments(3), WHOLE) >= {
        "list-complete"
    }


def test_a_null_option_counts_as_none(play: Play) -> None:
    play.send("8242D945", moments(1), options={**play.sms["options"], "force_encoding": None})
    assert play.show(moments(2)) == set()
    assert play.show(moments(3), options={**play.sms["options"], "force_encoding": None}) == {"members-fixed"}


@pytest.mark.parametrize(
    ("body", "sender", "text", "is_right"),
    [
        ("%STOPNUM%", "SMS", "36111", True),
        ("a %STOPNUM% b %STOPNUM%", "SMS", "a 1 b 1", True),
        ("a %STOPNUM% b %STOPNUM%", "SMS", "a 12 b 21", False),
        ("a %STOPNUM%", "SMS", "a ", False),
        ("a %STOPNUM%", "SMS", "a %STOPNUM%", False),
        ("a %STOPNUM%", "SMS", "a 1234567890123456", False),
        ("a %STOPNUM%", "", "a 36111", False),
        ("a %STOPNUM%", "", "a %STOPNUM%", True),
    ],
)
def test_the_stop_number(body: str, sender: str, text: str, play: Play, *, is_right: bool) -> None:
    play.send("8242D945", moments(1), body=body, **{"from": sender})
    found = play.show(moments(2), text=text, **{"from": sender})
    assert ("stop-number" in found) is not is_right


@pytest.mark.parametrize(
    ("start", "end", "found", "rules"),
    [
        ("02:41:23", "02:41:23", 1, set()),
        ("02:41:23", "02:41:23", 0, {"list-window-inclusive"}),
        ("02:41:22", "02:41:24", 0, {"list-complete"}),
        ("02:41:24", "02:41:25", 0, set()),
        ("02:41:24", "02:41:25", 1, {"list-window-inclusive"}),
        ("02:41:22", "02:41:24", 2, {"list-complete"}),
    ],
)
def test_windows(start: str, end: str, found: int, rules: set[str], play: Play) -> None:
    play.show(moments(1))
    query = f"?type=OUT&from=2024-03-19+{start}&to=2024-03-19+{end}"
    assert play.list([play.sms] * found, moments(2), query) == rules


def test_a_list_of_the_other_type_holds_no_outgoing_sms(play: Play) -> None:
    play.show(moments(1))
    assert play.list([], moments(2), WHOLE.replace("OUT", "IN")) == set()
    assert play.list([play.sms], moments(2), WHOLE.replace("OUT", "IN")) == {"list-type"}


def test_the_order_of_a_second_is_that_of_the_hashes(play: Play) -> None:
    two = [{**play.sms, "hash": name} for name in ("AAAAAAA1", "AAAAAAAB")]
    assert play.list(two, moments(1)) == set()
    assert play.list(two[::-1], moments(1)) == {"list-order"}


def test_prices_of_parts_are_compared_within_a_network_and_without_what_failed(play: Play) -> None:
    long = {"text": "a" * 161, "parts": 2}
    play.show(moments(1))
    assert play.show(moments(2), hash="AAAAAAA1", b_customer_debit="15.60", **long) == set()
    assert play.show(moments(2), hash="AAAAAAA2", b_customer_debit="15.6", **long) == set()
    assert play.show(moments(2), hash="AAAAAAA3", b_customer_debit="7.80", **long) == {"debit-follows-parts"}
    assert play.show(moments(2), hash="AAAAAAA4", b_customer_debit="9.99", network="20810") == set()
    failed = copy.deepcopy(play.sms["status_history"])
    failed[-1]["new_status"] = "FAILED"
    gone = {"status_history": failed, "status": "FAILED", "date_received": "0000-00-00 00:00:00"}
    assert play.show(moments(2), hash="AAAAAAA5", b_customer_debit="0.00", **gone) == set()


def test_dates_follow_the_order_of_sends_that_do_not_overlap(play: Play) -> None:
    names = ["AAAAAAA1", "AAAAAAA2", "AAAAAAA3"]
    for name, when in zip(names, (moments(1, 2), moments(3, 6), moments(5, 7)), strict=True):
        play.send(name, when)
    bare = {**_short(play.sms, 0)}
    for name, second in zip(names, ("10", "09", "08"), strict=True):
        created = f"2024-03-19 02:41:{second}"
        found = play.show(
            moments(8), **{**bare, "hash": name, "date_creation": created, "date_update": created}
        )
        assert found == (set() if name == names[0] else {"creation-follows-sends"})


def test_sms_that_are_not_whole_are_left_to_the_schema(play: Play) -> None:
    for member in play.sms:
        values: list[Any] = [None, 1, [], {}, "x", [None], {"force_encoding": []}]
        for value in values:
            if member != "hash":
                play.show(moments(1), **{member: value})
            play.list([{**play.sms, member: value}, {}, {"hash": value}], moments(1))


@pytest.mark.parametrize("data", [None, 1, "x", [], {}, [1], [[]], [{}], {"hash": []}])
def test_any_data_is_taken_in(data: object, play: Play) -> None:
    play.list(data, moments(1))
    play.send(data, moments(1))
