"""`/_emulator/webhooks` and what is below it."""

from urllib.parse import quote

import pytest

from tests.emulator.support import Client
from tests.emulator.webhooks.account import Account
from tests.emulator.webhooks.receivers import Receiver, answer

URL = "http://127.0.0.1:9/hook"


def test_a_subscription_is_listed_without_its_secret(account: Account) -> None:
    made = account.get("POST", "/webhooks", {"endpoint": URL, "hmac_secret": "hush", "hmac_algo": "MD5"})
    assert made == {
        "hash": made["hash"],
        "endpoint": URL,
        "events": ["sms.mt.status_update", "sms.mo"],
        "signed": True,
        "hmac_algo": "MD5",
        "created": "2026-03-30 12:00:00.000",
    }
    assert account.get("GET", "/webhooks") == [made]


def test_a_password_in_an_endpoint_is_not_shown(account: Account) -> None:
    account.subscribe("http://me:hush@127.0.0.1:9/hook", events=["sms.mo"])
    (shown,) = account.get("GET", "/webhooks")
    assert shown["endpoint"] == "http://me:…@127.0.0.1:9/hook"
    assert (shown["events"], shown["signed"], shown["hmac_algo"]) == (["sms.mo"], False, None)


def test_a_subscription_that_was_removed_is_told_no_more(account: Account, receiver: Receiver) -> None:
    receiver.behave = answer(500)
    hook = account.subscribe(receiver.url)
    account.sms.send()
    account.advance("2s")
    assert len(receiver.received) == 1
    assert account.get("DELETE", f"/webhooks/{hook}") is None
    account.advance("24h")
    assert len(receiver.received) == 1
    assert account.get("GET", "/webhooks") == []
    (delivery,) = account.deliveries()
    assert (delivery["state"], delivery["endpoint"]) == ("given_up", None)
    assert "WEBHOOK_GONE" in account.refusal("POST", f"/webhooks/deliveries/{delivery['id']}/resend")


REFUSED = {
    "no endpoint": ({}, "[endpoint]"),
    "no web address": ({"endpoint": "ftp://a"}, "[endpoint]"),
    "an endpoint of another type": ({"endpoint": 1}, "[endpoint]"),
    "another event": ({"endpoint": URL, "events": ["sms.mx"]}, "[events[0]]"),
    "no event": ({"endpoint": URL, "events": []}, "[events]"),
    "an empty secret": ({"endpoint": URL, "hmac_secret": ""}, "[hmac_secret]"),
    "another algorithm": ({"endpoint": URL, "hmac_secret": "s", "hmac_algo": "SHA1"}, "[hmac_algo]"),
    "a typing error": ({"endpoint": URL, "hmac_secrt": "s"}, "[hmac_secrt]"),
    "an address of the internet": ({"endpoint": "http://8.8.8.8/"}, "--webhooks-to 8.8.8.8"),
    **{
        f"metadata as {host}": ({"endpoint": f"http://{host}/"}, "--webhooks-to 169.254.169.254")
        for host in ("2852039166", "0xA9FEA9FE", "0251.0376.0251.0376", "169.254.43518", "169.254.169.254.")
    },
    "an address of metadata": ({"endpoint": "http://[::ffff:169.254.169.254]/"}, "[endpoint]"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_subscription_that_is_wrong_is_refused_by_name(account: Account, case: str) -> None:
    body, named = REFUSED[case]
    refusal = account.refusal("POST", "/webhooks", body)
    assert refusal.startswith("400 ")
    assert named in refusal
    assert account.get("GET", "/webhooks") == []


def test_a_secret_is_in_no_refusal(account: Account) -> None:
    body = {"endpoint": URL, "hmac_secret": ["hush-hush"]}
    assert "hush-hush" not in account.refusal("POST", "/webhooks", body)


def test_each_try_is_shown(account: Account, receiver: Receiver) -> None:
    receiver.behave = answer(500, b"sorry", "X-Hint: later")
    hook = account.subscribe(receiver.url, hmac_secret="hush")
    sms_hash = account.sms.send()
    account.advance("2s")
    (shown,) = account.deliveries()
    received = receiver.received[0]
    assert shown["attempts"][0].pop("duration_ms") > 0
    assert shown == {
        "id": shown["id"],
        "state": "waiting",
        "due": shown["due"],
        "event_id": received.event["event_id"],
        "event_at": "2026-03-30 12:00:01.000",
        "type": "sms.mt.status_update",
        "sms_hash": sms_hash,
        "hook_hash": hook,
        "endpoint": receiver.url,
        "tries": 1,
        "attempts": [
            {
                "try": 0,
                "at": "2026-03-30 12:00:01.000",
                "request_headers": shown["attempts"][0]["request_headers"],
                "status": 500,
                "answer": "HTTP/1.1 500 Whatever\r\nContent-Length: 5\r\nX-Hint: later\r\n\r\nsorry",
                "error": "",
                "fault": None,
            }
        ],
        "data": received.event["data"],
    }
    sent = {name.lower(): value for name, value in shown["attempts"][0]["request_headers"].items()}
    assert sent == received.headers
    assert "2026-03-30 12:00:10" <= shown["due"] <= "2026-03-30 12:00:12"
    assert account.get("GET", f"/webhooks/deliveries/{shown['id']}")["event_id"] == shown["event_id"]


def test_deliveries_are_paged(account: Account, receiver: Receiver) -> None:
    for _ in range(3):
        account.sms.send(options={"webhook": {"endpoint": receiver.url}})
    account.advance("10s")
    every = account.deliveries()
    assert len(every) == 12
    assert account.deliveries(limit=5) == every
    one = every[0]["sms_hash"]
    assert account.deliveries(sms=one) == [each for each in every if each["sms_hash"] == one]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("after=-1", "after"),
        ("after=²", "after"),
        ("sort=a", "sort"),
    ],
)
def test_a_page_that_is_wrong_is_refused_by_name(account: Account, query: str, named: str) -> None:
    refusal = account.refusal("GET", "/webhooks/deliveries?" + quote(query, safe="=&"))
    assert refusal.startswith("400 ")
    assert f"[{named}]" in refusal


