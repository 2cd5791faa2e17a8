"""Rate limits of a server, and of a run itself: they are no failures, and no send is repeated."""

import dataclasses
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from callr_sms_contract import Settings, run_suite
from callr_sms_contract.settings import SettingError
from callr_sms_contract.wire.pace import wait_of
from tests.contract_tests.lying_proxy import Request, Response
from tests.contract_tests.turning import Turning

JSON = (("content-type", "application/json"),)


class _Limiting(Turning):
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


class _LimitingAlways(Turning):
    def after(self, _told: Response, _: Request) -> Response:
        return Response(429, (*JSON, ("retry-after", "0")), b"{}")


def test_a_server_that_limits_everything_does_not_hold_the_contract(settings: Settings) -> None:
    record = _LimitingAlways(dataclasses.replace(settings, max_seconds=4)).record()
    assert record.stopped.startswith("the server responded to every request with 429 or 503")
    assert not record.holds


class _LimitingVaguely(Turning):
    """Responds with 429 to everything, and does not say for how long."""

    def after(self, told: Response, _: Request) -> Response:
        return Response(429, JSON, b'{"message": "Too Many Requests"}') if self.is_over() else told


@pytest.mark.parametrize("right", [0, 60])
def test_a_limit_without_a_wait_is_called_so(right: int, settings: Settings) -> None:
    record = _LimitingVaguely(settings, right).record()
    words = "responds to every request with 429 and without Retry-After: it limits requests; expected"
    assert words in record.stopped
    assert record.faults == ()


def test_a_run_is_no_faster_than_its_rate(settings: Settings) -> None:
    turning = Turning(dataclasses.replace(settings, rate=150))
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
