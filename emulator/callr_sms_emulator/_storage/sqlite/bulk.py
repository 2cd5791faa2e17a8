"""Many rows in one SQL statement: while it runs, SQLite needs no interpreter lock."""

import sqlite3
from collections.abc import Sequence
from itertools import chain, repeat

_MOST = 1024  # with 7 values each they are far fewer than the 32,766 that SQLite takes
_SIZES = tuple(1 << power for power in range(_MOST.bit_length()))


class RowsStatement:
    """A statement with a placeholder `{rows}` for rows of values, each like `row`: `(?, ?, CAST(? AS TEXT))`.

    Parameters, because to write and read one JSON of them costs four times as much. There is one text for
    each power of two, so that SQLite has them all compiled; missing rows are all NULL, which the statement
    must ignore.
    """

    def __init__(self, statement: str, row: str) -> None:
        self._width = row.count("?")
        self._texts = {size: statement.format(rows=", ".join([row] * size)) for size in _SIZES}

    def execute(self, connection: sqlite3.Connection, rows: Sequence[Sequence[object]]) -> None:
        """Run it over all rows, 1,024 at a time."""
        for begin in range(0, len(rows), _MOST):
            part = rows[begin : begin + _MOST]
            size = 1 << (len(part) - 1).bit_length()
            missing = repeat(None, (size - len(part)) * self._width)
            connection.execute(self._texts[size], [*chain.from_iterable(part), *missing])
