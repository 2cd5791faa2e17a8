"""Fixtures of the tests of webhooks."""

from collections.abc import Iterator

import pytest

from callr_sms_emulator import Config, create_app, open_store
from tests.emulator.databases import database_of
from tests.emulator.support import Client, serving
from tests.emulator.webhooks.account import Account
from tests.emulator.webhooks.receivers import Receiver, receiving


@pytest.fixture(scope="module", params=["memory", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of an emulator, which makes an account of every credential."""
    store = open_store(database_of(request.param, request, tmp_path_factory.mktemp("database")))
    try:
        with serving(create_app(Config(any_account=True, webhooks_timeout=1), store=store)) as url:
            yield url
    finally:
        store.close()


@pytest.fixture
def account(server: str, request: pytest.FixtureRequest) -> Account:
    """An account of the test's own, with a frozen clock."""
    made = Account.of(Client(server), request.node.name)
    made.freeze()
    return made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that answers 200."""
    with receiving() as made:
        yield made
