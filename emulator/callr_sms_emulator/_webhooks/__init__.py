"""Webhooks: events are signed, delivered in order, and retried when an attempt fails."""

from callr_sms_emulator._webhooks.attempt import AttemptDetail, decode_detail, encode_withheld, is_accepted
from callr_sms_emulator._webhooks.dispatcher import Dispatcher
from callr_sms_emulator._webhooks.errors import ClaimLostError, FaultMark, HeldError, LostError
from callr_sms_emulator._webhooks.request import WebhookRequest
from callr_sms_emulator._webhooks.transport import (
    Cancellable,
    DirectTransport,
    FaultyResult,
    OnResult,
    Transport,
    wait_for_response,
)

__all__ = [
    "AttemptDetail",
    "Cancellable",
    "ClaimLostError",
    "DirectTransport",
    "Dispatcher",
    "FaultMark",
    "FaultyResult",
    "HeldError",
    "LostError",
    "OnResult",
    "Transport",
    "WebhookRequest",
    "decode_detail",
    "encode_withheld",
    "is_accepted",
    "wait_for_response",
]
