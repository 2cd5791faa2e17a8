"""The body of a pushed event (webhooks)."""

from functools import lru_cache

import msgspec

from callr_sms_emulator._clock import format_milliseconds


def write_body(  # noqa: PLR0913, PLR0917 - the properties of the body
    event_id: str, event_at: int, hook_hash: str | None, attempt: int, event_type: str, data: str
) -> bytes:
    """Return the body of one attempt; `data` is the JSON of the SMS, `event_at` in milliseconds since 1970.

    The number of the attempt is part of the body, so each attempt has other bytes and another signature.
    """
    # An event_id is a UUID: it needs no escapes.
    body = (
        f'{{"event_id":"{event_id}","event_at":"{show_moment(event_at)}","hook_hash":{_quote(hook_hash)},'
        f'"try":{attempt},"type":{_quote(event_type)},"data":{data}}}'
    )
    return body.encode()


def show_moment(milliseconds: int) -> str:
    """Format milliseconds since 1970 as ISO 8601 in UTC: `2016-05-04T12:29:32.340Z` (webhooks)."""
    return format_milliseconds(milliseconds).replace(" ", "T") + "Z"


# Many events name the same hook and the same type.
@lru_cache(maxsize=1024)
def _quote(word: str | None) -> str:
    return msgspec.json.encode(word).decode()
