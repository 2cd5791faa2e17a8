"""Runs that cannot judge a server, or not any more: they say why, and keep what they found."""

import dataclasses
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from callr_sms_contract import Settings, events, run_suite
from callr_sms_contract.cli.commands import main
from callr_sms_contract.oracle import Exchange
from callr_sms_contract.oracle.verdict import Verdict
from callr_sms_contract.phases.watch import Watch
from callr_sms_contract.reports import conclusion
from callr_sms_contract.results import Record
from callr_sms_contract.settings import SettingError
from callr_sms_contract.wire import Client, messages
from callr_sms_contract.wire.pace import wait_of
from mutants.messages import success
from tests.conftest import RunningEmulator
from tests.contract_tests.clocks import control
from tests.contract_tests.lying_proxy import Proxy, Request, Response

NONE = b'{"status": "error", "data": {"code": 404, "message": "PROPERTY_VALUE_ERROR [id]: no such SMS"}}'
REFUSED = b'{"status": "error", "data": {"code": 401, "message": "UNAUTHORIZED", "data": null}}'
JSON = (("content-type", "application/json"),)


@contextmanager
def _saying(status: int, body: bytes, **headers: str) -> Iterator[str]:
    """A server with one response to everything; yields its URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response_only(status)
            for name, value in {"content-length": str(len(body)), **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("status", "body", "headers", "expected"),
    [
        (302, b"", {"location": "https://elsewhere.example/login"}, "redirects only (302 to 'https://els"),
        (200, b"<html>log in</html>", {"content_type": "text/html"}, "200 and 'text/html'"),
        (502, b"bad gateway", {"content_type": "text/plain"}, "502 and 'text/plain'"),
        (
            404,
            b'{"error": "no such page"}',
            {"content_type": "application/json"},
            "such as http://127.0.0.1:",
        ),
    ],
)
def test_what_is_not_the_api_is_2_one_line_and_a_report(  # noqa: PLR0913, PLR0917 - a response has parts
    status: int,
    body: bytes,
    headers: dict[str, str],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CALLR_LOGIN", "x")
    monkeypatch.setenv("CALLR_PASSWORD", "y")
    report = tmp_path / "report.xml"
    with _saying(status, body, **headers) as url:
        monkeypatch.setattr(sys, "argv", ["program", "--base-url", url, "--junit", str(report)])
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == 2
    output = capsys.readouterr()
    assert output.err.startswith("callr-sms-contract: --base-url: ")
    assert output.err.count("\n") == 1
    assert expected in output.err
    assert len(output.out.splitlines()) <= 3
    assert "incomplete: --base-url" in report.read_text("utf-8")


def test_the_path_of_the_api_is_missing(emulator: RunningEmulator, settings: Settings) -> None:
    root = emulator.base_url.removesuffix("/rest/v1.1")
    record = run_suite(dataclasses.replace(settings, base_url=root)).record
    assert record.stopped.endswith(f"expected the URL with the path of the API, such as {emulator.base_url}")
    assert not record.total


class _Turning:
    """A proxy that is right for some requests with an SMS, and then turns."""

    def __init__(self, settings: Settings, right: int = 60) -> None:
        self.settings, self.right, self.turned = settings, right, 0
        self.proxy = Proxy(settings.base_url, self.before, self.after)

    def is_over(self) -> bool:
        return len(self.proxy.asked) > self.right

    def before(self, asked: Request) -> Request:
        return asked

    def after(self, told: Response, _: Request) -> Response:
        return told

    def record(self, phase: str = "account", *operations: str) -> Record:
        """Return the record of a run through it."""
        with self.proxy.listening() as proxy:
            chosen = dataclasses.replace(
                self.settings,
                base_url=proxy.base_url,
                phases=(phase,),
                operations=operations or ("sendSms", "getSms"),
                profile=dataclasses.replace(self.settings.profile, account_calls=300),
            )
            return run_suite(chosen).record


class _Dying(_Turning):
    def before(self, asked: Request) -> Request:
        if self.is_over():
            raise ConnectionAbortedError
        return asked


def test_a_server_that_dies_is_no_broken_contract(settings: Settings) -> None:
    dying = _Dying(settings)
    record = dying.record()
    assert record.stopped.startswith("the server at 'http://127.0.0.1:")
    assert "no longer responds" in record.stopped
    assert record.faults == ()
    assert 50 < record.total < 70
    assert conclusion(record).startswith("incomplete, the server at")
    assert not record.is_complete
    assert len(dying.proxy.asked) < 90  # a few attempts, not thousands


class _DyingLiar(_Dying):
    def after(self, told: Response, _: Request) -> Response:
        return Response(418, told.headers, told.body) if told.status == 404 else told


def test_what_was_found_before_the_end_is_reported(settings: Settings) -> None:
    record = _DyingLiar(settings, 150).record()
    assert record.stopped
    assert {fault.status for fault in record.faults} == {418}
    assert "the contract is broken in" in conclusion(record)


class _Revoking(_Turning):
    def after(self, told: Response, _: Request) -> Response:
        return Response(401, JSON, REFUSED) if self.is_over() else told


def test_credentials_that_stop_being_accepted_are_no_broken_contract(settings: Settings) -> None:
    record = _Revoking(settings).record()
    assert record.stopped.startswith("the server no longer accepts CALLR_LOGIN and CALLR_PASSWORD (401)")
    assert record.faults == ()


def test_what_is_judged_late_says_nothing_of_what_came_after_it() -> None:
    """As the requests that checks of schemathesis make, which are judged when its scenario has ended."""
    passed: list[events.Event] = []
    watch = Watch(passed.append, lambda _silent: "gone")
    valid, late, other = (messages.Request("GET", f"http://127.0.0.1:1/{number}") for number in range(3))

    def record(request: messages.Request, status: int, moment: float) -> None:
        response, timing = messages.Response(status, {}, b"{}"), messages.Timing(moment, moment)
        exchange = Exchange(request, response, Verdict(frozenset({200}), ""), timing=timing)
        watch.emit(events.ExchangeRecorded(exchange))

    def fail(request: messages.Request) -> None:
        failure = events.Failure("listSms", "verdict_on_the_wire", "wrong", "", (request,), 401, "")
        watch.emit(events.FailureFound("wrong", failure))

    record(valid, 401, 2)
    record(late, 200, 1)
    fail(valid)
    record(late, 401, 3)
    record(other, 401, 4)
    assert watch.reason == "gone"
    record(other, 302, 5)  # that of a check, after the end
    fail(other)
    assert not any(isinstance(event, events.FailureFound) for event in passed)


class _Replaced(_Turning):
    page = Response(200, (("content-type", "text/html"),), b"<html>maintenance</html>")

    def after(self, told: Response, _: Request) -> Response:
        return self.page if self.is_over() else told


class _Replaced502(_Replaced):
    page = Response(502)


@pytest.mark.parametrize(
    ("kind", "expected"), [(_Replaced, "200 and 'text/html'"), (_Replaced502, "502 and 'no content type'")]
)
def test_a_gateway_in_place_of_the_api_is_no_broken_contract(
    kind: type[_Replaced], expected: str, settings: Settings
) -> None:
    record = kind(settings).record()
    assert expected in record.stopped
    assert record.faults == ()


class _Restarting(_Turning):
    def before(self, asked: Request) -> Request:
        if self.is_over() and not self.turned:
            self.turned += 1
            control(self.settings.base_url, "reset")
            raise ConnectionAbortedError
        return asked


def test_a_restart_that_loses_sms_is_no_broken_contract(settings: Settings) -> None:
    record = _Restarting(settings).record()
    assert "no longer has the SMS that were sent before" in record.stopped
    assert record.faults == ()


class _Emptied(_Turning):
    """Loses all of its SMS at once, and goes on as if nothing had happened."""

    def before(self, asked: Request) -> Request:
        if self.is_over() and not self.turned:
            self.turned += 1
            control(self.settings.base_url, "reset")
        return asked


@pytest.mark.parametrize(("phase", "right"), [("account", 60), ("account", 150), ("stateful", 70)])
def test_a_server_that_is_emptied_is_no_broken_contract(phase: str, right: int, settings: Settings) -> None:
    emptied = _Emptied(settings, right)
    record = emptied.record(phase)
    assert emptied.turned
    assert "forgot everything: it was emptied or restarted during the run" in record.stopped
    assert (record.faults, record.errors) == ((), ())
    assert not any(row.failed for row in record.checks)
    assert not any(row.broken for row in record.rules if row.rule == "sent-is-found")
    assert conclusion(record).startswith("incomplete, the server at")


class _EmptiedEarly(_Turning):
    """Loses everything when it has shown some SMS."""

    def __init__(self, settings: Settings, shown: int, *, others: bool) -> None:
        super().__init__(settings)
        self.shown, self.left = set[str](), shown
        if others:
            with closing(Client(settings.base_url, settings.login, settings.password)) as client:
                client.send("POST", "/sms", document={"to": "+33639981234", "body": "of somebody else"})

    def after(self, told: Response, asked: Request) -> Response:
        if asked.operation == "getSms" and told.status == 200 and not self.turned:
            self.shown.add(asked.hash)
            if len(self.shown) == self.left:
                self.turned += 1
                control(self.settings.base_url, "reset")
        return told


@pytest.mark.parametrize("others", [False, True])
@pytest.mark.parametrize("shown", [1, 2])
def test_a_server_that_is_emptied_early_is_no_broken_contract(
    shown: int, settings: Settings, *, others: bool
) -> None:
    emptied = _EmptiedEarly(settings, shown, others=others)
    record = emptied.record("account", "sendSms", "getSms", "listSms")
    assert emptied.turned
    assert "forgot everything: it was emptied or restarted during the run" in record.stopped
    assert (record.faults, record.errors) == ((), ())


class _LosingEarly(_EmptiedEarly):
    """Loses only the SMS that it has shown."""

    def after(self, told: Response, asked: Request) -> Response:
        if asked.operation == "getSms" and asked.hash in self.shown and len(self.shown) >= self.left:
            return Response(404, JSON, NONE)
        if isinstance(told.result, list) and len(self.shown) >= self.left:
            told = success([sms for sms in told.result if sms["hash"] not in self.shown])
        if asked.operation == "getSms" and told.status == 200:
            self.shown.add(asked.hash)
        return told


class _LosingFirst(_LosingEarly):
    """Loses one SMS when others have been sent."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, 1, others=False)
        self.sent = 0

    def after(self, told: Response, asked: Request) -> Response:
        self.sent += isinstance(told.result, str)
        return super().after(told, asked) if self.sent > 2 else told


