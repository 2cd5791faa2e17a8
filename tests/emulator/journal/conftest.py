"""What the tests of the journal share: an emulator of a test's own with two accounts and an admin token."""

from collections.abc import Iterator

import pytest

from callr_sms_emulator import Config
from tests.emulator.conftest import NOON
from tests.emulator.support import Client, ManualClock, serving_config

TOKEN = "an-admin-token"
ADMIN = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def client(clock: ManualClock) -> Iterator[Client]:
    """A client of the account `emulator`; there is `other`, too, and 12345 is a shortcode."""
    config = Config(
        accounts={"emulator": "emulator", "other": "other"},
        admin_token=TOKEN,
        shortcodes=frozenset({"12345"}),
    )
    with serving_config(config, clock) as found:
        yield found
