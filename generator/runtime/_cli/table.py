"""The table of a list: one line for each SMS, with as many columns as fit the terminal."""

from itertools import accumulate
from typing import Final, NamedTuple
from unicodedata import combining, east_asian_width

from .._models import Sms

_MOMENT: Final = "%Y-%m-%d %H:%M:%S"
_GAP: Final = "  "
_ROOM_FOR_TEXT: Final = 14
"""With less, optional columns are left out."""


class _Column(NamedTuple):
    title: str
    width: int
    is_number: bool = False


_COLUMNS: Final = (
    _Column("HASH", 8),
    _Column("CREATED (UTC)", 19),
    _Column("STATUS", 13),
    _Column("FROM", 16),
    _Column("TO", 16),
    _Column("PARTS", 5, is_number=True),
    _Column("CENTS", 8, is_number=True),
)
_OWN_SIDE: Final = {"IN": "TO", "OUT": "FROM"}


class Table:
    """Header and rows for a terminal of some width; 0 for no terminal, where lines are not cut."""

    def __init__(self, direction: str, width: int) -> None:
        self._width = width
        self._columns = [*_COLUMNS]
        for title in ("CENTS", "PARTS", _OWN_SIDE.get(direction)):
            if 0 < width < sum(len(_GAP) + column.width for column in self._columns) + _ROOM_FOR_TEXT:
                self._columns = [column for column in self._columns if column.title != title]

    def header(self) -> str:
        """Return the titles of the columns."""
        return self._line({column.title: column.title for column in self._columns} | {"TEXT": "TEXT"})

    def row(self, sms: Sms) -> str:
        """Return the line of an SMS, cut where the terminal ends."""
        return self._line(
            {
                "HASH": sms.hash,
                "CREATED (UTC)": f"{sms.date_creation:{_MOMENT}}",
                "STATUS": sms.status,
                "FROM": sms.from_,
                "TO": sms.to,
                "PARTS": str(sms.parts),
                "CENTS": str(sms.b_customer_debit),
                "TEXT": sms.text,
            }
        )

    def _line(self, values: dict[str, str]) -> str:
        cells = [_pad(plain(values[column.title]), column) for column in self._columns]
        line = _GAP.join([*cells, plain(values["TEXT"])]).rstrip()
        return _cut(line, self._width) if self._width else line


def plain(text: str) -> str:
    """Return the text on one line, without control characters, which could control the reader's terminal."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def _pad(text: str, column: _Column) -> str:
    space = " " * (column.width - sum(map(_cells, text)))
    return space + text if column.is_number else text + space


def _cut(line: str, width: int) -> str:
    """Return a line cut to the width of the terminal; East Asian characters take two columns."""
    if sum(map(_cells, line)) <= width:
        return line
    kept = sum(used < width for used in accumulate(map(_cells, line)))
    return f"{line[:kept]}…"


def _cells(character: str) -> int:
    if combining(character):
        return 0
    return 2 if east_asian_width(character) in {"F", "W"} else 1
