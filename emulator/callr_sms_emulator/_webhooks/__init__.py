"""What the emulator pushes: signed, in order, retried, to nearby receivers unless more is allowed."""

from callr_sms_emulator._webhooks.attempt import Detail, is_taken, read_detail, write_withheld
from callr_sms_emulator._webhooks.dispatcher import Dispatcher
from callr_sms_emulator._webhooks.errors import DeliveryError, HeldError, LostError, Mark, UnreachableError
from callr_sms_emulator._webhooks.http_client.client import HttpClient
from callr_sms_emulator._webhooks.http_client.connection import HttpResponse
from callr_sms_emulator._webhooks.http_client.resolver import Resolver, addresses_of
from callr_sms_emulator._webhooks.request import Request
from callr_sms_emulator._webhooks.transport import (
    DirectTransport,
    FaultyResult,
    Journey,
    OnResult,
    Transport,
    carried,
)

__all__ = [
    "DeliveryError",
    "Detail",
    "DirectTransport",
    "Dispatcher",
    "FaultyResult",
    "HeldError",
    "HttpClient",
    "HttpResponse",
    "Journey",
    "LostError",
    "Mark",
    "OnResult",
    "Request",
    "Resolver",
    "Transport",
    "UnreachableError",
    "addresses_of",
    "carried",
    "is_taken",
    "read_detail",
    "write_withheld",
]
