"""When a failed delivery is tried again: exponential backoff with jitter (the vendor's feature page).

The numbers are a choice: 10 tries, the first at once, the next 10 s after its failure, then 30 s, 90 s and so
on: each delay is three times the last, a tenth shorter to a tenth longer. The last is after about 27 hours.
"""

from zlib import crc32

TRIES = 10
FIRST_DELAY_MS = 10_000
FACTOR = 3.0
JITTER = 0.1

_DELAYS: tuple[float, ...] = tuple(FIRST_DELAY_MS * pow(FACTOR, number) for number in range(TRIES - 1))
_CRC_SPAN = 1 << 32


def next_delay(event_id: str, attempt: int) -> int | None:
    """Give the milliseconds from the failure of try number `attempt` (0, 1, …) to the next; None to give up.

    The jitter comes from the event and the try alone, so that it spreads events and yet every run repeats.
    """
    if attempt >= len(_DELAYS):
        return None
    place = crc32(f"{event_id}:{attempt}".encode()) / _CRC_SPAN
    return round(_DELAYS[attempt] * (1 - JITTER + 2 * JITTER * place))


def least_delay(attempt: int) -> int:
    """Give the milliseconds that `next_delay` never goes below after this try; 0 when it was the last."""
    return int(_DELAYS[attempt] * (1 - JITTER)) if attempt < len(_DELAYS) else 0
