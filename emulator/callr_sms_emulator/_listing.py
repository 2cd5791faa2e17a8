"""The parameters of `GET /sms`, validated."""

from collections.abc import Mapping
from typing import NamedTuple, cast

from callr_sms_emulator import _dates, _errors
from callr_sms_emulator._message import Direction
from callr_sms_emulator._query import read_query
from callr_sms_emulator._send import refuse_unknown

_PARAMETERS = ("type", "from", "to")
_DIRECTIONS = ("IN", "OUT")


class ListRequest(NamedTuple):
    """A valid request to list: bounds in seconds since 1970, both included (choice)."""

    direction: Direction
    first: int
    last: int


def read_listing(query: bytes) -> ListRequest:
    """Validate the query string of a list: `type`, `from` and `to`, all three needed (seed).

    Raises:
        InvalidRequestError: The first rule that is broken, in the order: unknown, type, from, to, range.
    """
    found = read_query(query)
    refuse_unknown(found, _PARAMETERS)
    direction = _require(found, "type", '"IN" or "OUT"')
    if direction not in _DIRECTIONS:
        raise _errors.not_one_of("type", direction, _DIRECTIONS)
    first, last = _read_moment(found, "from"), _read_moment(found, "to")
    if first > last:
        raise _errors.reversed_range(found["from"], found["to"])
    return ListRequest(cast("Direction", direction), first, last)


def _require(found: Mapping[str, str], name: str, expected: str) -> str:
    if name not in found:
        raise _errors.missing_parameter(name, expected)
    return found[name]


def _read_moment(found: Mapping[str, str], name: str) -> int:
    value = _require(found, name, "YYYY-MM-DD HH:MM:SS in UTC")
    moment = _dates.parse(value)
    if moment is None:
        raise _errors.bad_datetime(name, value)
    return moment
