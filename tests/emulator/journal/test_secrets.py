"""No secret is in anything that the journal tells, nor in the log or a `repr`, wherever it was planted."""

import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from callr_sms_emulator._engine.recorder import RequestRecorder
from callr_sms_emulator._http import Request
from tests.emulator.journal.support import RPC_PATH, ask, exchange, listed, of
from tests.emulator.support import JSON_TYPE, Client, basic, running

if TYPE_CHECKING:
    from callr_sms_emulator._accounts import Account

SECRET = "C4n4ry-7"
URL = "http://127.0.0.1:9/hook"
TO = "+33612345678"


def _webhook(**members: object) -> bytes:
    return json.dumps(
        {"to": TO, "body": "Hello", "options": {"webhook": {"endpoint": URL} | members}}
    ).encode()


def _escaped(body: bytes) -> bytes:
    return body.replace(b"hmac_secret", b"hmac\\u005fsecr\\u0065t")


GOOD = _webhook(hmac_secret=SECRET)
BODIES = [
    GOOD,
    _escaped(GOOD),
    GOOD.replace(b"Hello", "Hällo".encode()),
    _webhook(hmac_secret=[SECRET]),
    _webhook(hmac_secret={"a": SECRET}),
    _webhook(hmac_secret=SECRET * 200),
    _webhook(hmac_secert=SECRET),
    _webhook(HMAC_SECRET=SECRET),
    _webhook(hmacSecret=SECRET),
    _webhook(key=SECRET),
    _webhook(hmac_algo="MD5", hmac=SECRET),
    json.dumps({"to": TO, "body": "x", "options": {"hmac_secret": SECRET}}).encode(),
    json.dumps({"to": TO, "body": "x", "options": {"push_dlr_url_auth": SECRET}}).encode(),
    json.dumps({"to": TO, "body": "x", "hmac_secret": SECRET}).encode(),
    json.dumps({"to": TO, "body": "x", "password": SECRET}).encode(),
    json.dumps({"to": TO, "body": "x", "webhook": {"secret": SECRET}}).encode(),
    json.dumps({"to": TO, "body": "x", f"hmac_secret={SECRET}": 1}).encode(),
    json.dumps({"to": TO, "body": "x", "options": f"hmac_secret={SECRET}"}).encode(),
    json.dumps({"to": f"hmac_secret={SECRET}", "body": "x"}).encode(),
    json.dumps([{"hmac_secret": SECRET}]).encode(),
    json.dumps({"to": TO, "body": "x", "options": {"webhook": SECRET}}).encode(),
    json.dumps({"to": TO, "body": "x", "options": {"webhook": [SECRET]}}).encode(),
    json.dumps(
        {"to": TO, "body": "x", "options": {"webhook": {"endpoint": f"http://me:{SECRET}@127.0.0.1:9/"}}}
    ).encode(),
    # Whatever the case of a name, it is a secret's.
    json.dumps({"to": TO, "body": "x", "PassWord": SECRET}).encode(),
    json.dumps({"to": TO, "body": "x", "Options": {"WebHook": SECRET}}).encode(),
    json.dumps({"to": TO, "body": "x", "Options": {"WebHook": [SECRET]}}).encode(),
    json.dumps({"to": TO, "body": "x", "Options": {"WEBHOOK": {"KEY": SECRET}}}).encode(),
    json.dumps({"to": TO, "body": f"HMAC SECRET: {SECRET}"}).encode(),
    GOOD[:-1],
    GOOD.upper().replace(SECRET.upper().encode(), SECRET.encode())[:-1],
    _escaped(GOOD)[:-1],
    GOOD.replace(b'"', b"'"),
    b'{"to": "x", options: {webhook: {hmac_secert: "' + SECRET.encode() + b'"}}}',
    GOOD.replace(b'"hmac_secret"', b'"hmac_secret": 1, "hmac_secret"'),
    GOOD.decode().encode("utf-16"),
    GOOD.decode().encode("utf-16-le"),
    GOOD + b"\xff",
    f"to={TO}&body=x&options.webhook.hmac_secret={SECRET}".encode(),
    f"to={TO}&options%5Bwebhook%5D%5Bhmac%5Fsecr%65t%5D={SECRET}".encode(),
]
QUERIES = [
    f"to=x&options.webhook.hmac_secret={SECRET}",
    f"to=x&options.webhook.hmac%5Fsecr%65t={SECRET}",
    f"to=x&options%255Bwebhook%255D%255Bhmac%255Fsecr%2565t%255D={SECRET}",
    f"options.webhook.hmac_secret={SECRET}&to=100%",
    f"options.webhook.hmac_secret={SECRET}%",
    f"options={quote(json.dumps({'webhook': {'hmac_secret': SECRET}}))}",
    f"options.webhook={SECRET}",
    f"options.hmac_secert={SECRET}",
    f"password={SECRET}&login=me",
    f"PASSWORD={SECRET}&login=me",
    f"OPTIONS.WEBHOOK={SECRET}",
    f"Options.WebHook.Key={SECRET}",
    f"hmac_secret:{SECRET}",
    f"options.webhook.endpoint=http%3A%2F%2Fme%3A{SECRET}%40host%2F",
    f"to=x%2526hmac_secret%253D{SECRET}",
]


