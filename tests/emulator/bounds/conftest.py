"""An emulator of each test's own: these tests change what it has and who may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from callr_sms_emulator import Config
from tests.emulator.conftest import NOON
from tests.emulator.support import Client, ManualClock, serving_config

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def clock() -> ManualClock:
    """The computer's clock, as the emulator sees it."""
    return ManualClock(NOON)


@pytest.fixture
def client(clock: ManualClock) -> Iterator[Client]:
    with serving_config(Config(accounts={"emulator": "emulator"}, admin_token="t0ken"), clock) as client:
        yield client
