"""Accidents in a right run are called by their name and accuse nobody; what is systematic is a failure."""

import dataclasses
from collections.abc import Callable
from threading import Event
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from callr_sms_contract import Settings, events, run_suite, wire
from callr_sms_contract.oracle import Inspector, Judge
from callr_sms_contract.phases.accidents import Accidents
from callr_sms_contract.phases.another import another
from callr_sms_contract.reports.html import html
from callr_sms_contract.reports.junit import junit
from callr_sms_contract.reports.markdown import markdown
from callr_sms_contract.reports.review import sarif
from callr_sms_contract.reports.terminal import conclusion, summary
from callr_sms_contract.results import Record, merged, to_json
from callr_sms_contract.wire import client as wire_client
from callr_sms_contract.wire.messages import Timing
from tests.contract_tests.lying_proxy import Proxy, Request, Response

PAGE = Response(502, (("content-type", "text/html"),), b"<html>bad gateway</html>")
EMPTY = Response(504)
OURS = {"authorization": "Basic bWU6c2VjcmV0", "content-type": "application/json"}
SENDS = {"sendSms", "sendSmsByQuery"}

Lie = Callable[[Response, Request], Response]


class _Once:
    """Is wrong for the nth request of an operation whose response has a status, each time."""

    def __init__(self, response: Response, *operations: str, status: int = 200, at: int = 7) -> None:
        self.response, self.left, self.status = response, dict.fromkeys(operations, at), status
        self.hit: list[Request] = []

    def __call__(self, told: Response, asked: Request) -> Response:
        if told.status != self.status or asked.operation not in self.left:
            return told
        self.left[asked.operation] -= 1
        if self.left[asked.operation]:
            return told
        self.hit.append(asked)
        return self.response


def _run(
    settings: Settings, lie: Lie, phase: str = "account", *, calls: int = 150
) -> tuple[Record, list[Request]]:
    proxy = Proxy(settings.base_url, lie=lie)
    with proxy.listening():
        chosen = dataclasses.replace(
            settings,
            base_url=proxy.base_url,
            phases=(phase,),
            operations=("sendSms", "sendSmsByQuery", "getSms"),
            profile=dataclasses.replace(settings.profile, account_calls=calls, read_back=20),
        )
        return run_suite(chosen).record, proxy.asked


def _sent(asked: list[Request]) -> int:
    return sum(each.operation in SENDS for each in asked)


def _counted(record: Record, *labels: str) -> int:
    return sum(row.count for row in record.requests if row.operation in labels)


def test_a_page_of_a_gateway_accuses_nobody_and_no_send_is_repeated(settings: Settings) -> None:
    record, asked = _run(settings, _Once(PAGE, "sendSms", "sendSmsByQuery", "getSms"))
    assert (record.faults, record.errors, record.stopped) == ((), (), "")
    assert {(each.operation, each.what, each.count) for each in record.accidents} == {
        (label, "a response of a gateway (502, text/html)", 1)
        for label in ("POST /sms", "GET /sms/send", "GET /sms/{hash}")
    }
    assert _sent(asked) == _counted(record, "POST /sms", "GET /sms/send")
    assert record.is_complete
    assert conclusion(record).startswith("the contract holds: ")
    # Another SMS was sent in place of each, and is counted; so is the read, which was made again.
    assert sum(b"contract tests " in each.body or "contract%20tests" in each.target for each in asked) == 2
    assert not any(row.failed for row in record.checks)
    assert not any(row.status == "502" for row in record.answers)
    assert not any(row.evidence for row in record.drift)


@pytest.mark.parametrize(
    "body",
    [b'{"message": "Too Many Requests"}', b'{"status": "error", "data": {"code": 429, "message": "X"}}'],
)
def test_a_single_rate_limit_that_asks_for_no_wait_accuses_nobody(body: bytes, settings: Settings) -> None:
    limit = Response(429, (("content-type", "application/json"),), body)
    record, _ = _run(settings, _Once(limit, "sendSms", "getSms"))
    assert (record.faults, record.errors, record.stopped) == ((), (), "")
    assert {(each.operation, each.what) for each in record.accidents} == {
        (label, "a rate limit without Retry-After (429, application/json)")
        for label in ("POST /sms", "GET /sms/{hash}")
    }


