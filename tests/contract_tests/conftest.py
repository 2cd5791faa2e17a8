"""Fixtures for the tests of the contract tests."""

import pytest

from callr_sms_contract import PROFILES, Settings
from callr_sms_contract.contract.document import Contract
from callr_sms_contract.oracle.verdict import Judge
from tests.conftest import RunningEmulator
from tests.contract_tests.clocks import control


@pytest.fixture(scope="session")
def contract() -> Contract:
    return Contract.load()


@pytest.fixture(scope="session")
def judge(contract: Contract) -> Judge:
    return Judge(contract, "http://127.0.0.1:1/rest/v1.1", "me", "secret", frozenset({"36111"}))


@pytest.fixture
def settings(emulator: RunningEmulator) -> Settings:
    """A quick run against the emulator of the session, with time enough for a busy machine.

    Its account is empty: a run lists all that there is, again and again.
    """
    control(emulator.base_url, "reset")
    return Settings(
        emulator.base_url,
        emulator.login,
        emulator.password,
        profile=PROFILES["quick"],
        seed=1,
        max_seconds=900,
    )
