"""The fixtures for pytest, as a test uses them: an account, its SMS, clock, requests, webhooks and faults."""

from datetime import timedelta

import pytest

from callr_sms_emulator_pytest import CallrEmulator, CallrEmulatorError, CallrEmulatorServer
from tests.emulator.support import JSON_TYPE, Client, basic


def client_of(account: CallrEmulator) -> Client:
    return Client(account.base_url, basic(f"{account.login}:{account.password}"))


def test_a_code_is_waited_for(callr_emulator: CallrEmulator) -> None:
    sent = client_of(callr_emulator).send(to="+447700900123", body="Your code is 482 913")
    found = callr_emulator.inbox.wait(to="+447700900123", pattern=r"\d{3} \d{3}", timeout=60)
    assert (found.sms.hash, found.sms.text, found.code) == (sent, "Your code is 482 913", "482913")
    assert (found.sms.type, found.sms.parts, found.sms.b_customer_debit) == ("OUT", 1, "7.80")


def test_what_did_not_come_is_an_error_in_the_words_of_the_emulator(callr_emulator: CallrEmulator) -> None:
    sent = client_of(callr_emulator).send()
    with pytest.raises(CallrEmulatorError, match=rf"^404: WAIT_TIMEOUT .*nearest is {sent}.*text") as caught:
        callr_emulator.inbox.wait(text="no such text", timeout=0)
    assert caught.value.status == 404


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({}, ["three", "two", "one"]),
        ({"words": "TWO"}, ["two"]),
        ({"text": "E", "limit": 1}, ["three"]),
        ({"to": "+447700900001"}, ["one"]),
        ({"from_": "Shop"}, ["two"]),
        ({"pattern": "^t"}, ["three", "two"]),
        ({"type": "IN"}, []),
        ({"status": "FAILED"}, []),
        ({"since": "2100-01-01 00:00:00"}, []),
    ],
)
def test_sms_are_searched(
    callr_emulator: CallrEmulator, criteria: dict[str, object], expected: list[str]
) -> None:
    client = client_of(callr_emulator)
    client.send(to="+447700900001", body="one")
    client.send(to="+447700900002", body="two", **{"from": "Shop"})
    client.send(to="+447700900003", body="three")
    assert [each.text for each in callr_emulator.inbox.search(**criteria)] == expected  # type: ignore[arg-type] # mixed on purpose


def test_all_are_more_than_a_page(callr_emulator: CallrEmulator) -> None:
    account = '{"kind":"account","format":1,"state":{"seed":"00112233445566778899aabbccddeeff"}}'
    client = client_of(callr_emulator)
    first = client.send(body="Hello")
    control = Client(callr_emulator.base_url.removesuffix("/rest/v1.1"), client.authorization)
    lines = control_export(callr_emulator)
    sms = next(line for line in lines if '"kind":"sms"' in line)
    callr_emulator.reset()
    many = [account, *(sms.replace(first, f"HASH{number:04}") for number in range(1001))]
    body = "".join(f"{line}\n" for line in many).encode()
    taken = control.request("POST", "/_emulator/import", body, {"Content-Type": "application/x-ndjson"})
    assert taken.data["sms"] == 1001
    assert len(callr_emulator.inbox.all()) == callr_emulator.count() == 1001


