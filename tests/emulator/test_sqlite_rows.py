"""Statements over many rows, whatever their number."""

import sqlite3

import pytest

from callr_sms_emulator._storage.sqlite.bulk import RowsStatement

INSERT = RowsStatement(
    "INSERT INTO fruit (id, name) SELECT * FROM (VALUES {rows}) WHERE column1 IS NOT NULL",
    "(?, CAST(? AS TEXT))",
)
UPDATE = RowsStatement(
    """
WITH given (id, name) AS MATERIALIZED (VALUES {rows})
UPDATE fruit SET name = given.name FROM given WHERE fruit.id = given.id
""",
    "(?, ?)",
)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 1000, 1023, 1024, 1025, 2049, 3000])
def test_every_row_counts_once_and_no_other(count: int) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE fruit (id INTEGER PRIMARY KEY, name TEXT)")
    INSERT.execute(connection, [(number, b"apple") for number in range(count)])
    found = connection.execute("SELECT id, name FROM fruit ORDER BY id").fetchall()
    assert found == [(number, "apple") for number in range(count)]
    UPDATE.execute(connection, [(number, f"pear {number}") for number in range(1, count)])
    names = [name for (name,) in connection.execute("SELECT name FROM fruit ORDER BY id")]
    assert names == (["apple", *[f"pear {number}" for number in range(1, count)]] if count else [])
    connection.close()