class _MaintainedOnce(_Once):
    """Shows one page for an SMS; later reads of that SMS are wrong, if it lies."""

    def __init__(self, *, lies: bool) -> None:
        super().__init__(Response(200, (("content-type", "text/html"),), b"<html>soon</html>"), "getSms")
        self.lies, self.seen = lies, set[str]()

    def __call__(self, told: Response, asked: Request) -> Response:
        hit = {each.target for each in self.hit}
        if self.lies and asked.target in hit and told.status == 200:
            if asked.target in self.seen:
                return told.with_json({"status": "success", "data": {**told.result, "to": "+33639980000"}})
            self.seen.add(asked.target)
        return super().__call__(told, asked)


@pytest.mark.parametrize("lies", [False, True])
def test_a_page_with_the_right_status_is_an_accident_that_hides_no_lie(
    settings: Settings, *, lies: bool
) -> None:
    record, _ = _run(settings, _MaintainedOnce(lies=lies), calls=400)
    assert [each.what for each in record.accidents] == ["a response of a gateway (200, text/html)"]
    assert {fault.check for fault in record.faults} == ({"account_model"} if lies else set())


def test_every_report_shows_accidents_apart(settings: Settings) -> None:
    record, _ = _run(settings, _Once(EMPTY, "getSms"), calls=80)
    words = "a response of a gateway (504, no content type) to 1 request (GET /sms/{hash})"
    assert record.is_complete
    assert f"accident, no failure: {words}" in summary(record).splitlines()
    assert "accident, no failure: a response of a gateway" in markdown(record)
    assert words in html(record)
    assert words in sarif(record)
    assert '"what": "a response of a gateway (504, no content type)"' in to_json(record)
    suites = {suite.get("name"): suite for suite in ET.fromstring(junit(record))}  # noqa: S314 - our own
    (case,) = suites["not judged"]
    assert (case.get("name"), case[0].tag, case[0].get("message")) == (
        words,
        "skipped",
        "accident, no failure",
    )
    assert [each.count for each in merged([record, record]).accidents] == [2]


def test_schemathesis_accuses_nobody_either(settings: Settings) -> None:
    once = _Once(PAGE, "getSms", status=404, at=3)
    record, asked = _run(settings, once, "coverage")
    assert (record.faults, record.errors) == ((), ())
    assert [each.count for each in record.accidents] == [1]
    (hit,) = once.hit
    assert sum((each.method, each.target) == (hit.method, hit.target) for each in asked) > 1


def _unknown(told: Response, asked: Request) -> Response:
    return PAGE if told.status == 404 and asked.operation == "getSms" else told


def _unicode(told: Response, asked: Request) -> Response:
    return PAGE if told.status == 200 and asked.operation == "sendSms" and b"\\u" in asked.body else told


class _Every:
    def __init__(self, number: int) -> None:
        self.number, self.count = number, 0

    def __call__(self, told: Response, _: Request) -> Response:
        self.count += 1
        return told if self.count % self.number else PAGE


@pytest.mark.parametrize("lie", [_unknown, _unicode, _Every(20)])
def test_a_server_whose_own_errors_look_like_a_gateway_is_a_failure(lie: Lie, settings: Settings) -> None:
    record, asked = _run(settings, lie)
    assert record.stopped == ""
    assert {fault.status for fault in record.faults} == {502}
    assert "verdict_on_the_wire" in {fault.check for fault in record.faults}
    assert _sent(asked) == _counted(record, "POST /sms", "GET /sms/send")


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("POST", "/sms", '{"to": "+33639981234", "body": "caf\\u00e9", "options": null}'),
        ("POST", "/sms", '{"to": "+33639981234", "body": "café", "options": {"user_data": "x"}}'),
        ("GET", "/sms/send?to=%2B33639981234&body=x", ""),
        ("GET", "/sms/send?options.user_data=x&to=%2B33639981234&body=x", ""),
        ("GET", "/sms/send?to=%2b33639981234&body=%c3%a9&options%2euser_data=%7e", ""),
    ],
)
def test_in_place_of_a_send_another_sms_is_sent(method: str, target: str, body: str, judge: Judge) -> None:
    sent = wire.Request(method, f"http://127.0.0.1:1/rest/v1.1{target}", OURS, body.encode())
    other = another(sent, judge.verdict(sent))
    (one, _), (two, mark) = (_without_user_data(judge, each) for each in (sent, other))
    assert one == two
    assert mark.startswith("contract tests ")
    # What is written in ASCII stays so, because that may be what the server cannot read.
    assert sent.body.isascii() == other.body.isascii()


