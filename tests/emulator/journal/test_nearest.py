"""What a refused request was nearest to: for each rule, over HTTP; and nothing where nobody can know."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.emulator.journal.support import RPC_PATH, exchange, newest, rpc
from tests.emulator.support import JSON_TYPE, Client

SMS = {"to": "+33612345678", "body": "Hello"}


def _send(client: Client, **parameters: object) -> dict[str, Any]:
    """Send what must be refused; give what the journal tells of it."""
    client.refuse(**parameters)
    return newest(client)


def _list(client: Client, query: str) -> dict[str, Any]:
    assert client.request("GET", f"/sms?{query}").status == 400
    return newest(client)


@pytest.mark.parametrize(
    ("to", "nearest"),
    [
        ("0639981234", "+33639981234"),  # the country of the account's number
        ("+33 6 39 98 12 34", "+33639981234"),
        ("+33 (0)6-39.98.12/34", "+33639981234"),
        ("0033639981234", "+33639981234"),
        ("33639981234", "+33639981234"),
        (" 33639981234", "+33639981234"),  # a plus that was not escaped in a query string
        ("+\uff13\uff13639981234", "+33639981234"),
        (33639981234, "+33639981234"),
        ("639981234", None),
        ("+0639981234", None),
        ("+33", None),
        ("Alice", None),
        ("", None),
        ("+33639981234,+33639981235", None),
    ],
)
def test_recipient(client: Client, to: object, nearest: str | None) -> None:
    assert _send(client, to=to)["nearest"] == nearest


@pytest.mark.parametrize(
    ("sender", "rule", "nearest"),
    [
        ("MyLongCompany", "sender", "MyLongCompa"),
        ("Café Noël", "sender", "Cafe Noel"),
        ("A&B", "sender", "AB"),
        ("+33123", "sender", None),
        ("!!!", "sender", None),
        ("12344", "shortcode", "12345"),
        ("99999", "shortcode", None),
        ("NOTALLOWED", "outcome", None),
    ],
)
def test_sender(client: Client, sender: str, rule: str, nearest: str | None) -> None:
    found = _send(client, **{"from": sender})
    assert (found["rule"], found["value"], found["nearest"]) == (rule, sender, nearest)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("form", "from"),
        ("From", "from"),
        ("text", "body"),
        ("message", "body"),
        ("recipient", "to"),
        ("option", "options"),
        ("nature", "options.nature"),
        ("flash_mesage", "options.flash_message"),
        ("encoding", "options.force_encoding"),
        ("xyzzy", None),
    ],
)
def test_parameter(client: Client, name: str, nearest: str | None) -> None:
    found = _send(client, **{name: "x"})
    assert (found["rule"], found["parameter"], found["nearest"]) == ("known", name, nearest)


@pytest.mark.parametrize(
    ("options", "rule", "nearest"),
    [
        ({"natur": "ALERTING"}, "known", "options.nature"),
        ({"webhook": {"endpoint": "http://127.0.0.1/", "algo": "MD5"}}, "known", "options.webhook.hmac_algo"),
        ({"push_dlr_url": "http://127.0.0.1/"}, "known", "options.webhook"),
        ({"zzz": 1}, "known", None),
        ({"nature": "alerting"}, "one-of", "ALERTING"),
        ({"nature": "Marketting"}, "one-of", "MARKETING"),
        ({"nature": "loud"}, "one-of", None),
        ({"force_encoding": "gsm"}, "one-of", "GSM"),
        ({"flash_message": "True"}, "type", "true"),
        ({"flash_message": 0}, "type", "false"),
        ({"flash_message": "maybe"}, "type", None),
        ({"user_data": 42}, "type", '"42"'),
        ({"user_data": "x" * 5000}, "length", None),
        ({"webhook": {"endpoint": "example.com/callr"}}, "url", "https://example.com/callr"),
        ({"webhook": {"endpoint": "https://example.com/a b"}}, "url", "https://example.com/a%20b"),
        ({"webhook": {"endpoint": "ftp://example.com"}}, "url", None),
        ({"webhook": {"endpoint": "nowhere"}}, "url", None),
        ({"webhook": {}}, "needed", None),
    ],
)
def test_option(client: Client, options: object, rule: str, nearest: str | None) -> None:
    found = _send(client, options=options)
    assert (found["rule"], found["nearest"]) == (rule, nearest)


@pytest.mark.parametrize(
    ("parameters", "rule", "nearest"),
    [
        ({"body": ""}, "not-empty", None),
        ({"body": None}, "type", None),
        ({"body": 1234}, "type", '"1234"'),
        ({"body": "€" * 67 * 256}, "parts", None),
        ({"body": "\ud83d"}, "surrogates", None),
        ({"to": "+33199000400"}, "outcome", None),
    ],
)
def test_others(client: Client, parameters: dict[str, object], rule: str, nearest: str | None) -> None:
    found = _send(client, **parameters)
    assert (found["rule"], found["nearest"]) == (rule, nearest)


@pytest.mark.parametrize(
    ("moment", "nearest"),
    [
        ("2024-03-19T12:00:00Z", "2024-03-19 12:00:00"),
        ("2024-03-19T12:00:00.250+02:00", "2024-03-19 10:00:00"),
        ("2024-03-19T12:00:00 02:00", "2024-03-19 10:00:00"),  # a plus that was not escaped
        ("2024-03-19", "2024-03-19 00:00:00"),
        ("1710849600", "2024-03-19 12:00:00"),
        ("2024-02-30 12:00:00", None),
        ("0000-00-00 00:00:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_datetime(client: Client, moment: str, nearest: str | None) -> None:
    found = _list(client, f"type=OUT&from={quote(moment)}&to=2030-01-01%2000:00:00")
    assert (found["rule"], found["parameter"], found["nearest"]) == ("datetime", "from", nearest)


@pytest.mark.parametrize(
    ("query", "rule", "nearest"),
    [
        ("type=out", "one-of", "OUT"),
        ("typ=OUT", "known", "type"),
        ("from=2024-01-01", "needed", None),
        ("type=OUT&type=IN", "once", None),
        ("type=100%", "percent-encoding", "type=100%25"),
        ("type=caf%E9", "percent-encoding", "caf%C3%A9"),
        (
            "type=OUT&from=2024-02-01%2000:00:00&to=2024-01-01%2000:00:00",
            "range",
            "from=2024-01-01 00:00:00&to=2024-02-01 00:00:00",
        ),
    ],
)
def test_query(client: Client, query: str, rule: str, nearest: str | None) -> None:
    found = _list(client, query)
    assert found["rule"] == rule
    assert found["nearest"] == (nearest.removeprefix("type=") if nearest and "%" in nearest else nearest)


@pytest.mark.parametrize(
    ("method", "target", "rule", "nearest"),
    [
        ("GET", "/rest/v1.1/Sms", "endpoint", "/rest/v1.1/sms"),
        ("GET", "/rest/v1.1/sms/", "endpoint", "/rest/v1.1/sms"),
        ("GET", "/rest/v1/sms", "endpoint", "/rest/v1.1/sms"),
        ("GET", "/sms/send", "endpoint", "/rest/v1.1/sms/send"),
        ("GET", "/sms/8242d945/", "endpoint", "/rest/v1.1/sms/8242D945"),
        ("GET", "/favicon.ico", "endpoint", None),
        ("GET", "/index.html", "endpoint", None),
        ("POST", "/rest/v1.1/sms/send", "method", "POST /rest/v1.1/sms"),
        ("PUT", "/rest/v1.1/sms", "method", "POST /rest/v1.1/sms"),
        ("POST", "/rest/v1.1/sms/8242D945", "method", "GET /rest/v1.1/sms/8242D945"),
        ("DELETE", "/rest/v1.1/sms/8242D945", "method", None),
        ("HEAD", "/rest/v1.1/sms", "method", "GET /rest/v1.1/sms"),
        ("HEAD", "/rest/v1.1/sms/send", "method", None),  # the GET sends
        ("GET", RPC_PATH, "method", f"POST {RPC_PATH}"),
    ],
)
def test_path_and_method(client: Client, method: str, target: str, rule: str, nearest: str | None) -> None:
    exchange(client, method, target)
    found = newest(client)
    assert (found["rule"], found["operation"], found["nearest"]) == (rule, None, nearest)


def test_hash(client: Client) -> None:
    sent = client.send()
    client.find()  # accepted, and about no SMS
    slip = ("A" if sent[0] != "A" else "B") + sent[1:]
    for asked, nearest in ((sent.lower(), sent), (slip, sent), ("ZZZZZZZZ", None), ("x", None)):
        assert client.request("GET", f"/sms/{asked}").status == (200 if asked == sent else 404)
        if asked != sent:  # it may have no letters
            found = newest(client)
            assert (found["rule"], found["value"], found["nearest"]) == ("hash", asked, nearest)
    rpc(client, "sms.get", slip)
    assert newest(client)["nearest"] == sent


@pytest.mark.parametrize(
    ("call", "code", "rule", "nearest"),
    [
        (b"{", -32700, "json", None),
        (b"[]", -32600, "json-rpc", None),
        (b'{"jsonrpc": "1.0", "method": "sms.get"}', -32600, "json-rpc", None),
        (
            b'{"jsonrpc": "2.0", "id": 1, "method": "sms.sent", "params": []}',
            -32601,
            "rpc-method",
            "sms.send",
        ),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "sms.get", "params": [1, 2]}', -32602, "rpc-params", None),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "sms.get", "params": []}', 150, "needed", None),
        (
            b'{"jsonrpc": "2.0", "id": 1, "method": "sms.send", "params": ["", "0639981234", "x"]}',
            151,
            "recipient",
            "+33639981234",
        ),
    ],
)
def test_json_rpc(client: Client, call: bytes, code: int, rule: str, nearest: str | None) -> None:
    assert exchange(client, "POST", RPC_PATH, call, JSON_TYPE)[0] == 200
    found = newest(client)
    assert (found["status"], found["refused"]) == (200, True)
    assert (found["code"], found["rule"], found["nearest"]) == (code, rule, nearest)


def test_json_rpc_for_another_account(client: Client) -> None:
    call = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "sms.get", "params": ["8242D945"]}).encode()
    exchange(client, "POST", RPC_PATH, call, JSON_TYPE | {"CALLR-Login-As": "other"})
    assert newest(client)["rule"] == "login-as"
    assert "callr-login-as" not in newest(client)["headers"]


def test_a_webhook_in_a_query(client: Client) -> None:
    client.send_query({"to": "+33612345678", "body": "x", "options.webhook.endpoint": "http://127.0.0.1/"})
    found = newest(client)
    assert (found["rule"], found["nearest"]) == ("in-body", "POST /rest/v1.1/sms")


def test_a_body_that_is_too_large(client: Client) -> None:
    assert client.post_raw(b"x" * (1024 * 1024 + 1)).status == 400
    found = newest(client)
    assert (found["rule"], found["body"]) == ("body-size", None)
