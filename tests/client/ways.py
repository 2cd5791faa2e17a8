"""One send through each client: in a thread, and on both event loops."""

from __future__ import annotations

from functools import partial
from typing import Any

import anyio

from callr_sms_client import AsyncCallr, Callr, CallrError

WAYS = ("sync", "asyncio", "trio")
TO = "+33612345678"


def attempt(way: str, **options: Any) -> str | CallrError:  # noqa: ANN401 - the options of a client
    """Send an SMS with a new client, and return its hash or the error."""
    options = {"max_retries": 0, **options}
    try:
        if way == "sync":
            with Callr("login", "password", **options) as callr:
                return callr.sms.send(to=TO, body="Hello")
        return anyio.run(partial(_attempt, options), backend=way)
    except CallrError as error:
        return error


def fail(way: str, **options: Any) -> CallrError:  # noqa: ANN401 - as above
    """Send an SMS that cannot be sent, and return the error."""
    error = attempt(way, **options)
    assert isinstance(error, CallrError)
    return error


async def _attempt(options: dict[str, Any]) -> str:
    async with AsyncCallr("login", "password", **options) as callr:
        return await callr.sms.send(to=TO, body="Hello")
