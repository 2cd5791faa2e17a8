"""The codecs of dates and times. All datetimes are aware and in UTC."""

import re
from datetime import UTC, date, datetime, timedelta

from .._errors import ArgumentError
from .base import Codec

_ZERO = "0000-00-00 00:00:00"
_OTHER_FORM = "not a date in the format of the contract"
_LAST_SECOND = datetime.max.replace(microsecond=0, tzinfo=UTC)

_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
# Python 3.14 accepts 24:00:00 as midnight; the contract does not.
_PLAIN = re.compile(_DATE + r" (?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(?:\.[0-9]{3})?")
_RFC3339 = _DATE + r"[Tt](?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"


class Moment(Codec[datetime]):
    """A datetime to the second, `YYYY-MM-DD HH:MM:SS` in UTC.

    Fractions of a second are rounded down, or up with `round_up`: a window from a moment rounded down to a
    moment rounded up loses nothing at its edges.
    """

    json_type = str

    def __init__(self, *, round_up: bool = False) -> None:
        self._round_up = round_up

    def encode(self, value: object, name: str) -> str:
        """Return the datetime in UTC, to the second."""
        moment = _to_utc(value, name)
        whole = moment.replace(microsecond=0)
        if self._round_up and whole != moment and whole < _LAST_SECOND:
            whole += timedelta(seconds=1)
        return whole.replace(tzinfo=None).isoformat(" ", "seconds")

    def decode(self, value: str) -> datetime:
        """Return the datetime."""
        if not _PLAIN.fullmatch(value):
            raise ValueError(_OTHER_FORM)
        return datetime.fromisoformat(f"{value}+00:00")  # several times as fast as replace(tzinfo=UTC)


class MomentOrZero(Codec[datetime | None]):
    """Like `Moment`; the zero datetime, which means "not yet", becomes None."""

    json_type = str
    _moment = Moment()

    def encode(self, value: object, name: str) -> str:
        """Return the datetime in UTC, to the second, or the zero datetime."""
        return _ZERO if value is None else self._moment.encode(value, name)

    def decode(self, value: str) -> datetime | None:
        """Return the datetime, or None."""
        return None if value == _ZERO else self._moment.decode(value)


class MomentMs(Codec[datetime]):
    """A datetime to the millisecond, `YYYY-MM-DD HH:MM:SS.mmm` in UTC. Smaller fractions are rounded down."""

    json_type = str

    def encode(self, value: object, name: str) -> str:
        """Return the datetime in UTC, to the millisecond."""
        return _to_utc(value, name).replace(tzinfo=None).isoformat(" ", "milliseconds")

    def decode(self, value: str) -> datetime:
        """Return the datetime."""
        if not _PLAIN.fullmatch(value):
            raise ValueError(_OTHER_FORM)
        return datetime.fromisoformat(f"{value}+00:00")  # several times as fast as replace(tzinfo=UTC)


class Rfc3339(Codec[datetime]):
    """An RFC 3339 date-time, such as `2016-05-04T12:29:32.340Z`.

    A leap second, 23:59:60, becomes the following second, as in POSIX, because `datetime` has none.
    """

    json_type = str

    def encode(self, value: object, name: str) -> str:
        """Return the datetime in UTC, with its fraction of a second."""
        return _to_utc(value, name).replace(tzinfo=None).isoformat("T") + "Z"

    def decode(self, value: str) -> datetime:
        """Return the datetime in UTC; fractions smaller than a microsecond are cut off."""
        text = value.upper()
        is_leap = text[17:19] == "60"
        try:
            moment = _parse(f"{text[:17]}59{text[19:]}" if is_leap else text, _RFC3339).astimezone(UTC)
            return _after_leap_second(moment) if is_leap else moment
        except OverflowError:
            raise ValueError("a datetime whose year in UTC is not 1 to 9999") from None


class Day(Codec[date]):
    """A date without a time, `YYYY-MM-DD`."""

    json_type = str

    def encode(self, value: object, name: str) -> str:
        """Return the date."""
        if not isinstance(value, date) or isinstance(value, datetime):
            raise ArgumentError(name, f"expected a date, got {type(value).__name__}")
        return value.isoformat()

    def decode(self, value: str) -> date:
        """Return the date."""
        return _parse(value, _DATE).date()


def _to_utc(value: object, name: str) -> datetime:
    if not isinstance(value, datetime):
        raise ArgumentError(name, f"expected a datetime, got {type(value).__name__}")
    if value.utcoffset() is None:
        raise ArgumentError(
            name, "expected an aware datetime, got a naive one; use datetime.now(UTC), for example"
        )
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ArgumentError(name, "expected a datetime whose year in UTC is 1 to 9999") from None


def _after_leap_second(moment: datetime) -> datetime:
    if (moment.hour, moment.minute) != (23, 59):
        raise ValueError(_OTHER_FORM)
    return moment + timedelta(seconds=1)


def _parse(value: str, pattern: str) -> datetime:
    if not re.fullmatch(pattern, value):
        raise ValueError(_OTHER_FORM)
    return datetime.fromisoformat(value)
