"""The responses of faults, byte by byte, over plain sockets."""

import http.client
import json
import logging
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest

from callr_sms_emulator import Config, SqliteStore, create_app
from callr_sms_emulator._engine import sms_service
from tests.emulator.faults.raw import SMS, Seen, connect, exchange, read_all, write_request
from tests.emulator.support import TIMEOUT, Client, serving

OPERATIONS = {
    "sendSms": ("POST", "/sms", SMS),
    "sendSmsByQuery": ("GET", "/sms/send?to=%2B33612345678&body=Hello", None),
    "getSms": ("GET", "/sms/HASH", None),
    "listSms": ("GET", "/sms?type=OUT&from=2000-01-01+00:00:00&to=2100-01-01+00:00:00", None),
}


def ask(account: Client, fault: str | None, operation: str = "sendSms") -> Seen:
    method, path, body = OPERATIONS[operation]
    return exchange(account, write_request(account, fault, path, body, method))


def kept(account: Client) -> int:
    return len(account.find())


@pytest.mark.parametrize(("when", "sms"), [("before", 0), ("after", 1)])
def test_a_status_comes_before_the_operation_or_after_it(account: Client, when: str, sms: int) -> None:
    seen = ask(account, f"status=503; when={when}; message=come back; header.Retry-After=7")
    assert seen.head.startswith(b"http/1.1 503 service unavailable\r\n")
    assert b"\r\nretry-after: 7\r\n" in seen.head
    assert b"\r\nx-emulator-fault: request\r\n" in seen.head
    assert json.loads(seen.body) == {"status": "error", "data": {"code": 503, "message": "come back"}}
    assert kept(account) == sms


@pytest.mark.parametrize("status", [200, 301, 401, 404, 418, 429, 451, 500, 502, 503, 504, 599])
def test_any_status_has_the_envelope_of_a_failure(account: Client, status: int) -> None:
    seen = ask(account, f"status={status}")
    assert seen.head.startswith(f"http/1.1 {status} ".encode())
    envelope = json.loads(seen.body)
    assert (envelope["status"], envelope["data"]["code"]) == ("error", status)
    assert envelope["data"]["message"].startswith("FAULT_INJECTED [fault]: ")
    assert (b"\r\nwww-authenticate: basic" in seen.head) == (status == 401)


@pytest.mark.parametrize("status", [204, 205, 304])
def test_a_status_without_a_body_has_none(account: Client, status: int) -> None:
    seen = ask(account, f"status={status}")
    assert (seen.body, b"content-type" in seen.head) == (b"", False)
    assert (b"content-length" in seen.head) == (status == 205)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("door", ["rule", "header"])
def test_each_operation_meets_its_fault(account: Client, operation: str, door: str) -> None:
    rule = account.set("/faults", operation=operation, status=500)["id"] if door == "rule" else "request"
    seen = ask(account, "status=500" if door == "header" else None, operation)
    assert f"\r\nx-emulator-fault: {rule}\r\n".encode() in seen.head
    account.control("DELETE", "/faults")
    assert kept(account) == 0


