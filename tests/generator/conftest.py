"""Fixtures of the generator's tests."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """One event loop is enough here: the client's own tests run on both."""
    return "asyncio"
