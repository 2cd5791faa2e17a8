"""One emulator, wired: its parts, and what the handlers and the control API do with them."""

from callr_sms_emulator._engine.conversations import Conversation
from callr_sms_emulator._engine.ending import end_sms
from callr_sms_emulator._engine.engine import Engine
from callr_sms_emulator._engine.incoming import Incoming, find_recipient, receive
from callr_sms_emulator._engine.subscriptions import subscribe, unsubscribe
from callr_sms_emulator._engine.waiting import Waiter

__all__ = [
    "Conversation",
    "Engine",
    "Incoming",
    "Waiter",
    "end_sms",
    "find_recipient",
    "receive",
    "subscribe",
    "unsubscribe",
]
