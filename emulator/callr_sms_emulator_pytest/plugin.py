"""The pytest plugin: does nothing, and imports next to nothing, until a test asks for a fixture."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from callr_sms_emulator_pytest import CallrEmulator, CallrEmulatorError, CallrEmulatorServer

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

_FIXTURE = "callr_emulator"
_TOLD = 5


@pytest.fixture(scope="session")
def callr_emulator_flags() -> Sequence[str]:
    """More flags of `callr-sms-emulator serve`: override it, to return `["--shortcode", "36111"]`."""
    return ()


@pytest.fixture(scope="session")
def callr_emulator_server(callr_emulator_flags: Sequence[str]) -> Iterator[CallrEmulatorServer]:
    """One emulator for the session, under pytest-xdist for each worker: in memory, on a free port."""
    from callr_sms_emulator_pytest._process import running  # noqa: PLC0415 - only who asks pays for it

    with running(callr_emulator_flags) as base_url:
        yield CallrEmulatorServer(base_url, os.environ.get("PYTEST_XDIST_WORKER", "main"))


@pytest.fixture
def callr_emulator(callr_emulator_server: CallrEmulatorServer) -> Iterator[CallrEmulator]:
    """An empty account of the CALLR SMS emulator, of this test alone; it is emptied when the test ends."""
    account = callr_emulator_server.new_account()
    yield account
    # Webhooks that wait end with the test. An emulator that is gone has none.
    with suppress(CallrEmulatorError):
        account.reset()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell with a failure how many SMS there were and what was refused; what they say is private."""
    report = yield
    account = getattr(item, "funcargs", {}).get(_FIXTURE)
    if call.when == "call" and report.failed and isinstance(account, CallrEmulator):
        report.sections.append(("CALLR emulator", _describe(account)))
    return report


def _describe(account: CallrEmulator) -> str:
    try:
        lines = [f"SMS of the test's account: {account.count()}"]
    except CallrEmulatorError as error:
        return error.message
    with suppress(CallrEmulatorError):  # the journal may be off
        refused = account.requests.list(refused=True, limit=_TOLD)
        lines += [f"refused: {each.operation or each.method}, for the rule {each.rule}" for each in refused]
    return "\n".join(lines)
