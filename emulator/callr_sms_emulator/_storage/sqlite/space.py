"""The space of an SQLite database: what is used of it, and how its file shrinks after SMS were removed."""

import sqlite3

from callr_sms_emulator._storage.sqlite.connections import Database

# Free pages that are left for what comes next: 1 MB.
_LEFT = 256
# Pages in one transaction, a few milliseconds.
_STEP = 64
_INCREMENTAL = 2

_USED = """
SELECT (page_count - freelist_count) * page_size
FROM pragma_page_count, pragma_freelist_count, pragma_page_size
"""
_FREE = "SELECT freelist_count FROM pragma_freelist_count, pragma_auto_vacuum WHERE auto_vacuum = ?"
_CUT = f"PRAGMA incremental_vacuum({_STEP})"
_CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)"


def used(connection: sqlite3.Connection) -> int:
    """Return the bytes of the pages that are used."""
    found: int = connection.execute(_USED).fetchone()[0]
    return found


async def shrink(database: Database) -> bool:
    """Cut some free pages off; return whether there are more."""
    if not await database.read(_is_wasteful):
        return False
    # Each row of the result is a page that it moves and frees.
    await database.write(lambda at: at.execute(_CUT).fetchall())
    is_wasteful = await database.read(_is_wasteful)
    if not is_wasteful:
        # So that the file gets shorter now. It holds up no writer, and is not done by the one that writes.
        await database.read(lambda at: at.execute(_CHECKPOINT).fetchall())
    return is_wasteful


def _is_wasteful(connection: sqlite3.Connection) -> bool:
    """Return whether many pages are free, in a file that can shrink: it was created to do so."""
    row = connection.execute(_FREE, (_INCREMENTAL,)).fetchone()
    return row is not None and row[0] > _LEFT
