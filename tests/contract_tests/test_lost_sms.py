"""Servers that lose SMS: one that was emptied is called so, one that loses some is a failure."""

from collections.abc import Callable
from contextlib import closing

import pytest

from callr_sms_contract import Settings
from callr_sms_contract.reports import conclusion
from callr_sms_contract.wire import Client
from mutants.messages import success
from tests.contract_tests.clocks import control
from tests.contract_tests.lying_proxy import Request, Response
from tests.contract_tests.turning import Turning

NONE = b'{"status": "error", "data": {"code": 404, "message": "PROPERTY_VALUE_ERROR [id]: no such SMS"}}'
JSON = (("content-type", "application/json"),)


class _Restarting(Turning):
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


class _Emptied(Turning):
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


class _EmptiedEarly(Turning):
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


class _TwoBackEnds(Turning):
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


class _Forgetful(Turning):
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
