"""Strict parsing of request bodies.

Bodies are decoded by the standard library, although msgspec encodes every response. Only the standard library
reports line and column, notices duplicate keys, and keeps a lone surrogate, so that the rule of the parameter
can name it. For bodies of this size it takes one microsecond longer.
"""

import json
from collections.abc import Iterable
from typing import NoReturn, cast

from callr_sms_emulator import _errors

# More digits would cost quadratic time, and from 4,300 on `int` raises an error.
_EXACT_DIGITS = 300
# Far more than any parameter has, and far less than what Python's recursion allows to look at later.
_DEEPEST = 64


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _errors.repeated_key(name)
            seen.add(name)
    return found


def _reject_constant(constant: str) -> NoReturn:
    raise _errors.body_number_constant(constant)


_decode = json.JSONDecoder(
    object_pairs_hook=_unique,
    # No parameter is a number. The value is only shown in the error, so precision does not matter.
    parse_int=lambda digits: int(digits) if len(digits) <= _EXACT_DIGITS else float(digits),
    parse_constant=_reject_constant,
).decode


def read_object(body: bytes, expected: str = "a JSON object") -> dict[str, object]:
    """Return the JSON object in `body`; `expected` describes it in error messages.

    Raises:
        InvalidRequestError: The body is not UTF-8, not JSON (with the position), not an object, or has a
            duplicate key.
    """
    value = read_value(body)
    if not isinstance(value, dict):
        raise _errors.body_not_object(value, expected)
    return cast("dict[str, object]", value)


def read_value(body: bytes) -> object:
    """Return the JSON value in `body`.

    Raises:
        InvalidRequestError: The body is not UTF-8, not JSON (with the position), or has a duplicate key.
    """
    if not body:
        raise _errors.empty_body()
    try:
        value = cast("object", _decode(body.decode()))
    except UnicodeDecodeError as error:
        raise _errors.body_not_utf8(error.start) from None
    except json.JSONDecodeError as error:
        raise _errors.body_not_json(error.msg, error.lineno, error.colno) from None
    except RecursionError:
        raise _errors.body_too_deep() from None
    if is_too_deep(body, value):
        raise _errors.body_too_deep()
    return value


def is_too_deep(body: bytes, value: object) -> bool:
    """Return whether the JSON value of a body is nested more than 64 times."""
    if body.count(b"[") + body.count(b"{") <= _DEEPEST:
        return False
    level = [value]
    for _ in range(_DEEPEST + 1):
        level = [child for each in level for child in _children(each)]
    return bool(level)


def _children(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return cast("dict[str, object]", value).values()
    return cast("list[object]", value) if isinstance(value, list) else ()
