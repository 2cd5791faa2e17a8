"""The one who carries a request to its receiver: a seam, so that others can lose, repeat or hold events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from callr_sms_emulator._http_client import HttpResponse

if TYPE_CHECKING:
    from callr_sms_emulator._http_client import HttpClient, OnEnd, TransportError
    from callr_sms_emulator._storage import Delivery
    from callr_sms_emulator._webhooks.errors import Mark
    from callr_sms_emulator._webhooks.request import Request


class FaultyResult(NamedTuple):
    """The result of a request that a fault has changed."""

    fault: Mark
    result: HttpResponse | TransportError


OnResult = Callable[[HttpResponse | FaultyResult | Exception], None]
"""Called with the result of a request: once, and never before the call that sent it has returned."""


class Journey(Protocol):
    """A request on its way."""

    def cancel(self) -> object:
        """Drop it; nobody is told."""


class Transport(Protocol):
    """Carries requests; whatever it answers is taken for the receiver's answer."""

    def carry(self, delivery: Delivery, request: Request, on_result: OnResult) -> Journey:
        """Make the request of a delivery; `on_result` is called with the response, or one of these.

        - `ConnectError`: There was no connection; what else waits for this receiver fails with it.
        - `TransportError`: There was no complete head of an answer.
        - `LostError`: It is not to be made, now or later.
        - `HeldError`: It is to be made later; that was written down.
        - `FaultyResult`: The response, or one of the first two, of a request that was sent twice.
        """


class DirectTransport:
    """Carries every request at once, once."""

    def __init__(self, sender: HttpClient) -> None:
        self._sender = sender

    def carry(self, delivery: Delivery, request: Request, on_result: OnEnd) -> Journey:  # noqa: ARG002 - for other couriers
        """Make the request; `on_result` is called with the response, or with a `TransportError`."""
        return self._sender.begin(request.endpoint, request.data, on_result)


async def carried(courier: DirectTransport, delivery: Delivery, request: Request) -> HttpResponse:
    """Wait for the answer.

    Raises:
        TransportError: There was none.
    """
    future: asyncio.Future[HttpResponse] = asyncio.get_running_loop().create_future()

    def settle(end: HttpResponse | Exception) -> None:
        if isinstance(end, Exception):
            future.set_exception(end)
        else:
            future.set_result(end)

    journey = courier.carry(delivery, request, settle)
    try:
        return await future
    except asyncio.CancelledError:
        journey.cancel()
        raise
