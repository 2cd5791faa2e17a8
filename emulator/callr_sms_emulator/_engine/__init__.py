"""One emulator, put together: what the handlers and the control API work with."""

from callr_sms_emulator._engine.engine import Engine
from callr_sms_emulator._engine.incoming import Incoming, find_recipient, receive
from callr_sms_emulator._engine.waiting import Waiter

__all__ = ["Engine", "Incoming", "Waiter", "find_recipient", "receive"]
