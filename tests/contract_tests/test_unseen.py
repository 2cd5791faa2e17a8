"""Right servers that behave unlike the emulator: none of them is accused."""

import dataclasses
import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest

from callr_sms_contract import Settings, run_suite
from callr_sms_contract.results import Record
from callr_sms_contract.wire.client import decoded
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
