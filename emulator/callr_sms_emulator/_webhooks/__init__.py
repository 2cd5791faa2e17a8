"""What the emulator pushes: signed, in order, retried, to nearby receivers unless more is allowed."""

from callr_sms_emulator._webhooks.attempt import Detail, is_taken, read_detail, write_withheld
from callr_sms_emulator._webhooks.dispatcher import Dispatcher
from callr_sms_emulator._webhooks.errors import HeldError, LostError, Mark
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
    "Detail",
    "DirectTransport",
    "Dispatcher",
    "FaultyResult",
    "HeldError",
    "Journey",
    "LostError",
    "Mark",
    "OnResult",
    "Request",
    "Transport",
    "carried",
    "is_taken",
    "read_detail",
    "write_withheld",
]
