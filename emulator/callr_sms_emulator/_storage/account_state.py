"""The settings of an account, as they are stored."""

from typing import Annotated

import msgspec

from callr_sms_emulator._clock import REAL, Timeline
from callr_sms_emulator._schemas import matching
from callr_sms_emulator._sms import Timings, TrafficRules


class AccountState(msgspec.Struct, omit_defaults=True):
    """The settings of an account. A new one needs a default, because older files do not have it.

    Attributes:
        seed: Hexadecimal; identifiers are derived from it.
        clock: What its clock shows.
        timings: How long its SMS stay in each status; None: as the emulator was started.
        traffic_rules: The rules for its SMS; None: as the emulator was started.
    """

    seed: Annotated[str, matching("[0-9a-f]{32}", "32 hexadecimal digits in lower case")]
    clock: Timeline = REAL
    timings: Timings | None = None
    traffic_rules: TrafficRules | None = None


decode_state = msgspec.json.Decoder(AccountState).decode
encode_state = msgspec.json.Encoder().encode
