"""Right servers that behave unlike the emulator: none of them is accused."""

import dataclasses
import gzip
import json
import socket
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
import requests

from callr_sms_contract import Settings, run_suite
from callr_sms_contract.oracle.event_rules import _as_read
from callr_sms_contract.oracle.request_rules import KEPT
from callr_sms_contract.oracle.sms import Sms
from callr_sms_contract.oracle.sms_rules import SMS_RULES
from callr_sms_contract.results import Record
from callr_sms_contract.wire import Client, Pace, paced, timed_requests
from callr_sms_contract.wire.client import decoded
from callr_sms_contract.wire.messages import join_headers
from tests.contract_tests.clocks import control
from tests.contract_tests.lying_proxy import Proxy, Request, Response


def _record(settings: Settings, proxy: Proxy, *phases: str) -> Record:
    with proxy.listening():
        chosen = dataclasses.replace(
            settings,
            base_url=proxy.base_url,
            phases=phases,
            webhooks="off",
            profile=dataclasses.replace(settings.profile, account_calls=100),
        )
        return run_suite(chosen).record


def _zipped(told: Response, asked: Request) -> Response:
    headers = tuple(each for each in told.headers if each[0].lower() != "content-length")
    if asked.method == "HEAD" or not told.body:
        return told
    return Response(told.status, (*headers, ("content-encoding", "gzip")), gzip.compress(told.body, 1))


def _with_new_fields(told: Response, asked: Request) -> Response:
    if asked.method == "HEAD" or not told.body:
        return told
    document = json.loads(told.body)
    document["request_id"] = "r-1"
    for each in document["data"] if isinstance(document["data"], list) else [document["data"]]:
        if isinstance(each, dict):
            each["new_in_the_next_version"] = {"a": [1, None]}
    headers = tuple(each for each in told.headers if each[0].lower() != "content-length")
    return Response(told.status, headers, json.dumps(document).encode())


@pytest.mark.parametrize(("lie", "phase"), [(_zipped, "examples"), (_with_new_fields, "account")])
def test_a_right_server_is_not_accused(lie: object, phase: str, settings: Settings) -> None:
    record = _record(settings, Proxy(settings.base_url, lie=lie), phase)  # type: ignore[arg-type]
    assert [(cause.main.title, cause.main.message) for cause in record.causes] == []
    assert record.holds, record.stopped
    assert record.total > 500


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_clock_that_is_off_is_no_fault(minutes: int, settings: Settings) -> None:
    moment = datetime.now(UTC) + timedelta(minutes=minutes, seconds=20 if minutes > 0 else -20)
    control(settings.base_url, "clock", freeze=moment.strftime("%Y-%m-%d %H:%M:%S"))
    control(settings.base_url, "clock", freeze=False)
    record = _record(settings, Proxy(settings.base_url), "account")
    assert [(cause.main.title, cause.main.message) for cause in record.causes] == []
    assert record.holds, record.stopped


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP", ""])
def test_a_content_coding_is_taken_off(coding: str) -> None:
    assert decoded(gzip.compress(b"{}") if coding else b"{}", coding) == b"{}"
    assert decoded(b"{}", "gzip") == b"{}"  # what says so and is not


def test_a_header_that_is_repeated_unchanged_is_one() -> None:
    given = [("Cache-Control", "no-store"), ("cache-control", "no-store"), ("Vary", "a"), ("vary", "b")]
    assert join_headers(given) == {"cache-control": "no-store", "vary": "a, b"}


def test_deflate_without_its_header_is_read() -> None:
    plain = b'{"status": "success"}'
    assert decoded(zlib.compress(plain), "deflate") == plain
    assert decoded(zlib.compress(plain, wbits=-15), "deflate") == plain


@contextmanager
def _closing_without_notice() -> Iterator[tuple[str, list[bytes]]]:
    """A server that closes each connection as its second request arrives, and never says so before."""
    arrived: list[bytes] = []

    def serve() -> None:
        while True:
            connection, _ = listener.accept()
            with connection:
                line = connection.recv(65536)
                if line == b"stop":
                    return
                arrived.append(line.partition(b" ")[0])
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                connection.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", arrived
        with socket.create_connection(listener.getsockname()) as last:
            last.sendall(b"stop")
        thread.join(60)


@pytest.mark.parametrize(("method", "expected"), [("GET", [True] * 4), ("POST", [True, False, True, True])])
def test_a_kept_connection_that_is_closed_costs_no_read_and_repeats_no_send(
    method: str, expected: list[bool]
) -> None:
    pace = Pace()
    with _closing_without_notice() as (url, arrived), paced(pace), closing(Client(url, "x", "y")) as client:
        found = [client.send(method, "/sms", body=b"")[1] for _ in range(4)]
        assert [each is not None for each in found] == expected
        assert len(arrived) == expected.count(True)
    assert not pace.reuses_connections


def test_schemathesis_loses_no_read_of_a_kept_connection_either() -> None:
    pace, silent = Pace(), list[requests.PreparedRequest]()
    with (
        _closing_without_notice() as (url, arrived),
        paced(pace),
        timed_requests(lambda sent, *_: silent.append(sent)),
        requests.Session() as session,
    ):
        statuses = [session.request(method, url).status_code for method in ("GET", "GET", "POST", "POST")]
    assert (statuses, arrived, silent) == ([200] * 4, [b"GET", b"GET", b"POST", b"POST"], [])
    assert not pace.reuses_connections


@pytest.mark.parametrize(
    ("options", "agrees"), [({"new": 1, "nature": "ALERTING"}, True), ({"nature": "x"}, False)]
)
def test_new_properties_of_a_read_are_no_difference_to_an_event(
    options: dict[str, object], *, agrees: bool
) -> None:
    found = _as_read(Sms({"options": {"nature": "ALERTING"}}), Sms({"options": options}))
    assert (found.status.value == "kept") == agrees


def test_a_new_status_may_stand_for_one_that_has_a_date() -> None:
    history = [{"old_status": "SENT", "new_status": "SEEN", "updated_at": "2026-01-01 00:00:02.000"}]
    moment = "2026-01-01 00:00:02"
    shown = {"type": "OUT", "date_creation": moment, "date_update": moment, "status_history": history}
    judge = SMS_RULES["dates-match-history"]
    sent = {"date_sent": moment, "date_received": moment}
    assert judge(Sms({**shown, **sent})) == KEPT
    history[0]["new_status"] = "ERROR"
    assert judge(Sms({**shown, **sent})) != KEPT
