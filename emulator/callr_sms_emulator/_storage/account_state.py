"""The settings of an account, as they are stored."""

from typing import Annotated

import msgspec

from callr_sms_emulator._clock import REAL, Timeline
from callr_sms_emulator._schemas import matching
from callr_sms_emulator._sms import Timings, TrafficRules


class ReadMarks(msgspec.Struct, omit_defaults=True):
    """What was read of the SMS of an account, by their numbers in the store.

    Attributes:
        until: All SMS up to this one were read.
        numbers: The last SMS that was read of the conversation with a number, where that is a later one.
    """

    until: int
    numbers: dict[str, int] = {}


class AccountState(msgspec.Struct, omit_defaults=True):
    """The settings of an account. A new one needs a default, because older files do not have it.

    Attributes:
        seed: Hexadecimal; identifiers are derived from it.
        clock: What its clock shows.
        timings: How long its SMS stay in each status; None: as the emulator was started.
        traffic_rules: The rules for its SMS; None: as the emulator was started.
        jumped: From when to when its clock was advanced in its last step (milliseconds since 1970).
        read: What was read of its SMS; None: nobody has looked at its conversations.
    """

    seed: Annotated[str, matching("[0-9a-f]{32}", "32 hexadecimal digits in lower case")]
    clock: Timeline = REAL
    timings: Timings | None = None
    traffic_rules: TrafficRules | None = None
    jumped: tuple[int, int] = (0, 0)
    read: ReadMarks | None = None


decode_state = msgspec.json.Decoder(AccountState).decode
encode_state = msgspec.json.Encoder().encode


def read_exported_state(state: bytes) -> AccountState:
    """Return the settings that an export has: the last step of a clock is over, and SMS get other numbers."""
    found = decode_state(state)
    found.jumped, found.read = (0, 0), None
    return found
