"""Fixtures of the tests of faults."""

import hashlib
import logging
from collections.abc import Iterator

import pytest

from callr_sms_emulator import Config, SqliteStore, create_app
from tests.emulator.support import Client, basic, serving


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Return the base URL of an emulator in memory that creates an account for each login."""
    store = SqliteStore(":memory:")
    try:
        with serving(create_app(Config(any_account=True, seed="faults"), store=store)) as url:
            yield url
    finally:
        store.close()


@pytest.fixture
def account(server: str, request: pytest.FixtureRequest) -> Client:
    """Return a client with an account of its own."""
    login = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:16]
    return Client(server, basic(f"{login}:secret"))


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Check that neither the emulator nor its server logs a fault as an error."""
    yield
    assert [each.getMessage() for each in caplog.get_records("call") if each.levelno >= logging.ERROR] == []
