"""The body of a pushed event (webhooks)."""

from functools import lru_cache

import msgspec

from callr_sms_emulator import _dates

_BODY = b'{"event_id":%b,"event_at":"%b","hook_hash":%b,"try":%d,"type":%b,"data":%b}'
# Many events name the same hook and the same type.
_quote = lru_cache(maxsize=1024)(msgspec.json.encode)


def write_body(  # noqa: PLR0913, PLR0917 - the members of the body
    event_id: str, event_at: int, hook_hash: str | None, attempt: int, event_type: str, data: bytes
) -> bytes:
    """Write one try of an event, whose `data` is the JSON of an SMS; `event_at` in milliseconds since 1970.

    The number of the try is part of the body, so each try has other bytes and another signature.
    """
    moment = show_moment(event_at).encode()
    event = msgspec.json.encode(event_id)
    return _BODY % (event, moment, _quote(hook_hash), attempt, _quote(event_type), data)


def show_moment(milliseconds: int) -> str:
    """Write milliseconds since 1970 as ISO 8601 in UTC: `2016-05-04T12:29:32.340Z` (webhooks)."""
    return _dates.show_milliseconds(milliseconds).replace(" ", "T") + "Z"