@pytest.mark.parametrize(
    "make",
    [
        lambda settings: _LosingEarly(settings, 1, others=True),
        lambda settings: _LosingEarly(settings, 1, others=False),
        _LosingFirst,
    ],
)
def test_a_server_that_loses_single_sms_early_is_a_failure(
    make: Callable[[Settings], _LosingEarly], settings: Settings
) -> None:
    record = make(settings).record("account", "sendSms", "getSms", "listSms")
    assert record.stopped == ""
    assert "sent-is-found" in {fault.rule for fault in record.faults}


class _TwoBackEnds(_Turning):
    """Every other read comes from a back end without the SMS of the run."""

    def after(self, told: Response, asked: Request) -> Response:
        self.turned += asked.operation == "getSms"
        return Response(404, JSON, NONE) if asked.operation == "getSms" and self.turned % 2 else told


def test_back_ends_with_different_data_are_a_failure_that_a_note_explains(settings: Settings) -> None:
    record = _TwoBackEnds(settings).record()
    assert record.stopped == ""
    assert "sent-is-found" in {fault.rule for fault in record.faults}
    (note,) = [note for note in record.notes if note.startswith("account: ")]
    assert note.endswith("as behind a load balancer whose back ends do not have the same data")


class _Forgetful(_Turning):
    """Keeps only the newest SMS."""

    kept = 5

    def __init__(self, settings: Settings, right: int = 60) -> None:
        super().__init__(settings, right)
        self.sent: list[str] = []

    def after(self, told: Response, asked: Request) -> Response:
        if isinstance(told.result, str):
            self.sent.append(told.result)
        gone = set(self.sent[: -self.kept])
        if asked.operation == "getSms" and asked.hash in gone:
            return Response(404, JSON, NONE)
        if isinstance(told.result, list):
            return success([sms for sms in told.result if sms["hash"] not in gone])
        return told