def _without_user_data(judge: Judge, request: wire.Request) -> tuple[dict[str, Any], str]:
    call = judge.verdict(request).call
    assert call is not None
    flat = {**dict(call.values), **(call.values.get("options") or {})}
    flat.pop("options", None)
    own, queried = flat.pop("user_data", ""), flat.pop("options.user_data", "")
    return flat, own or queried


@pytest.mark.parametrize("body", [b'{"to', b"[]"])
def test_what_has_to_be_rejected_is_requested_again(body: bytes, judge: Judge) -> None:
    wrong = wire.Request("POST", "http://127.0.0.1:1/rest/v1.1/sms", OURS, body)
    assert another(wrong, judge.verdict(wrong)) == wrong


def test_a_live_server_is_sent_nothing_in_place_of_a_send(judge: Judge) -> None:
    inspector, seen = Inspector(judge), list[events.Event]()
    kept = Accidents(inspector, seen.append, _never, may_send=False)
    hung, later = (
        wire.Request("POST", "http://127.0.0.1:1/rest/v1.1/sms", OURS, body)
        for body in (b'{"to": "+33639981234", "body": "x"}', b"{}")
    )
    kept.emit(events.ResponseMissed(hung, moment=1.0, waited=30.0))
    answer = wire.Response(400, {"content-type": "application/json"}, b"{}")
    kept.emit(events.ExchangeRecorded(inspector.exchange(later, answer, Timing(2.0, 3.0))))
    kept.settle()
    kept.conclude()
    assert seen[-1] == events.AccidentHappened("POST /sms", "no response in 30 s", is_judged=False)


def test_an_accident_without_credentials_belongs_to_its_operation(judge: Judge) -> None:
    """The request that is made in its place, too: that nothing came again is said of the operation."""
    seen, made = list[events.Event](), list[str]()

    def repeat(operation: str, _: wire.Request) -> bool:
        made.append(operation)
        return True

    kept = Accidents(Inspector(judge), seen.append, repeat)
    asked = wire.Request("POST", "http://127.0.0.1:1/rest/v1.1/sms", {}, b"{")
    kept.emit(events.ResponseMissed(asked, moment=1.0, waited=10.0))
    kept.settle()
    kept.conclude()
    assert made == ["POST /sms"]
    assert seen == [events.AccidentHappened("POST /sms", "no response in 10 s", is_judged=True)]


def _never(operation: str, request: wire.Request) -> bool:
    pytest.fail(f"{operation} {request}")


class _Dropping:
    """Closes the connection instead of the fourth response to each operation, or in the middle of it."""

    def __init__(self, *operations: str, cut: bool) -> None:
        self.once, self.cut = _Once(PAGE, *operations, at=4), cut

    def __call__(self, told: Response, asked: Request) -> Response:
        if self.once(told, asked) is told:
            return told
        if self.cut:
            return dataclasses.replace(told, length=len(told.body) + 1)
        raise ConnectionAbortedError


@pytest.mark.parametrize("phase", ["account", "examples"])
@pytest.mark.parametrize("cut", [False, True])
def test_a_connection_that_is_closed_once_accuses_nobody(
    phase: str, settings: Settings, *, cut: bool
) -> None:
    record, asked = _run(settings, _Dropping("sendSms", "sendSmsByQuery", cut=cut), phase)
    assert (record.faults, record.errors, record.stopped) == ((), (), "")
    assert {(each.operation, each.what, each.count) for each in record.accidents} == {
        (label, "a connection closed without a response", 1) for label in ("POST /sms", "GET /sms/send")
    }
    assert record.is_complete
    assert not any(row.failed for row in record.checks)
    assert _sent(asked) == _counted(record, "POST /sms", "GET /sms/send")


