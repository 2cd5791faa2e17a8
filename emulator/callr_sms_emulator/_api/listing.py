"""Validation of the parameters of `GET /sms`."""

from collections.abc import Mapping
from typing import NamedTuple, cast

from callr_sms_emulator import _errors
from callr_sms_emulator._api.send import reject_unknown
from callr_sms_emulator._clock import parse_datetime
from callr_sms_emulator._http import read_query
from callr_sms_emulator._sms import Direction

LIST_PARAMETERS = ("type", "from", "to")
_DIRECTIONS = ("IN", "OUT")


class ListRequest(NamedTuple):
    """The parameters of a valid request: bounds in seconds since 1970, both inclusive (choice)."""

    direction: Direction
    first: int
    last: int


def read_listing(query: bytes) -> ListRequest:
    """Validate the query string of a list: `type`, `from` and `to`, all three required (seed).

    Raises:
        InvalidRequestError: The first broken rule, in this order: unknown, type, from, to, range.
    """
    found = read_query(query)
    reject_unknown(found, LIST_PARAMETERS)
    return read_list(found)


def read_list(found: Mapping[str, object]) -> ListRequest:
    """Validate the parameters of a list, of the REST API or JSON-RPC.

    Raises:
        InvalidRequestError: The first broken rule, in this order: type, from, to, range.
    """
    direction = _require(found, "type", '"IN" or "OUT"')
    if direction not in _DIRECTIONS:
        raise _errors.not_one_of("type", direction, _DIRECTIONS)
    first, first_text = _read_moment(found, "from")
    last, last_text = _read_moment(found, "to")
    if first > last:
        raise _errors.reversed_range(first_text, last_text)
    return ListRequest(cast("Direction", direction), first, last)


def _require(found: Mapping[str, object], name: str, expected: str) -> str:
    if name not in found:
        raise _errors.missing_parameter(name, expected)
    value = found[name]
    if not isinstance(value, str):
        raise _errors.wrong_type(name, value, f"a string: {expected}")
    return value


def _read_moment(found: Mapping[str, object], name: str) -> tuple[int, str]:
    value = _require(found, name, "YYYY-MM-DD HH:MM:SS in UTC")
    moment = parse_datetime(value)
    if moment is None:
        raise _errors.bad_datetime(name, value)
    return moment, value