class _ForgettingAfterARead(_Forgetful):
    """Shows each SMS once."""

    def after(self, told: Response, asked: Request) -> Response:
        if asked.operation == "getSms" and asked.hash in self.sent:
            return Response(404, JSON, NONE)
        if isinstance(told.result, list):
            return success([sms for sms in told.result if sms["hash"] not in self.sent])
        if asked.operation == "getSms" and isinstance(told.result, dict):
            self.sent.append(asked.hash)
        return told


@pytest.mark.parametrize("kind", [_Forgetful, _ForgettingAfterARead])
def test_a_server_that_loses_sms_again_and_again_is_a_failure(
    kind: type[_Forgetful], settings: Settings
) -> None:
    record = kind(settings).record()
    assert record.stopped == ""
    assert "sent-is-found" in {fault.rule for fault in record.faults}


class _Hiccuping(_Turning):
    """Drops more requests than can be accidents, never three in a row."""

    def before(self, asked: Request) -> Request:
        self.turned += self.is_over()
        if self.turned % 4 == 1:
            raise ConnectionAbortedError
        return asked


def test_a_hiccup_is_a_failure_and_no_death(settings: Settings) -> None:
    record = _Hiccuping(settings).record()
    assert record.stopped == ""
    assert {fault.check for fault in record.faults} == {"every_request_is_answered"}
    assert record.total > 300