def test_a_delivery_can_be_made_again(account: Account, receiver: Receiver) -> None:
    account.sms.send(options={"webhook": {"endpoint": receiver.url}})
    account.advance("10s")
    (first, *_) = account.deliveries()
    again = account.get("POST", f"/webhooks/deliveries/{first['id']}/resend")
    assert (again["id"], again["state"]) == (first["id"], "waiting")
    received = receiver.wait_for(lambda found: len(found) >= 5)
    assert received[4].event["event_id"] == received[0].event["event_id"]
    assert received[4].event["try"] == 1


def test_the_next_try_can_be_had_at_once_but_not_before_its_turn(
    account: Account, receiver: Receiver
) -> None:
    receiver.behave = answer(500)
    account.sms.send(options={"webhook": {"endpoint": receiver.url}})
    account.advance("6s")
    first, second, *_ = account.deliveries()
    assert "DELIVERY_WAITS" in account.refusal("POST", f"/webhooks/deliveries/{second['id']}/resend")
    receiver.behave = answer(200)
    account.get("POST", f"/webhooks/deliveries/{first['id']}/resend")
    received = receiver.wait_for(lambda found: len(found) >= 5)
    assert [each.event["try"] for each in received] == [0, 1, 0, 0, 0]


def test_an_account_sees_nothing_of_another(account: Account, server: str, receiver: Receiver) -> None:
    hook = account.subscribe(receiver.url)
    account.sms.send()
    account.advance("10s")
    (first, *_) = account.deliveries()
    other = Account.of(Client(server), "another account")
    assert other.get("GET", "/webhooks") == []
    assert other.deliveries() == []
    assert other.refusal("DELETE", f"/webhooks/{hook}").startswith("404 ")
    assert other.refusal("GET", f"/webhooks/deliveries/{first['id']}").startswith("404 ")
    assert other.refusal("POST", f"/webhooks/deliveries/{first['id']}/resend").startswith("404 ")
    other.sms.send()
    other.get("POST", "/clock", {"freeze": True, "advance": "10s"})
    assert len(receiver.received) == 4


@pytest.mark.parametrize("identity", ["0", "x", "²", "9" * 40, "-1"])
def test_a_delivery_that_is_not_there(account: Account, identity: str) -> None:
    assert "[id]" in account.refusal("GET", f"/webhooks/deliveries/{quote(identity)}")


def test_a_reset_ends_what_was_to_be_told(account: Account, receiver: Receiver) -> None:
    receiver.behave = answer(500)
    account.subscribe(receiver.url)
    account.sms.send()
    account.advance("10s")
    seen = len(receiver.received)
    account.get("POST", "/reset")
    account.freeze()
    account.advance("24h")
    assert len(receiver.received) == seen
    assert account.get("GET", "/webhooks") == account.deliveries() == []
