"""The one who carries a request to its receiver: a seam, so that others can lose, repeat or hold events."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from callr_sms_emulator._storage import Delivery
    from callr_sms_emulator._webhooks.http_client.client import HttpClient
    from callr_sms_emulator._webhooks.http_client.connection import HttpResponse, OnEnd
    from callr_sms_emulator._webhooks.request import Request


class Journey(Protocol):
    """A request on its way."""

    def cancel(self) -> object:
        """Drop it; nobody is told."""


class Transport(Protocol):
    """Carries requests; whatever it answers is taken for the receiver's answer."""

    def carry(self, delivery: Delivery, request: Request, on_end: OnEnd) -> Journey:
        """Make the request of a delivery; `on_end` is told the answer, or one of these.

        - `UnreachableError`: There was no connection; what else waits for this receiver fails with it.
        - `DeliveryError`: There was no complete head of an answer.
        - `LostError`: It is not to be made, now or later.
        - `HeldError`: It is to be made later; that was written down.
        """


class DirectTransport:
    """Carries every request at once, once."""

    def __init__(self, sender: HttpClient) -> None:
        self._sender = sender

    def carry(self, delivery: Delivery, request: Request, on_end: OnEnd) -> Journey:  # noqa: ARG002 - for other couriers
        """Make the request."""
        return self._sender.begin(request.endpoint, request.data, on_end)


async def carried(courier: Transport, delivery: Delivery, request: Request) -> HttpResponse:
    """Wait for the answer.

    Raises:
        DeliveryError: There was none.
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