def _told(client: Client) -> str:
    """Give all that the journal of an account tells, in every way in which it can be asked."""
    pages = [ask(client).body, ask(client, refused="true").body]
    single = [ask(client, f"/{each['id']}").body for each in listed(client)]
    verified = [
        ask(client, "/verify", times=99, **criteria).body
        for criteria in (
            {},
            {"to": TO},
            {"text": "no such text"},
            {"hash": "x"},
            {"rule": "sender"},
            {"from_": "x"},
        )
    ]
    return b"\n".join([*pages, *single, *verified]).decode()


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_bodies(client: Client, body: bytes) -> None:
    client.post_raw(body)
    client.post_raw(body, {"Content-Type": "application/x-www-form-urlencoded"})
    exchange(client, "POST", RPC_PATH, body, JSON_TYPE)
    told = _told(client)
    assert len(listed(client)) == 3
    assert SECRET not in told
    assert "left out" in told or "\\u0000" in told or "…@" in told


@pytest.mark.parametrize("options", [json.loads(each) for each in BODIES[:13]], ids=range(13))
def test_json_rpc(client: Client, options: dict[str, object]) -> None:
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "sms.send",
        "params": ["", TO, "x", options.get("options", options)],
    }
    exchange(client, "POST", RPC_PATH, json.dumps(call).encode(), JSON_TYPE)
    assert SECRET not in _told(client)


def test_subscription_by_json_rpc(client: Client) -> None:
    target = [URL.replace("://", f"://me:{SECRET}@"), {"hmac_secret": SECRET}]
    call = {"jsonrpc": "2.0", "id": 1, "method": "webhooks.subscribe", "params": ["sms.mo", *target]}
    assert b'"result"' in exchange(client, "POST", RPC_PATH, json.dumps(call).encode(), JSON_TYPE)[1]
    (found,) = listed(client)
    assert (found["operation"], found["refused"], found["parameters"]["type"]) == (None, False, "sms.mo")
    assert SECRET not in _told(client)


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_queries_and_paths(client: Client, query: str) -> None:
    for target in ("/rest/v1.1/sms/send", "/rest/v1.1/sms", "/rest/v1.1/sms/8242D945", "/nothing"):
        exchange(client, "GET", f"{target}?{query}")
    exchange(client, "GET", f"/rest/v1.1/sms/{quote('?' + query, safe='')}")
    exchange(client, "GET", f"/rest/v1.1/sms/send{quote('?' + query, safe='/')}/x")
    assert len(listed(client)) == 6
    assert SECRET not in _told(client)


def test_headers(client: Client) -> None:
    headers = {"Cookie": SECRET, "X-Api-Key": SECRET, "Proxy-Authorization": SECRET, "X-Anything": SECRET}
    client.post_raw(GOOD, JSON_TYPE | headers | {"User-Agent": f"x password={SECRET}"})
    assert SECRET not in _told(client)


def test_a_text_that_speaks_of_secrets_is_shown(client: Client) -> None:
    client.send(body="The password is a secret, use your token")
    assert "The password is a secret, use your token" in _told(client)


def test_passwords_log_and_repr(tmp_path: Path) -> None:
    """Right and wrong passwords, through both doors, with every request logged."""
    flags = ("--database", ":memory:", "--account", f"me:{SECRET}", "--log-level", "info")
    with running(tmp_path / "log", *flags, "--admin-token", "an-admin-token") as process:
        me, admin = (
            Client(process.url, basic(f"me:{SECRET}")),
            Client(process.url, {"Authorization": "Bearer an-admin-token"}),
        )
        me.post_raw(GOOD)
        me.refuse(to=f"hmac_secret={SECRET}")
        of(me, SECRET).post_raw(GOOD)
        for headers in (basic(f"me:x{SECRET}"), basic(f"{SECRET}:x"), {"Authorization": f"Bearer {SECRET}"}):
            exchange(me, "POST", RPC_PATH, GOOD, JSON_TYPE | headers)
            exchange(me, "GET", "/rest/v1.1/sms", headers=headers)
        assert SECRET not in _told(me)
        assert SECRET not in _told(admin)
        assert len(listed(admin)) == 7
        process.stop()
    assert SECRET not in (tmp_path / "log").read_text()


def test_repr(client: Client) -> None:
    from callr_sms_emulator import SystemClock  # noqa: PLC0415 - of this test alone

    client.post_raw(GOOD)
    journal = RequestRecorder(SystemClock(), 1)

    async def receive() -> dict[str, object]:
        raise AssertionError("nothing is read")

    scope = {"method": "POST", "raw_path": SECRET.encode(), "query_string": SECRET.encode(), "headers": []}
    request: Request[Account] = Request(scope, receive)
    journal.record(request, None)
    assert SECRET not in repr(request)
    assert repr(journal.nobody) == "<1 requests>"