class _CutOff(_Turning):
    """Closes the connection before the end of each result."""

    def after(self, told: Response, _: Request) -> Response:
        return replace(told, length=len(told.body) + 1) if told.status == 200 else told


def test_results_that_are_cut_off_are_failures_of_a_server_that_is_there(settings: Settings) -> None:
    record = _CutOff(settings, 0).record()
    assert record.stopped == ""
    assert {fault.check for fault in record.faults} == {"every_request_is_answered"}


class _Away(_Turning):
    attempts = 2

    def before(self, asked: Request) -> Request:
        if self.is_over() and self.turned < self.attempts:
            # Other requests are no tests: they only check whether the server is back.
            self.turned += asked.operation not in {"sendSms", "getSms"}
            raise ConnectionAbortedError
        return asked


class _AwayForTheEngine(_Away):
    attempts = 3  # those of schemathesis


@pytest.mark.parametrize(("kind", "phase"), [(_Away, "account"), (_AwayForTheEngine, "examples")])
def test_a_restart_that_keeps_sms_is_no_broken_contract(
    kind: type[_Away], phase: str, settings: Settings
) -> None:
    record = kind(settings).record(phase)
    assert "was away for a moment, as during a restart" in record.stopped
    assert record.faults == ()
    assert record.total < 80


class _PageForOne(_Turning):
    def after(self, told: Response, asked: Request) -> Response:
        page = Response(200, (("content-type", "text/html"),), b"<html>no such SMS</html>")
        return page if told.status == 404 and asked.operation == "getSms" else told


def test_a_page_for_one_kind_of_request_is_a_failure(settings: Settings) -> None:
    record = _PageForOne(settings).record()
    assert record.stopped == ""
    assert any(fault.answer.startswith("<html>") for fault in record.faults)


