"""What is set for an account, as it is kept with it."""

from typing import Annotated

import msgspec

from callr_sms_emulator._clock import REAL, Timeline
from callr_sms_emulator._http import EXPECTED
from callr_sms_emulator._sms import Timings


class AccountState(msgspec.Struct, omit_defaults=True):
    """What is set for an account. Whatever is added here needs a default: older files do not have it.

    Attributes:
        seed: Hexadecimal; identifiers are derived from it.
        clock: What its clock shows.
        timings: How long its SMS stay in each status; None: as the emulator was told.
    """

    seed: Annotated[
        str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z", extra={EXPECTED: "32 hexadecimal digits in lower case"})
    ]
    clock: Timeline = REAL
    timings: Timings | None = None


decode_state = msgspec.json.Decoder(AccountState).decode
encode_state = msgspec.json.Encoder().encode
