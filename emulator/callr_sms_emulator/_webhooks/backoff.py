"""When a failed delivery is retried: exponential backoff with jitter (the vendor's feature page).

The numbers are a choice: 10 attempts, the first at once, the next 10 s after it failed, then 30 s, 90 s and
so on: each delay is three times the one before, up to a tenth shorter or longer. The last attempt is after
about 27 hours.
"""

from zlib import crc32

TRIES = 10
FIRST_DELAY_MS = 10_000
FACTOR = 3.0
JITTER = 0.1

_DELAYS: tuple[float, ...] = tuple(FIRST_DELAY_MS * pow(FACTOR, number) for number in range(TRIES - 1))
_CRC_SPAN = 1 << 32


def next_delay(event_id: str, attempt: int) -> int | None:
    """Return the milliseconds from the failure of attempt number `attempt` (0, 1, …) to the next.

    None after the last attempt. The jitter depends on the event and the attempt alone: it spreads events,
    and yet every run is the same.
    """
    if attempt >= len(_DELAYS):
        return None
    place = crc32(f"{event_id}:{attempt}".encode()) / _CRC_SPAN
    return round(_DELAYS[attempt] * (1 - JITTER + 2 * JITTER * place))


def least_delay(attempt: int) -> int:
    """Return the least that `next_delay` can return after this attempt; 0 when it was the last."""
    return int(_DELAYS[attempt] * (1 - JITTER)) if attempt < len(_DELAYS) else 0
