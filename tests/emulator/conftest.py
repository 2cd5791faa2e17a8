"""Fixtures of the emulator's tests."""

from collections.abc import Iterator

import pytest

from callr_sms_emulator import Config, SqliteStore, create_app
from tests.emulator.databases import PostgresqlDatabase, shared_server
from tests.emulator.support import Client, ManualClock, serving

NOON = 1_711_800_000_000
"""2024-03-30 12:00:00 UTC, in milliseconds since 1970."""


@pytest.fixture(scope="module")
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture(scope="module")
def client(clock: ManualClock) -> Iterator[Client]:
    """A client of a server of this module's own, where time stands still; 12345 is its shortcode."""
    store = SqliteStore(":memory:")
    try:
        app = create_app(Config(shortcodes=frozenset({"12345"})), store=store, clock=clock)
        with serving(app) as url:
            yield Client(url)
    finally:
        store.close()


@pytest.fixture(scope="session")
def postgresql(worker_id: str) -> PostgresqlDatabase:
    """The PostgreSQL database of this worker."""
    server, name = shared_server(), f"test_{worker_id}"
    server.execute(f"CREATE DATABASE {name}")
    return PostgresqlDatabase(server, name)
