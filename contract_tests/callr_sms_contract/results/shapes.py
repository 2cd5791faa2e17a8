"""The shape of a value: evidence without the value, which may be shown to anybody."""

import json
import re
from typing import Final

from callr_sms_contract.contract import is_datetime, is_datetime_ms, is_datetime_or_zero

_PERSONAL: Final = frozenset(
    {"to", "from", "text", "body", "user_data", "options", "endpoint", "hmac_secret"}
)
_WORD: Final = re.compile(r"[A-Za-z_.-]{1,32}")
_LONGEST: Final = 32
_MOMENT: Final = re.compile(r"[0-9]{1,4}-[0-9]{1,2}-[0-9]{1,2}[T ]?[0-9:.]*(?:Z|[+-][0-9:]{4,5})?")


def shape(name: str, value: object) -> str:
    """Return the kind of value of the property `name`, never a text, number, hash or address itself."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return f"number of {len(str(value))} characters"
    if isinstance(value, str):
        return _of_string(name, value)
    kind = "array" if isinstance(value, list) else "object"
    size = len(value) if isinstance(value, (list, dict)) else 0
    return f"{kind} of {size}"


def _of_string(name: str, value: str) -> str:
    if is_datetime_or_zero(value) or is_datetime(value) or is_datetime_ms(value):
        return f"a datetime like {re.sub('[0-9]', '9', value)}"
    if name in _PERSONAL:
        return f"string of {len(value)} characters"
    if name in {"status", "nature", "encoding", "type", "old_status", "new_status", "b_customer_mode"}:
        return f"the value {value!r}" if _WORD.fullmatch(value) else f"string of {len(value)} characters"
    if len(value) > _LONGEST:
        return f"string of {len(value)} characters"
    if _MOMENT.fullmatch(value):
        return f"a moment like {re.sub('[0-9]', '9', value)}"
    pattern = re.sub("[a-z]", "a", re.sub("[A-Z]", "A", re.sub("[0-9]", "9", value)))
    return f"string like {re.sub('[^aA9 :.+TZ-]', '?', pattern)!r}"
