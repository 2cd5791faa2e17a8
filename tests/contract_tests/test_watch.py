"""Runs that cannot judge a server, or not any more: they say why, and keep what they found."""

import dataclasses
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
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
from callr_sms_contract.wire import messages
from tests.conftest import RunningEmulator
from tests.contract_tests.lying_proxy import Request, Response
from tests.contract_tests.turning import Turning

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


class _Dying(Turning):
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


class _Revoking(Turning):
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


class _Replaced(Turning):
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


class _Hiccuping(Turning):
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


class _CutOff(Turning):
    """Closes the connection before the end of each result."""

    def after(self, told: Response, _: Request) -> Response:
        return replace(told, length=len(told.body) + 1) if told.status == 200 else told


def test_results_that_are_cut_off_are_failures_of_a_server_that_is_there(settings: Settings) -> None:
    record = _CutOff(settings, 0).record()
    assert record.stopped == ""
    assert {fault.check for fault in record.faults} == {"every_request_is_answered"}


class _Away(Turning):
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


class _PageForOne(Turning):
    def after(self, told: Response, asked: Request) -> Response:
        page = Response(200, (("content-type", "text/html"),), b"<html>no such SMS</html>")
        return page if told.status == 404 and asked.operation == "getSms" else told


def test_a_page_for_one_kind_of_request_is_a_failure(settings: Settings) -> None:
    record = _PageForOne(settings).record()
    assert record.stopped == ""
    assert any(fault.answer.startswith("<html>") for fault in record.faults)
