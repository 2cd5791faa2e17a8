"""The rules of SMS traffic in France (france): hours of marketing, senders, and who wants none of it.

Marketing waits from 22:00 to 08:00, on Sundays and on public holidays. The end at 08:00, the time zone, the
numbers that count as French, the holidays of Alsace and Moselle that are left out, and the numbers below are
choices.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

TrafficRules = Literal["none", "france"]
Keyword = Literal["STOP", "START"]

MARKETING = "MARKETING"
REPLACED = {MARKETING: "36111", "ALERTING": "38111"}
"""What is shown in place of a numeric sender, by the nature of the SMS: of the ranges 36XXX and 38XXX."""

_FIRST_HOUR, _LAST_HOUR = 8, 22
_SUNDAY = 6
_FIXED = frozenset({(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)})  # month, day
_AFTER_EASTER = (1, 39, 50)  # Easter Monday, Ascension, Whit Monday
# France, and the overseas departments and Saint-Pierre-et-Miquelon, whose numbers ARCEP assigns, too.
_PREFIXES = ("+33", "+262", "+508", "+590", "+594", "+596")
_KEYWORD = re.compile(r"\W*(stop|start)\W*", re.IGNORECASE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_french(number: str) -> bool:
    """Return whether the rules concern SMS to a number."""
    return number.startswith(_PREFIXES)


def read_keyword(text: str) -> Keyword | None:
    """Return what a reply asks for: `STOP` or `START` alone, in any case, with any punctuation (choice)."""
    found = _KEYWORD.fullmatch(text)
    if found is None:
        return None
    return "STOP" if found[1].upper() == "STOP" else "START"


def allowed_from(moment: int) -> int:
    """Return the first moment from this one on at which marketing is allowed (milliseconds since 1970)."""
    local = (_EPOCH + timedelta(milliseconds=moment)).astimezone(_paris())
    day = local.date()
    if _is_open(day) and _FIRST_HOUR <= local.hour < _LAST_HOUR:
        return moment
    if local.hour >= _FIRST_HOUR:
        day += timedelta(days=1)
    while not _is_open(day):
        day += timedelta(days=1)
    opening = datetime(day.year, day.month, day.day, _FIRST_HOUR, tzinfo=_paris())
    return (opening - _EPOCH) // timedelta(milliseconds=1)


def _is_open(day: date) -> bool:
    return day.weekday() != _SUNDAY and (day.month, day.day) not in _FIXED and day not in _movable(day.year)


@cache
def _movable(year: int) -> frozenset[date]:
    easter = _easter(year)
    return frozenset(easter + timedelta(days=each) for each in _AFTER_EASTER)


def _easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar, by the algorithm of Meeus, Jones and Butcher."""
    golden = year % 19
    century, rest = divmod(year, 100)
    corrected = century - (century + 8) // 25 + 1
    epact = (19 * golden + century - century // 4 - corrected // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def _paris() -> "ZoneInfo":
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - most processes never need it

    return ZoneInfo("Europe/Paris")  # of the system, or of the package tzdata where the system has none
