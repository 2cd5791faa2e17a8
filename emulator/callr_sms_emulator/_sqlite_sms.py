"""An SMS as a row of an SQLite database."""

import sqlite3

from callr_sms_emulator._store import HashTakenError, NewSms

# The JSON is bound as bytes and kept as text: no decoding on our side, yet readable with any SQLite tool.
_INSERT = """
INSERT INTO sms (hash, account, direction, created, due, head, tail, outcome, webhook)
VALUES (?, ?, ?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), ?, CAST(? AS TEXT))
"""


def insert_sms(sms: NewSms, connection: sqlite3.Connection) -> int:
    """Keep a new SMS; give its row.

    Raises:
        HashTakenError: The account has an SMS with this hash.
    """
    try:
        identity = connection.execute(_INSERT, sms).lastrowid
    except sqlite3.IntegrityError as error:
        raise HashTakenError from error
    assert identity is not None  # noqa: S101 - an INSERT that succeeded has a row
    return identity
