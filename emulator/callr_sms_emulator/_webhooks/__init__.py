"""What the emulator pushes: signed, in order, retried, to nearby receivers unless more is allowed."""

from callr_sms_emulator._webhooks.attempt import Detail, is_taken, read_detail, write_withheld
from callr_sms_emulator._webhooks.dispatcher import Deliveries
from callr_sms_emulator._webhooks.errors import DeliveryError, HeldError, LostError, Mark, UnreachableError
from callr_sms_emulator._webhooks.http_client.client import Sender
from callr_sms_emulator._webhooks.http_client.connection import Answer, OnEnd
from callr_sms_emulator._webhooks.http_client.resolver import Resolver, addresses_of
from callr_sms_emulator._webhooks.request import Request
from callr_sms_emulator._webhooks.transport import Courier, Journey, carried

__all__ = [
    "Answer",
    "Courier",
    "Deliveries",
    "DeliveryError",
    "Detail",
    "HeldError",
    "Journey",
    "LostError",
    "Mark",
    "OnEnd",
    "Request",
    "Resolver",
    "Sender",
    "UnreachableError",
    "addresses_of",
    "carried",
    "is_taken",
    "read_detail",
    "write_withheld",
]
