"""Events: what happens in an account, as a stream of server-sent events, in memory and bounded."""

from callr_sms_emulator._events.follower import Follower
from callr_sms_emulator._events.log import EventLog, EventName

__all__ = ["EventLog", "EventName", "Follower"]
