"""Fixtures of the generator's tests."""

from collections.abc import Iterator

import pytest

from tests.generator.sharing import share_base, shared_redocly


@pytest.fixture
def anyio_backend() -> str:
    """One event loop is enough here: the client's own tests run on both."""
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Make the client of the contract and load Redocly once for 200 tests."""
    with pytest.MonkeyPatch.context() as patch, shared_redocly(patch):
        share_base(patch, tmp_path_factory.mktemp("base"))
        yield
