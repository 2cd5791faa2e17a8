"""Fixtures of the generator's tests."""

from collections.abc import Iterator

import pytest

from tests.generator.sharing import share_base, share_templates, shared_redocly


@pytest.fixture
def anyio_backend() -> str:
    """One event loop is enough here: the client's own tests run on both."""
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compile the templates, make the client of the contract and load Redocly once for 200 tests."""
    with pytest.MonkeyPatch.context() as patch, shared_redocly(patch):
        share_templates(patch)
        share_base(patch, tmp_path_factory.mktemp("base"))
        yield
