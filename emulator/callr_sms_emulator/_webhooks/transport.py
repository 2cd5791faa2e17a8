"""The one who carries a request to its receiver: a seam, so that others can lose, repeat or hold events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from callr_sms_emulator._http_client import HttpResponse

if TYPE_CHECKING:
    from callr_sms_emulator._http_client import HttpClient, OnResponse, TransportError
    from callr_sms_emulator._storage import Delivery
    from callr_sms_emulator._webhooks.errors import FaultMark
    from callr_sms_emulator._webhooks.request import WebhookRequest


class FaultyResult(NamedTuple):
    """The result of a request that a fault has changed."""

    fault: FaultMark
    result: HttpResponse | TransportError


OnResult = Callable[[HttpResponse | FaultyResult | Exception], None]
"""Called with the result of a request: once, and never before the call that sent it has returned."""


class Cancellable(Protocol):
    """A request on its way."""

    def cancel(self) -> object:
        """Drop it; nobody is told."""


class Transport(Protocol):
    """Carries requests; whatever it answers is taken for the receiver's answer."""

    def send(self, delivery: Delivery, request: WebhookRequest, on_result: OnResult) -> Cancellable:
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

    def send(self, delivery: Delivery, request: WebhookRequest, on_result: OnResponse) -> Cancellable:  # noqa: ARG002 - for other couriers
        """Make the request; `on_result` is called with the response, or with a `TransportError`."""
        return self._sender.send(request.endpoint, request.data, on_result)


async def wait_for_response(
    courier: DirectTransport, delivery: Delivery, request: WebhookRequest
) -> HttpResponse:
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

    journey = courier.send(delivery, request, settle)
    try:
        return await future
    except asyncio.CancelledError:
        journey.cancel()
        raise