def control_export(account: CallrEmulator) -> list[str]:
    import urllib.request  # noqa: PLC0415 - of this test alone

    request = urllib.request.Request(  # noqa: S310 - our own http URL
        account.base_url.replace("/rest/v1.1", "/_emulator/export"),
        headers=basic(f"{account.login}:{account.password}"),
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
        text: str = answer.read().decode()
    return text.splitlines()


def test_somebody_writes_and_somebody_replies(callr_emulator: CallrEmulator) -> None:
    sent = client_of(callr_emulator).send(to="+447700900123", **{"from": ""})
    wrote = callr_emulator.inbox.receive(from_="+447700900124", text="Are you open today?")
    replied = callr_emulator.inbox.receive(reply_to=callr_emulator.inbox.wait(type="OUT"), text="Yes")
    assert (wrote.type, wrote.from_, wrote.text) == ("IN", "+447700900124", "Are you open today?")
    assert replied.from_ == "+447700900123"
    assert callr_emulator.inbox.search(type="IN", after=sent) == [replied, wrote]
    with pytest.raises(CallrEmulatorError, match=r"\[from\]"):
        callr_emulator.inbox.receive(text="From nobody")


def test_the_clock_stands_moves_and_runs(callr_emulator: CallrEmulator) -> None:
    clock = callr_emulator.clock
    assert f"{clock.freeze('2024-03-30 12:00:00'):%F %T %Z}" == "2024-03-30 12:00:00 UTC"
    client_of(callr_emulator).send()
    assert clock.advance(90) == clock.now()
    assert f"{clock.advance('24h'):%F %T}" == "2024-03-31 12:01:30"
    assert [each.status for each in callr_emulator.inbox.all()] == ["RECEIVED"]
    frozen = clock.freeze(clock.now())
    assert clock.advance(frozen - frozen) == frozen
    assert clock.thaw() >= frozen
    early = frozen.replace(year=999, microsecond=0)
    assert clock.freeze(early) == early
    clock.rate(100)
    assert clock.reset().year != 2024
    with pytest.raises(CallrEmulatorError, match=r"^400: PROPERTY_VALUE_ERROR \[advance\]"):
        clock.advance("a while")


def test_requests_are_listed_got_and_forgotten(callr_emulator: CallrEmulator) -> None:
    client, requests = client_of(callr_emulator), callr_emulator.requests
    sent = client.send(to="+447700900101", body="one", **{"from": "Shop"})
    client.refuse(to="0639981234")
    client.get(sent)
    assert [each.operation for each in requests.list()] == ["getSms", "sendSms", "sendSms"]
    (refused,) = requests.list(refused=True, rule="recipient", status=400, method="POST")
    assert (refused.value, refused.nearest, refused.id) == ("0639981234", "+33639981234", 2)
    assert requests.get(2) == refused
    for criteria in ({"to": "+447700900101"}, {"from_": "Shop"}, {"text": "ONE"}, {"pattern": "^o"}):
        assert [each.hash for each in requests.list(**criteria)] == [sent]  # type: ignore[arg-type] # mixed on purpose
    assert [each.id for each in requests.list(hash=sent)] == [3, 1]
    assert [each.id for each in requests.list(operation="sendSms", refused=False, limit=1)] == [1]
    assert requests.list(since="2100-01-01 00:00:00") == []
    assert "0639981234" not in repr(refused)
    requests.clear()
    assert requests.list() == []
    with pytest.raises(CallrEmulatorError, match=r"^404: .*\[id\]"):
        requests.get(2)


def test_what_was_sent_so_often_is_verified(callr_emulator: CallrEmulator) -> None:
    client, verify = client_of(callr_emulator), callr_emulator.requests.verify
    assert verify(times=0) == 0
    sent = client.send(to="+447700900101", body="Your code is 1234")
    assert verify(to="+447700900101", text="code") == 1
    with pytest.raises(AssertionError) as caught:
        verify(times=1, to="+447700900102", text="code")
    assert str(caught.value) == (
        "VERIFICATION_FAILED [requests]: 0 requests match, expected exactly 1; the nearest is request 1 "
        f"(sendSms, answered 200, {sent}), which differs in to (from character 13 on)"
    )
    client.send(to="+447700900101", body="Your code is 1234")
    assert verify(at_least=1, at_most=2, operation="sendSms", refused=False) == 2
    with pytest.raises(AssertionError, match="2 requests match, expected exactly 1; request 2 "):
        verify(to="+447700900101")
    with pytest.raises(CallrEmulatorError, match=r"^400: .*\[pattern\]"):
        verify(pattern="(")


def test_webhooks_are_subscribed_seen_resent_and_removed(
    callr_emulator: CallrEmulator, callr_emulator_server: CallrEmulatorServer
) -> None:
    hooks = callr_emulator.webhooks
    # Nobody takes it: the API of the emulator answers a POST there with a 404.
    nowhere = callr_emulator_server.base_url.replace("/rest/v1.1", "/nowhere")
    made = hooks.subscribe(nowhere, events=["sms.mt.status_update"], hmac_secret="sesame")
    assert (made.endpoint, made.events, made.signed) == (nowhere, ["sms.mt.status_update"], True)
    assert hooks.list() == [made]
    callr_emulator.clock.freeze()
    sent = client_of(callr_emulator).send()
    callr_emulator.clock.advance("7d")
    told = hooks.deliveries(sent)
    assert told
    assert {(each.state, each.tries, each.sms_hash) for each in told} == {("given_up", 10, sent)}
    assert hooks.resend(told[-1]).state == "waiting"
    hooks.remove(made)
    assert hooks.list() == []
    with pytest.raises(CallrEmulatorError, match=r"^404: "):
        hooks.remove(made)


def test_faults_are_added_counted_and_removed(callr_emulator: CallrEmulator) -> None:
    faults, client = callr_emulator.faults, client_of(callr_emulator)
    assert faults.list() == []
    fault = faults.add(
        operation=("sendSms", "sendSmsByQuery"),
        to="+4477*",
        status=404,
        message="hit",
        headers={"X-A": "b"},
        times=1,
    )
    assert (fault.matched, fault.fired, fault.left) == (0, 0, 1)
    refused = client.post({"to": "+447700900123", "body": "Hello"})
    assert (refused.status, refused.message, refused.headers["X-A"]) == (404, "hit", "b")
    assert refused.headers["X-Emulator-Fault"] == str(fault.id)
    assert (faults.get(fault).fired, faults.get(fault.id).left) == (1, 0)
    second = faults.add(header=("X-Run", "blue"), delay=timedelta(milliseconds=1), when="after")
    assert [each.id for each in faults.list()] == [fault.id, second.id]
    assert second.rule == {"header": {"name": "X-Run", "value": "blue"}, "delay": 0.001, "when": "after"}
    assert faults.remove(second) == second
    faults.clear()
    assert faults.list() == []
    with pytest.raises(CallrEmulatorError, match=r"^404: .*\[id\]"):
        faults.get(second)
    with pytest.raises(CallrEmulatorError, match=r"^400: .*\[status\]"):
        faults.add(status=99)


def test_a_fault_lasts_as_long_as_its_block(callr_emulator: CallrEmulator) -> None:
    client = client_of(callr_emulator)
    with callr_emulator.faults.adding(operation="sendSms", status=404, header="X-Run") as fault:
        client.send()
        assert client.post_raw(b"{}", {"X-Run": "blue", **JSON_TYPE}).status == 404
        assert callr_emulator.faults.get(fault).fired == 1
    assert callr_emulator.faults.list() == []
    with callr_emulator.faults.adding(silence=True):
        callr_emulator.reset()
    client.send()


def test_faults_of_a_test_are_of_no_other(
    callr_emulator: CallrEmulator, callr_emulator_server: CallrEmulatorServer
) -> None:
    callr_emulator.faults.add(reset=True)
    client_of(callr_emulator_server.new_account()).send()


def test_events_meet_faults(
    callr_emulator: CallrEmulator, callr_emulator_server: CallrEmulatorServer
) -> None:
    nowhere = callr_emulator_server.base_url.replace("/rest/v1.1", "/nowhere")
    callr_emulator.webhooks.subscribe(nowhere)
    callr_emulator.clock.freeze()
    client_of(callr_emulator).send()
    sms = callr_emulator.inbox.wait().sms
    fault = callr_emulator.faults.add(
        webhook="lose", event=["sms.mt.status_update"], sms=sms, sms_status="SENT"
    )
    callr_emulator.clock.advance("4s")
    assert {each.data["status"]: each.state for each in callr_emulator.webhooks.deliveries(sms)}[
        "PENDING"
    ] == "waiting"
    callr_emulator.clock.advance("2d")
    lost = callr_emulator.webhooks.deliveries(sms)[1]
    assert (lost.state, lost.attempts[0]["fault"]) == ("lost", {"id": fault.id, "webhook": "lose"})


def test_nothing_private_is_in_a_repr(callr_emulator: CallrEmulator) -> None:
    client_of(callr_emulator).send(to="+447700900123", body="Your code is 482 913")
    found = callr_emulator.inbox.wait()
    hook = callr_emulator.webhooks.subscribe("http://127.0.0.1:9/callr", hmac_secret="sesame")
    shown = repr([callr_emulator, callr_emulator._control, found, hook])  # noqa: SLF001 - what --showlocals may show
    assert found.sms.hash in shown
    for secret in (callr_emulator.password, "447700900123", "482", "sesame"):
        assert secret not in shown


def test_accounts_of_one_server_do_not_see_each_other(
    callr_emulator: CallrEmulator, callr_emulator_server: CallrEmulatorServer
) -> None:
    second = callr_emulator_server.new_account()
    client_of(second).send()
    assert (callr_emulator.count(), second.count()) == (0, 1)
    assert callr_emulator.login != second.login


def test_an_emulator_that_is_gone_is_a_clear_error() -> None:
    gone = CallrEmulatorServer("http://127.0.0.1:1/rest/v1.1").new_account()
    with pytest.raises(CallrEmulatorError, match=r"emulator at http://127\.0\.0\.1:1/.* does not respond"):
        gone.count()
