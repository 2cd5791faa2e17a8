"""How requests are sent to receivers; a transport for faults can lose, repeat or hold them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from callr_sms_emulator._http_client import HttpResponse

if TYPE_CHECKING:
    from callr_sms_emulator._http_client import HttpClient, OnResponse, TransportError
    from callr_sms_emulator._storage import Delivery
    from callr_sms_emulator._webhooks.errors import FaultMark
    from callr_sms_emulator._webhooks.request import WebhookRequest


class FaultyResult(NamedTuple):
    """The result of a request that a fault was applied to."""

    fault: FaultMark
    result: HttpResponse | TransportError


OnResult = Callable[[HttpResponse | FaultyResult | Exception], None]
"""Called with the result of a request: once, and never before the call that sent it has returned."""


class Cancellable(Protocol):
    """A request under way."""

    def cancel(self) -> object:
        """Drop the request, without a call to `on_result`."""


class Transport(Protocol):
    """Sends requests; its result counts as the receiver's."""

    def send(self, delivery: Delivery, request: WebhookRequest, on_result: OnResult) -> Cancellable:
        """Send the request of a delivery; `on_result` is called with the response, or one of these.

        - `ConnectError`: There was no connection; all that is due for this receiver fails with it.
        - `TransportError`: There was no complete head of a response.
        - `LostError`: It is never to be sent.
        - `HeldError`: It is to be sent later; the store has that.
        - `FaultyResult`: The response, or one of the first two, of a request that was sent twice.
        """


@dataclass
class DirectTransport:
    """Sends every request at once, once."""

    _sender: HttpClient

    def send(self, delivery: Delivery, request: WebhookRequest, on_result: OnResponse) -> Cancellable:  # noqa: ARG002 - for other transports
        """Send the request; `on_result` is called with the response, or with a `TransportError`."""
        return self._sender.send(request.endpoint, request.data, on_result)


async def wait_for_response(
    transport: DirectTransport, delivery: Delivery, request: WebhookRequest
) -> HttpResponse:
    """Return the response, once it is there.

    Raises:
        TransportError: There was no response.
    """
    future: asyncio.Future[HttpResponse] = asyncio.get_running_loop().create_future()

    def set_result(end: HttpResponse | Exception) -> None:
        if isinstance(end, Exception):
            future.set_exception(end)
        else:
            future.set_result(end)

    sent = transport.send(delivery, request, set_result)
    try:
        return await future
    except asyncio.CancelledError:
        sent.cancel()
        raise
