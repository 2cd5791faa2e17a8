"""The pytest plugin: it does nothing, and imports almost nothing, until a test uses a fixture."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from callr_sms_emulator_pytest import CallrEmulator, CallrEmulatorError, CallrEmulatorServer

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

_FIXTURE = "callr_emulator"
_LISTED = 5


@pytest.fixture(scope="session")
def callr_emulator_flags() -> Sequence[str]:
    """More flags of `callr-sms-emulator serve`; override it to return, say, `["--shortcode", "36111"]`."""
    return ()


@pytest.fixture(scope="session")
def callr_emulator_server(callr_emulator_flags: Sequence[str]) -> Iterator[CallrEmulatorServer]:
    """One emulator for the session, under pytest-xdist for each worker: in memory, on a free port."""
    from callr_sms_emulator_pytest._process import running  # noqa: PLC0415 - slow to import, and rarely used

    with running(callr_emulator_flags) as base_url:
        yield CallrEmulatorServer(base_url, os.environ.get("PYTEST_XDIST_WORKER", "main"))


@pytest.fixture
def callr_emulator(callr_emulator_server: CallrEmulatorServer) -> Iterator[CallrEmulator]:
    """An empty account of the CALLR SMS emulator for this test; it is reset when the test ends."""
    account = callr_emulator_server.new_account()
    yield account
    # Waiting deliveries end with the test; an emulator that has ended has none.
    with suppress(CallrEmulatorError):
        account.reset()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the number of SMS and the refused requests to the report of a failure, without their content."""
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
        refused = account.requests.list(refused=True, limit=_LISTED)
        lines += [f"refused: {each.operation or each.method}, for the rule {each.rule}" for each in refused]
    return "\n".join(lines)
