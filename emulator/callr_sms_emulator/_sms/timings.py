"""How long an SMS spends in each status."""

from dataclasses import dataclass, fields
from typing import Annotated

import msgspec

from callr_sms_emulator._clock import LONGEST

Span = Annotated[int, msgspec.Meta(ge=0, le=LONGEST)]


@dataclass(frozen=True)
class Timings:
    """Milliseconds that an SMS spends in each status before the next (the first four: about as captured).

    Attributes:
        created: In `CREATED`.
        pending: In `PENDING`.
        sent: In `SENT`.
        remote_queued: In `REMOTE_QUEUED`.
        slow: In `REMOTE_QUEUED`, for the outcome `slow`.
        validity: In `REMOTE_QUEUED`, for the outcome `expired`.
    """

    created: Span = 1000
    pending: Span = 2000
    sent: Span = 1000
    remote_queued: Span = 1000
    slow: Span = 3_600_000
    validity: Span = 86_400_000

    def faster(self, factor: float) -> "Timings":
        """Return timings that are `factor` times as fast, to the millisecond."""
        return Timings(*(round(getattr(self, each.name) / factor) for each in fields(self)))