# --- rate limits ----------------------------------------------------------------------------------------


class _Limiting(_Turning):
    """Responds with 429 to every other request; that of a second attempt is right."""

    seconds = "0"
    status = 429

    def after(self, told: Response, _: Request) -> Response:
        self.turned += 1
        if self.is_over() and self.turned % 2:
            return Response(self.status, (*JSON, ("retry-after", self.seconds)), b"{}")
        return told


class _Busy(_Limiting):
    status = 503


@pytest.mark.parametrize("kind", [_Limiting, _Busy])
def test_a_rate_limit_is_no_failure_and_no_send_is_repeated(
    kind: type[_Limiting], settings: Settings
) -> None:
    limiting = kind(settings)
    record = limiting.record()
    assert (record.faults, record.errors, record.stopped) == ((), (), "")
    assert not record.is_complete  # some sends were not judged
    (counted,) = [note for note in record.notes if "responses asked to wait" in note]
    assert f"with {kind.status} and Retry-After), 0.0 s in all; that is no failure" in counted
    assert any("requests were not judged" in note for note in record.notes)
    sends = sum(row.count for row in record.requests if row.operation == "POST /sms")
    assert sum(asked.method == "POST" for asked in limiting.proxy.asked) == sends
    # Reads were made again: there are more of them than the run counts.
    assert len(limiting.proxy.asked) > record.total + 20


def test_schemathesis_blames_no_rate_limit_either(settings: Settings) -> None:
    limiting = _Limiting(settings, 0)
    with limiting.proxy.listening() as proxy:
        chosen = dataclasses.replace(
            settings, base_url=proxy.base_url, phases=("examples",), operations=("sendSms", "listSms")
        )
        record = run_suite(chosen).record
    assert record.faults == ()
    assert any("responses asked to wait" in note for note in record.notes)


class _LimitingForAnHour(_Limiting):
    seconds = "3600"


def test_a_wait_that_is_too_long_ends_the_run(settings: Settings) -> None:
    record = _LimitingForAnHour(settings).record()
    assert record.stopped.startswith("the server limits requests (429) and asks to wait 3,600 seconds")
    assert record.faults == ()


class _LimitingAlways(_Turning):
    def after(self, _told: Response, _: Request) -> Response:
        return Response(429, (*JSON, ("retry-after", "0")), b"{}")


def test_a_server_that_limits_everything_does_not_hold_the_contract(settings: Settings) -> None:
    record = _LimitingAlways(dataclasses.replace(settings, max_seconds=4)).record()
    assert record.stopped.startswith("the server responded to every request with 429 or 503")
    assert not record.holds


def test_a_run_is_no_faster_than_its_rate(settings: Settings) -> None:
    turning = _Turning(dataclasses.replace(settings, rate=150))
    record = turning.record()
    assert record.total >= 300
    assert record.seconds > (len(turning.proxy.asked) - 1) / 150 - 0.1


@pytest.mark.parametrize("rate", [0, -1, float("inf"), float("nan")])
def test_a_rate_is_a_positive_number(rate: float, settings: Settings) -> None:
    with pytest.raises(SettingError, match=r"^--rate: .* is not a rate; expected requests per second"):
        dataclasses.replace(settings, rate=rate)


@pytest.mark.parametrize(
    ("status", "value", "expected"),
    [
        (429, "7", 7),
        (503, " 0 ", 0),
        (503, "Thu, 01 Jan 1970 00:00:00 GMT", 0),
        (429, "9" * 400, float("inf")),
        (429, "soon", None),
        (429, "", None),
        (429, "-1", None),
        (500, "7", None),
        (200, "7", None),
    ],
)
def test_how_long_a_response_asks_to_wait(status: int, value: str, expected: float | None) -> None:
    assert wait_of(status, {"retry-after": value}) == expected


def test_a_date_to_wait_for_is_seconds_from_now() -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 50 < (wait_of(429, {"retry-after": moment}) or 0) <= 60