def test_a_read_whose_connection_is_closed_is_made_again(settings: Settings) -> None:
    """Twice: the first time its connection may have been idle, which is no accident."""
    drops = [_Once(PAGE, "getSms", at=number) for number in (4, 8)]

    def lie(told: Response, asked: Request) -> Response:
        hits = [drop(told, asked) is PAGE for drop in drops]
        if any(hits):
            raise ConnectionAbortedError
        return told

    record, asked = _run(settings, lie)
    assert (record.faults, record.errors, record.stopped) == ((), (), "")
    assert [(each.operation, each.count) for each in record.accidents] == [("GET /sms/{hash}", 1)]
    assert record.is_complete
    targets = [each.target for each in asked]
    assert all(targets.count(drop.hit[0].target) > 1 for drop in drops)


def _no_unicode(told: Response, asked: Request) -> Response:
    if told.status == 200 and asked.operation == "sendSms" and b"\\u" in asked.body:
        raise ConnectionAbortedError
    return told


class _NotAtFirst:
    """Drops what it has not been asked before, now and then."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, bytes]] = set()

    def __call__(self, told: Response, asked: Request) -> Response:
        key = asked.target, asked.body
        if key not in self.seen and asked.operation is not None:
            self.seen.add(key)
            if len(self.seen) % 10 == 0:
                raise ConnectionAbortedError
        return told


@pytest.mark.parametrize("phase", ["account", "examples"])
@pytest.mark.parametrize("kind", [lambda: _no_unicode, _NotAtFirst])
def test_a_server_that_drops_requests_again_and_again_is_a_failure(
    kind: Callable[[], Lie], phase: str, settings: Settings
) -> None:
    record, asked = _run(settings, kind(), phase)
    assert record.stopped == ""
    assert {fault.check for fault in record.faults} == {"every_request_is_answered"}
    assert _sent(asked) == _counted(record, "POST /sms", "GET /sms/send")


def test_a_drop_without_credentials_is_a_failure_of_its_operation(settings: Settings) -> None:
    def lie(told: Response, asked: Request) -> Response:
        if told.status == 401 and asked.method == "POST" and asked.target.endswith("/sms"):
            raise ConnectionAbortedError
        return told

    record, _ = _run(settings, lie, "coverage")
    silent = {fault.operation for fault in record.faults if fault.check == "every_request_is_answered"}
    assert silent == {"POST /sms"}


def test_the_last_send_of_its_kind_is_a_failure(settings: Settings) -> None:
    """Nothing after it shows that the server treats such a send rightly."""
    sends: list[Request] = []

    def lie(told: Response, asked: Request) -> Response:
        sends.extend([asked] * (asked.operation == "sendSmsByQuery" and told.status == 200))
        return PAGE if sends and asked.operation == "sendSmsByQuery" else told

    record, _ = _run(settings, lie, calls=60)
    assert {(fault.operation, fault.status) for fault in record.faults} == {("GET /sms/send", 502)}


class _Hanging:
    """Does not respond to one request until the run is over."""

    def __init__(self, operation: str, at: int = 5) -> None:
        self.operation, self.left, self.over = operation, at, Event()

    def __call__(self, told: Response, asked: Request) -> Response:
        if asked.operation == self.operation and told.status == 200:
            self.left -= 1
            if self.left == 0:
                self.over.wait(60)
        return told


@pytest.mark.parametrize("operation", ["getSms", "sendSms"])
def test_one_request_without_a_response_in_time_accuses_nobody(
    operation: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire_client, "_SECONDS", 3)
    hanging = _Hanging(operation)
    proxy = Proxy(settings.base_url, lie=hanging)
    with proxy.listening():
        chosen = dataclasses.replace(
            settings,
            base_url=proxy.base_url,
            phases=("account",),
            operations=("sendSms", "getSms"),
            profile=dataclasses.replace(settings.profile, account_calls=60, read_back=20),
        )
        try:
            record = run_suite(chosen).record
        finally:
            hanging.over.set()
    assert hanging.left <= 0
    assert (record.faults, record.errors, record.stopped) == ((), (), "")
    assert [(each.what, each.count) for each in record.accidents] == [("no response in 3 s", 1)]
    assert _sent(proxy.asked) == _counted(record, "POST /sms")
