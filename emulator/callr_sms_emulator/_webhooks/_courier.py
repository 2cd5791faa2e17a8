"""The one who carries a request to its receiver: a seam, so that others can lose, repeat or hold events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from callr_sms_emulator._outbox import Delivery
    from callr_sms_emulator._webhooks._connection import Answer
    from callr_sms_emulator._webhooks._request import Request
    from callr_sms_emulator._webhooks._sender import Sender


class Courier(Protocol):
    """Carries requests; whatever it answers is taken for the receiver's answer."""

    def carry(self, delivery: Delivery, request: Request) -> Awaitable[Answer]:
        """Make the request of a delivery.

        Raises:
            UnreachableError: There was no connection; what else waits for this receiver fails with it.
            DeliveryError: There was no complete head of an answer.
            LostError: It is not to be made, now or later.
            HeldError: It is to be made later; that was written down.
        """


class DirectCourier:
    """Carries every request at once, once."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def carry(self, delivery: Delivery, request: Request) -> Awaitable[Answer]:  # noqa: ARG002 - for other couriers
        """Make the request."""
        return self._sender.send(request.endpoint, request.head, request.body)
