"""Fixtures of the client's tests."""

from collections.abc import Iterator

import pytest

from callr_sms_client import Callr
from tests.client.support import NotingTransport
from tests.conftest import RunningEmulator


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Run each asynchronous test on both event loops."""
    return str(request.param)


@pytest.fixture
def callr(emulator: RunningEmulator) -> Iterator[Callr]:
    """A client of the emulator."""
    with Callr(emulator.login, emulator.password, base_url=emulator.base_url) as client:
        yield client


@pytest.fixture
def transport() -> NotingTransport:
    """A transport that notes what would have been sent."""
    return NotingTransport()


@pytest.fixture
def offline(transport: NotingTransport) -> Iterator[Callr]:
    """A client that sends nothing."""
    with Callr("login", "password", transport=transport) as client:
        yield client
