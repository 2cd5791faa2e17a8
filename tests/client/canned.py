"""Clients with canned responses, whose clock is wound by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from callr_sms_client import (
    Callr,
    CallrConnectionError,
    CallrError,
    MockTransport,
    Response,
)
from tests.client.clocks import WoundClock, wind
from tests.client.support import SMS, success

TO = "+33612345678"
GOOD = Response(200, {}, success(SMS))
EMPTY = Response(200, {}, success([]))
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def lost() -> CallrConnectionError:
    return CallrConnectionError("gone")


def at(status: str) -> Response:
    return Response(200, {}, success(SMS | {"status": status}))


def run(*answers: Response | CallrError, clock: WoundClock | None = None, **options: Any) -> Callr:  # noqa: ANN401 - whatever the class takes
    transport = MockTransport(answers)
    return wind(Callr("login", "password", transport=transport, **options), clock or WoundClock())
