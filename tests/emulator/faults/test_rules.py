"""Rules: which requests they match, who sees them, and which ones are rejected."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from callr_sms_emulator import Config, SqliteStore, create_app
from callr_sms_emulator._control import faults
from tests.emulator.faults.raw import exchange, write_request
from tests.emulator.support import Client, basic, serving

EVERYBODY = "+33612345678"
TOKEN = "an-admin-token"


def statuses(account: Client, count: int, **headers: str) -> list[int]:
    """Send some SMS and return the statuses."""
    return [_status(account, EVERYBODY, headers) for _ in range(count)]


def _status(account: Client, to: str, headers: dict[str, str] | None = None) -> int:
    client = Client(account.url, account.authorization | (headers or {}))
    return int(exchange(client, write_request(client, body={"to": to, "body": "Hello"})).head[9:12])


def add(account: Client, **rule: object) -> int:
    number: int = account.set("/faults", **({"status": 500} | rule))["id"]
    return number


def refusal(account: Client, **rule: object) -> str:
    answer = account.control("POST", "/faults", rule)
    assert answer.status == 400, answer.body
    return answer.message


# --- which requests -------------------------------------------------------------------------------------


def test_nothing_goes_wrong_until_a_rule_is_there_and_once_it_is_gone(account: Client) -> None:
    assert statuses(account, 1) == [200]
    number = add(account)
    assert statuses(account, 2) == [500, 500]
    gone = account.control("DELETE", f"/faults/{number}").data
    assert (gone["id"], gone["matched"], gone["fired"], gone["left"]) == (number, 2, 2, None)
    assert statuses(account, 1) == [200]
    assert account.control("GET", "/faults").data == []


def test_the_first_rule_that_hits_counts(account: Client) -> None:
    first = add(account, status=501, times=2)
    second = add(account, status=502)
    assert statuses(account, 3) == [501, 501, 502]
    listed = account.control("GET", "/faults").data
    assert listed == [
        {"id": first, "rule": {"status": 501, "times": 2}, "matched": 2, "fired": 2, "left": 0},
        {"id": second, "rule": {"status": 502}, "matched": 1, "fired": 1, "left": None},
    ]
    assert account.control("GET", f"/faults/{second}").data == listed[1]


def test_some_are_let_pass_and_some_are_hit(account: Client) -> None:
    add(account, skip=2, times=1)
    assert statuses(account, 4) == [200, 200, 500, 200]


@pytest.mark.parametrize(
    ("condition", "hit"),
    [
        ({"to": EVERYBODY}, [EVERYBODY]),
        ({"to": "+336*"}, [EVERYBODY, "+33612345679"]),
        ({"to": "*"}, [EVERYBODY, "+33612345679", "+447700900123"]),
        ({"to_pattern": "9$"}, ["+33612345679"]),
        ({"to_pattern": "^.4"}, ["+447700900123"]),
        ({"to_pattern": "^.4", "to": "+33*"}, []),
        ({"operation": "getSms"}, []),
        ({"operation": ["getSms", "sendSms"], "to": "+44*"}, ["+447700900123"]),
    ],
    ids=str,
)
def test_a_rule_is_for_a_recipient(account: Client, condition: dict[str, object], hit: list[str]) -> None:
    add(account, **condition)
    numbers = [EVERYBODY, "+33612345679", "+447700900123"]
    assert [each for each in numbers if _status(account, each) == 500] == hit


def test_the_recipient_is_found_wherever_the_request_names_it(account: Client) -> None:
    sms_hash = account.send(to="+447700900123")
    add(account, to="+447700900123")
    by_query = write_request(account, None, "/sms/send?to=%2B447700900123&body=Hi", None, "GET")
    assert exchange(account, by_query).head.startswith(b"http/1.1 500 ")
    by_hash = write_request(account, None, f"/sms/{sms_hash}", None, "GET")
    assert exchange(account, by_hash).head.startswith(b"http/1.1 500 ")
    assert len(account.find()) == 1, "a list is of no recipient"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"to": 3}', b'{"to": "\xff"}', b"[" * 2000])
def test_what_names_no_recipient_is_hit_by_rules_for_all_alone(account: Client, body: bytes) -> None:
    add(account, to="*")
    assert account.post_raw(body).status == 400
    add(account, status=404, message="hit")
    assert account.post_raw(body).message == "hit"


def test_a_rule_is_for_a_header(account: Client) -> None:
    add(account, header={"name": "X-Run", "value": "blue"}, status=501)
    add(account, header={"name": "X-RUN"}, status=502)
    assert statuses(account, 1) == [200]
    assert statuses(account, 1, **{"x-run": "blue"}) == [501]
    assert statuses(account, 1, **{"x-run": "red"}) == [502]


def test_a_share_is_drawn_alike_in_each_run() -> None:
    def run(seed: str) -> list[int]:
        store = SqliteStore(":memory:")
        try:
            with serving(create_app(Config(seed=seed), store=store)) as url:
                add(Client(url), share=0.3)
                return statuses(Client(url), 100)
        finally:
            store.close()

    first = run("one")
    assert 15 < first.count(500) < 45
    assert run("one") == first
    assert run("two") != first


def test_a_pattern_that_takes_too_long_fits_nothing(account: Client) -> None:
    add(account, to_pattern="(?:1|2)*1(?:1|2){400}zzz")
    assert _status(account, "+" + "".join(random.Random(1).choices("12", k=30_000)))  # noqa: S311 - no secret == 400


# --- whose they are -------------------------------------------------------------------------------------


@pytest.fixture
def origin() -> Iterator[Client]:
    store = SqliteStore(":memory:")
    try:
        config = Config(any_account=True, admin_token=TOKEN)
        with serving(create_app(config, store=store)) as url:
            yield Client(url)
    finally:
        store.close()


def test_another_account_has_none_of_it(origin: Client) -> None:
    number = add(origin)
    other = Client(origin.url, basic("other:secret"))
    assert statuses(other, 1) == [200]
    assert other.control("GET", "/faults").data == []
    for method in ("GET", "DELETE"):
        answer = other.control(method, f"/faults/{number}")
        assert (answer.status, "[id]" in answer.message) == (404, True)
    other.control("DELETE", "/faults")
    assert statuses(origin, 1) == [500]


def test_health_tells_anybody_how_many_rules_there_are(origin: Client) -> None:
    assert origin.control("GET", "/health").data["faults"] == 0
    add(origin)
    add(Client(origin.url, basic("other:secret")))
    add(Client(origin.url, basic("other:secret")))
    assert origin.control("GET", "/health").data["faults"] == 3
    origin.control("DELETE", "/faults")
    assert origin.control("GET", "/health").data["faults"] == 2


@pytest.mark.parametrize("who", ["account", "admin", "removed"])
def test_a_reset_clears_them(origin: Client, who: str) -> None:
    made = {"login": "shop", "password": "correct horse"}
    admin = Client(origin.url, {"Authorization": f"Bearer {TOKEN}"})
    admin.set("/accounts", **made)
    shop = Client(origin.url, basic("shop:correct horse"))
    assert add(shop) == 1
    if who == "removed":
        assert admin.control("DELETE", "/accounts/shop").status == 200
        admin.set("/accounts", **made)
    else:
        assert (shop if who == "account" else admin).control("POST", "/reset").status == 200
    assert statuses(shop, 1) == [200]
    assert add(shop) == 1, "numbers begin anew"


def test_numbers_go_on_when_rules_are_removed(account: Client) -> None:
    assert add(account) == 1
    account.control("DELETE", "/faults")
    assert add(account) == 2


def test_an_import_leaves_them_and_an_export_has_none(account: Client) -> None:
    add(account, operation="getSms")
    root = Client(account.url.removesuffix("/rest/v1.1"), account.authorization)
    line = '{"kind":"account","format":1,"state":{"seed":"00112233445566778899aabbccddeeff"}}\n'
    ndjson = {"Content-Type": "application/x-ndjson"}
    assert root.request("POST", "/_emulator/import", line.encode(), ndjson).status == 200
    assert len(account.control("GET", "/faults").data) == 1


def test_of_two_processes_on_one_file_each_has_its_own(tmp_path: Path) -> None:
    database = tmp_path / "emulator.sqlite3"
    stores = [SqliteStore(database), SqliteStore(database)]
    try:
        apps = [create_app(Config(), store=each) for each in stores]
        with serving(apps[0]) as first, serving(apps[1]) as second:
            add(Client(first))
            assert statuses(Client(first), 1) == [500]
            assert statuses(Client(second), 1) == [200]
            assert Client(first).set("/faults", webhook="lose")["id"] == 2
            message = refusal(Client(second), webhook="lose")
            assert message.startswith("FAULT_ELSEWHERE [webhook]: ")
    finally:
        for each in stores:
            each.close()


# --- what is refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ({}, "[status]"),
        ({"times": 1}, "[status]"),
        ({"status": 199}, "[status]"),
        ({"status": True}, "[status]"),
        ({"status": 500, "nonsense": 1}, "[nonsense]"),
        ({"status": 500, "operation": "removeSms"}, "[operation]"),
        ({"status": 500, "operation": []}, "[operation]"),
        ({"status": 500, "to": "33612345678"}, "[to]"),
        ({"status": 500, "to": "+33*6"}, "[to]"),
        ({"status": 500, "to_pattern": "("}, "[to_pattern]"),
        ({"status": 500, "to_pattern": "x" * 1001}, "[to_pattern]"),
        ({"status": 500, "to_pattern": "\ud83d"}, "[to_pattern]"),
        ({"status": 500, "header": "X-Run"}, "[header]"),
        ({"status": 500, "header": {}}, "[header.name]"),
        ({"status": 500, "header": {"name": "X Run"}}, "[header.name]"),
        ({"status": 500, "header": {"name": "X-Run", "value": "\udc00"}}, "[header.value]"),
        ({"status": 500, "header": {"name": "X-Run", "values": "a"}}, "[header.values]"),
        ({"status": 500, "share": 1.5}, "[share]"),
        ({"status": 500, "share": -1}, "[share]"),
        ({"status": 500, "times": 0}, "[times]"),
        ({"status": 500, "skip": -1}, "[skip]"),
        ({"status": 500, "when": "later"}, "[when]"),
        ({"status": 500, "message": ""}, "[message]"),
        ({"status": 500, "message": "\ud83d"}, "[message]"),
        ({"status": 500, "headers": {"A": 1}}, "[headers"),
        ({"status": 500, "headers": {f"A{number}": "" for number in range(21)}}, "[headers]"),
        ({"status": 500, "headers": {"Transfer-Encoding": "chunked"}}, "[headers]"),
        ({"status": 500, "headers": {"A": "b\r\nc: d"}}, "[headers.A]"),
        ({"delay": -1}, "[delay]"),
        ({"delay": 3601}, "[delay]"),
        ({"cut": 5, "when": "before"}, "[when]"),
        ({"cut": "half"}, "[cut]"),
        ({"garbage": "rubbish"}, "[garbage]"),
        ({"silence": True, "status": 500}, "[silence]"),
        ({"status": 500, "event": "sms.mo"}, "[event]"),
        ({"status": 500, "sms": "8242D945"}, "[sms]"),
        ({"status": 500, "sms_status": "SENT"}, "[sms_status]"),
        ({"webhook": "drop"}, "[webhook]"),
        ({"webhook": "lose", "status": 500}, "[status]"),
        ({"webhook": "lose", "reset": True}, "[reset]"),
        ({"webhook": "lose", "operation": "sendSms"}, "[operation]"),
        ({"webhook": "lose", "header": {"name": "A"}}, "[header]"),
        ({"webhook": "lose", "event": "sms.mt.created"}, "[event]"),
        ({"webhook": "lose", "event": []}, "[event]"),
        ({"webhook": "lose", "sms": "nonsense"}, "[sms]"),
        ({"webhook": "lose", "sms_status": "sent"}, "[sms_status]"),
    ],
    ids=str,
)
def test_a_rule_that_cannot_be_meant_is_refused(account: Client, rule: dict[str, object], named: str) -> None:
    assert named in refusal(account, **rule)
    assert account.control("GET", "/faults").data == []


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"when": "later"}, '[when]: "later": expected "before" or "after"'),
        ({"webhook": "drop"}, '[webhook]: "drop": expected "duplicate" or "reorder" or "lose"'),
        (
            {"operation": "removeSms"},
            (
                '[operation]: "removeSms": expected listSms, sendSms, sendSmsByQuery, getSms, '
                "or an array of these"
            ),
        ),
        ({"event": ["sms.mx"]}, '[event[0]]: "sms.mx": expected "sms.mt.status_update" or "sms.mo"'),
    ],
    ids=str,
)
def test_words_that_are_allowed_are_told(account: Client, rule: dict[str, object], message: str) -> None:
    assert refusal(account, **rule) == f"PROPERTY_VALUE_ERROR {message}"


@pytest.mark.parametrize(
    ("number", "status"), [("0", 400), ("7", 404), ("x", 400), ("1.0", 404), ("9" * 30, 400)]
)
def test_a_rule_that_is_not_there_is_named(account: Client, number: str, status: int) -> None:
    for method in ("GET", "DELETE"):
        answer = account.control(method, f"/faults/{number}")
        assert answer.status == status
        assert answer.message.startswith(("PROPERTY_VALUE_ERROR [id]", "PROPERTY_TYPE_ERROR [id]"))


def test_an_account_has_so_many_rules(origin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "MOST", 20)
    for _ in range(20):
        origin.set("/faults", operation="getSms", status=500)
    assert refusal(origin, status=500).startswith("TOO_MANY_FAULTS [faults]: the account has 20 rules")