def test_a_fault_of_a_long_list_leaves_nothing_of_it_out(
    account: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read in parts, and a fault is of the whole."""
    monkeypatch.setattr(sms_service, "_MOST_LISTED", 2)
    sent = [account.send() for _ in range(5)]
    seen = ask(account, "delay=0.001", "listSms")
    assert sorted(each["hash"] for each in json.loads(seen.body)["data"]) == sorted(sent)


@pytest.mark.parametrize(("cut", "expected"), [("0", 0), ("10", 10), ("50%", 19), ("100%", 37), ("999", 37)])
@pytest.mark.parametrize("end", ["", "; reset"])
def test_a_body_is_cut_and_never_whole(account: Client, cut: str, expected: int, end: str) -> None:
    seen = ask(account, f"cut={cut}{end}")
    assert seen.head.startswith(b"http/1.1 200 ok\r\n")
    assert seen.length == 38
    assert seen.body.startswith(b'{"status":"success","data":"'[:expected])
    assert len(seen.body) == expected
    assert seen.was_reset == bool(end)
    assert kept(account) == 1, "there is a body to cut only once the operation was done"


def test_the_answer_of_a_status_is_cut_too(account: Client) -> None:
    seen = ask(account, "status=503; cut=5")
    assert (seen.body, seen.length > 5, kept(account)) == (b'{"sta', True, 0)


@pytest.mark.parametrize(("when", "sms"), [("before", 0), ("after", 1)])
def test_a_connection_is_reset(account: Client, when: str, sms: int) -> None:
    assert ask(account, f"reset; when={when}") == Seen(b"", was_reset=True)
    assert kept(account) == sms


@pytest.mark.parametrize(("when", "sms"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize(
    ("kind", "content_type"),
    [
        ("html", b"text/html; charset=utf-8"),
        ("empty", b"application/json"),
        ("truncated_json", b"application/json"),
        ("other_json", b"application/json"),
        ("wrong_type", b"application/json"),
        ("not_utf8", b"application/json"),
    ],
)
def test_garbage_is_no_answer_of_the_api(
    account: Client, kind: str, content_type: bytes, when: str, sms: int
) -> None:
    seen = ask(account, f"garbage={kind}; when={when}")
    assert seen.head.startswith(b"http/1.1 200 ok\r\n")
    assert b"\r\ncontent-type: " + content_type + b"\r\n" in seen.head
    assert not _is_answer(seen.body)
    assert kept(account) == sms


def _is_answer(body: bytes) -> bool:
    try:
        envelope = json.loads(body.decode())
    except ValueError:
        return False
    return envelope.get("status") == "success" and isinstance(envelope["data"], str)


def test_garbage_may_have_a_status_and_a_type_of_its_own(account: Client) -> None:
    seen = ask(account, "garbage=html; status=502; header.content-type=text/plain")
    assert seen.head.startswith(b"http/1.1 502 bad gateway\r\n")
    assert seen.head.count(b"content-type: ") == 1
    assert b"content-type: text/plain\r\n" in seen.head


def test_garbage_may_be_no_http_at_all(account: Client) -> None:
    seen = ask(account, "garbage=bytes; when=after")
    assert b"HTTP/1.1" not in seen.data
    assert (len(seen.data) > 10, seen.was_reset, kept(account)) == (True, False, 1)


def test_a_connection_goes_on_after_a_fault_that_is_http(account: Client) -> None:
    with connect(account) as connection:
        first = write_request(account, "status=500").replace(b"Connection: close\r\n", b"")
        connection.sendall(first + write_request(account))
        seen = read_all(connection)
    assert (seen.data.count(b"HTTP/1.1 500 "), seen.data.count(b"HTTP/1.1 200 ")) == (1, 1)


def test_a_connection_ends_after_a_fault_that_says_so(account: Client) -> None:
    with connect(account) as connection:
        request = write_request(account, "status=500; header.connection=close")
        connection.sendall(request.replace(b"Connection: close\r\n", b"") + write_request(account))
        seen = read_all(connection)
    assert seen.head.startswith(b"http/1.1 500 ")
    assert seen.head.count(b"\r\nconnection: close") == 1
    assert (seen.data.count(b"HTTP/1.1 "), kept(account)) == (1, 0)


# --- time -----------------------------------------------------------------------------------------------


def test_a_delay_holds_an_answer_back(account: Client) -> None:
    started = time.monotonic()
    seen = ask(account, "delay=250ms")
    assert time.monotonic() - started >= 0.25
    assert seen.head.startswith(b"http/1.1 200 ok\r\n")
    assert b"\r\nx-emulator-fault: request\r\n" in seen.head
    assert kept(account) == 1


def test_a_delay_goes_with_others(account: Client) -> None:
    started = time.monotonic()
    assert ask(account, "delay=0.2; reset") == Seen(b"", was_reset=True)
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize(
    ("fault", "sms"),
    [({"delay": "1h"}, 0), ({"delay": "1h", "when": "after"}, 1), ({"silence": True}, 0)],
    ids=str,
)
@pytest.mark.parametrize("early", [False, True], ids=["leaves later", "leaves at once"])
def test_who_leaves_while_nothing_is_answered_has_left(
    account: Client, fault: dict[str, object], sms: int, *, early: bool
) -> None:
    """The operation after a delay is not performed; the connection is only closed."""
    rule = account.set("/faults", operation="sendSms", times=1, **fault)["id"]
    with connect(account) as connection:
        connection.sendall(write_request(account))
        if not early:
            _wait_until_fired(account, rule)
        connection.shutdown(socket.SHUT_WR)
        assert read_all(connection) == Seen(b"", was_reset=False)
    assert kept(account) == sms


def _wait_until_fired(account: Client, rule: int) -> None:
    deadline = time.monotonic() + TIMEOUT
    while account.control("GET", f"/faults/{rule}").data["fired"] == 0:
        assert time.monotonic() < deadline


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"delay": "1h"}, b"503"),
        ({"delay": "1h", "when": "after"}, b"200"),
        ({"silence": True, "when": "after"}, b"503"),
    ],
    ids=str,
)
def test_the_end_of_the_emulator_ends_what_is_held_back(fault: dict[str, object], status: bytes) -> None:
    store = SqliteStore(":memory:")
    seen: list[Seen] = []
    try:
        with serving(create_app(Config(), store=store)) as url:
            client = Client(url)
            connection = connect(client)
            reader = threading.Thread(target=lambda: seen.append(read_all(connection)))
            rule = client.set("/faults", **fault)["id"]
            connection.sendall(write_request(client))
            reader.start()
            _wait_until_fired(client, rule)
            started = time.monotonic()
        reader.join(TIMEOUT)
        connection.close()
    finally:
        store.close()
    assert time.monotonic() - started < 10
    assert seen[0].data.startswith(b"HTTP/1.1 " + status)


# --- what else ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ("status=99", "[status]"),
        ("status=600", "[status]"),
        ("status=abc", "[status]"),
        ("status", "[status]"),
        ("when=after", "[status]"),
        ("", "[status]"),
        ("status=500; status=501", "[status]: more than once in the header"),
        ("nonsense=1", "[nonsense]"),
        ("status=500; when=never", "[when]"),
        ("cut=5; when=before", "[when]"),
        ("cut=-1", "[cut]"),
        ("cut=101%", "[cut]"),
        ("cut=5; status=204", "[cut]"),
        ("cut=5; garbage=bytes", "[cut]"),
        ("delay=soon", "[delay]"),
        ("delay=2h", "[delay]"),
        ("silence; status=500", "[silence]"),
        ("silence; delay=1s", "[silence]"),
        ("reset; status=500", "[reset]"),
        ("reset=perhaps", "[reset]"),
        ("garbage=rubbish", '[garbage]: "rubbish": expected "bytes" or "html" or'),
        ("garbage=bytes; status=500", "[status]"),
        ("delay=1s; message=hello", "[message]"),
        ("status=204; message=hello", "[message]"),
        ("delay=1s; header.X-A=b", "[headers]"),
        ("status=500; header.Content-Length=3", "[headers]"),
        ("status=500; header.X A=3", "[headers]"),
        ("status=500; header.X-A=é", "[headers.X-A]"),
        ("status=500; header.X-A=1; header.X-A=2", "[header.X-A]"),
    ],
)
def test_a_header_that_cannot_be_read_is_refused(account: Client, fault: str, named: str) -> None:
    seen = exchange(account, write_request(account, fault))
    assert seen.head.startswith(b"http/1.1 400 ")
    message = json.loads(seen.body)["data"]["message"]
    assert message.startswith("REQUEST_FORMAT_ERROR [X-Emulator-Fault]: ")
    assert named in message
    assert kept(account) == 0


def test_the_header_counts_more_than_rules_and_needs_credentials(account: Client) -> None:
    account.set("/faults", status=500)
    assert ask(account, "status=418").head.startswith(b"http/1.1 418 ")
    assert account.control("GET", "/faults").data[0]["matched"] == 0
    stranger = Client(account.url, {"Authorization": "Basic !"})
    assert ask(stranger, "status=418").head.startswith(b"http/1.1 401 ")


def test_where_no_operation_is_nothing_goes_wrong(account: Client) -> None:
    account.set("/faults", status=500)
    assert account.request("GET", "/nowhere").status == 404
    assert account.request("PUT", "/sms").status == 405
    assert account.control("GET", "/account", headers={"X-Emulator-Fault": "reset"}).status == 200


def test_a_refused_operation_meets_a_fault_after_it_too(account: Client) -> None:
    wrong = write_request(account, "cut=20; when=after", body={"to": "nobody", "body": "Hello"})
    seen = exchange(account, wrong)
    assert (seen.head[:12], len(seen.body)) == (b"http/1.1 400", 20)


@pytest.mark.parametrize("method", ["sms.send", "sms.get", "sms.get_list"])
def test_the_other_door_meets_the_same_faults(account: Client, method: str) -> None:
    sms_hash = account.send()
    operation = {"sms.send": "sendSms", "sms.get": "getSms", "sms.get_list": "listSms"}[method]
    to = None if method == "sms.get_list" else "+33612345678"
    account.set("/faults", operation=operation, times=1, status=502, **({"to": to} if to else {}))
    span = ["OUT", "2000-01-01 00:00:00", "2100-01-01 00:00:00"]
    parameters = {"sms.send": ["", to, "Hello", None], "sms.get": [sms_hash], "sms.get_list": span}[method]
    call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
    root = Client(account.url.removesuffix("/rest/v1.1"), account.authorization)
    seen = exchange(account, _rpc(root, call))
    assert seen.head.startswith(b"http/1.1 502 ")
    assert b"result" in exchange(account, _rpc(root, call)).body
    assert exchange(account, _rpc(root, call, "reset")) == Seen(b"", was_reset=True)
    refused = exchange(account, _rpc(root, call, "status=3"))
    assert (refused.head[:12], b"X-Emulator-Fault" in refused.body) == (b"http/1.1 400", True)


def _rpc(root: Client, call: object, fault: str | None = None) -> bytes:
    return write_request(root, fault, "/json-rpc/v1.1/", call)


def test_a_fault_is_logged_without_anything_private(
    account: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "callr_sms_emulator.faults"):
        rule = account.set("/faults", to="+33612345678", status=500, message="a secret")["id"]
        ask(account, None)
    (line,) = [each.getMessage() for each in caplog.records]
    assert line == f"fault {rule} applied to sendSms: status 500, before the operation"


def test_an_application_without_its_server_says_that_it_cannot_reset() -> None:
    """Other ASGI servers do not share their connections with the application."""
    import asyncio  # noqa: PLC0415 - for this test alone

    import httpx2  # noqa: PLC0415 - as above

    async def ask_directly() -> httpx2.Response:
        store = SqliteStore(":memory:")
        transport = httpx2.ASGITransport(create_app(Config(), store=store))
        async with httpx2.AsyncClient(transport=transport, auth=("emulator", "emulator")) as client:
            answer = await client.post(
                "http://localhost/rest/v1.1/sms", json=SMS, headers={"X-Emulator-Fault": "reset; when=after"}
            )
            found = await client.get("http://localhost/_emulator/account")
        store.close()
        assert found.json()["data"]["sms"] == 0
        return answer

    answer = asyncio.run(ask_directly())
    assert (answer.status_code, answer.json()["data"]["message"][:17]) == (500, "FAULT_IMPOSSIBLE ")


def test_nothing_is_marked_where_no_fault_is(account: Client) -> None:
    connection = http.client.HTTPConnection(urlsplit(account.url).netloc, timeout=TIMEOUT)
    connection.request(
        "POST",
        "/rest/v1.1/sms",
        json.dumps(SMS),
        account.authorization | {"Content-Type": "application/json"},
    )
    response = connection.getresponse()
    connection.close()
    assert (response.status, response.headers["X-Emulator-Fault"]) == (200, None)
