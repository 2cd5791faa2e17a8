"""The tables of an SQLite database: created, or migrated from an older version."""

import re
import sqlite3
from itertools import chain

from callr_sms_emulator._storage.sqlite import search
from callr_sms_emulator._storage.store import StoreError

SCHEMA_VERSION = 5
# "CSMS": distinguishes these files from any other SQLite database (PRAGMA application_id).
_APPLICATION_ID = 0x43534D53
# 16 MB of log: pages that many commits touch go to the database, and to the disk, once for all of them.
_CHECKPOINT_PAGES = 4000
_PAGE_BYTES = 4096

_SMS = """
    CREATE TABLE sms (
      id INTEGER PRIMARY KEY,
      hash TEXT NOT NULL,
      account TEXT NOT NULL,     -- login
      direction TEXT NOT NULL,
      created INTEGER NOT NULL,  -- seconds since 1970
      due INTEGER,               -- milliseconds since 1970 of the next change of status
      head TEXT NOT NULL,        -- head || tail is the JSON of the SMS
      tail TEXT NOT NULL,
      outcome TEXT,              -- how its life goes; NULL: as usual
      webhook TEXT               -- JSON of options.webhook
    )
    """
_SMS_INDEXES = (
    "CREATE UNIQUE INDEX sms_by_hash ON sms (hash, account)",
    "CREATE INDEX sms_by_creation ON sms (account, direction, created, hash)",
    "CREATE INDEX sms_by_due ON sms (account, due) WHERE due IS NOT NULL",
    "CREATE INDEX sms_by_hooked_due ON sms (account, due) WHERE due IS NOT NULL AND webhook IS NOT NULL",
)
_OTHERS = (
    """
    CREATE TABLE account (
      login TEXT PRIMARY KEY,
      password TEXT,             -- salted and hashed; NULL: given on the command line
      state TEXT NOT NULL        -- JSON: clock, timings and whatever else is set for it
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE subscription (
      id INTEGER PRIMARY KEY,
      hash TEXT NOT NULL,
      account TEXT NOT NULL,
      types TEXT NOT NULL,       -- of the events that it is told, with spaces between
      target TEXT NOT NULL,      -- JSON: endpoint, hmac_secret, hmac_algo
      created INTEGER NOT NULL,  -- milliseconds since 1970
      UNIQUE (account, hash)
    )
    """,
    # Apart from deliveries, because it never changes: an attempt rewrites a hundred bytes, not a thousand.
    """
    CREATE TABLE event (
      id INTEGER PRIMARY KEY,
      sms INTEGER NOT NULL,      -- sms.id
      type TEXT NOT NULL,
      event_id TEXT NOT NULL,
      sequence INTEGER NOT NULL, -- among the events of the SMS
      event_at INTEGER NOT NULL, -- milliseconds since 1970
      tail TEXT NOT NULL         -- of the SMS as of the event
    )
    """,
    """
    CREATE TABLE delivery (
      id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: one under way may be removed meanwhile
      account TEXT NOT NULL,
      sms INTEGER NOT NULL,      -- sms.id
      event INTEGER NOT NULL,    -- event.id
      hook TEXT NOT NULL,        -- hash of the subscription; empty for the webhook of the SMS
      receiver TEXT NOT NULL,    -- http://host:port that it goes to
      due INTEGER,               -- milliseconds since 1970; NULL: another one comes first, or it has ended
      tries INTEGER NOT NULL DEFAULT 0,
      state TEXT NOT NULL DEFAULT 'waiting'
    )
    """,
    "CREATE INDEX delivery_by_due ON delivery (account, receiver, due, id) WHERE due IS NOT NULL",
    "CREATE INDEX delivery_by_sms ON delivery (sms, hook, id)",
    "CREATE INDEX delivery_by_account ON delivery (account, id)",
    # Ordered by time, so that they fill one page after the other.
    """
    CREATE TABLE attempt (
      id INTEGER PRIMARY KEY,
      delivery INTEGER NOT NULL,
      number INTEGER NOT NULL,
      at INTEGER NOT NULL,       -- milliseconds since 1970
      detail TEXT NOT NULL       -- JSON
    )
    """,
    "CREATE INDEX attempt_by_delivery ON attempt (delivery)",
)
_UNSUBSCRIBED = """
    CREATE TABLE unsubscribed (
      account TEXT NOT NULL,
      number TEXT NOT NULL,
      at INTEGER NOT NULL,       -- milliseconds since 1970
      PRIMARY KEY (account, number)
    ) WITHOUT ROWID
    """
_STAMP = (f"PRAGMA application_id = {_APPLICATION_ID}", f"PRAGMA user_version = {SCHEMA_VERSION}")
_NEW = (_SMS, *_SMS_INDEXES, *_OTHERS, *search.SEARCHABLE, *search.SEARCH_TERMS, _UNSUBSCRIBED, *_STAMP)
_CREATED = re.compile(r"CREATE (?:UNIQUE |VIRTUAL )?(?:TABLE|INDEX) (\w+)")
# Hashes were unique in the whole file; now they are unique in each account.
_FROM_1 = (
    "DROP INDEX sms_by_creation",
    "DROP INDEX sms_by_due",
    "ALTER TABLE sms RENAME TO sms_1",
    _SMS,
    """
    INSERT INTO sms (id, hash, account, direction, created, due, head, tail)
    SELECT id, hash, account, direction, created, due, head, tail FROM sms_1
    """,
    "DROP TABLE sms_1",
    *_SMS_INDEXES,
    *_OTHERS,
)
# The index of searches is new; the first search fills it.
_FROM_2 = search.SEARCHABLE
_FROM_3 = (_UNSUBSCRIBED,)
# The index had no terms of one and two characters; the next search indexes all SMS again.
_FROM_4 = ("DROP TABLE IF EXISTS search_text", "DELETE FROM searchable", *search.SEARCH_TERMS)
_MIGRATIONS = {1: _FROM_1, 2: _FROM_2, 3: _FROM_3, 4: _FROM_4}
"""The statements that lead from each version to the next."""


def prepare(connection: sqlite3.Connection, name: str, *, durable: bool) -> None:
    """Create missing tables, check the application and version of the file, and set how commits are written.

    Raises:
        StoreError: The database belongs to another program or a newer emulator, or lacks a table.
    """
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # has an effect on a new file alone
    # In a transaction, so that of two emulators that start on a new file one makes the schema.
    connection.execute("BEGIN IMMEDIATE")
    for statement in _missing(connection, name):
        connection.execute(statement)
    _check_names(connection, name)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit = {_CHECKPOINT_PAGES * _PAGE_BYTES}")
    connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
    probe(connection)


def probe(connection: sqlite3.Connection) -> None:
    """Write what is there already: on a full disk or a file that is read-only, this fails.

    Not the version, which a newer emulator on the same file may have changed meanwhile.
    """
    connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")


def _check_names(connection: sqlite3.Connection, name: str) -> None:
    found = {each.decode() for (each,) in connection.execute("SELECT name FROM sqlite_schema")}
    wanted = [match[1] for statement in _NEW if (match := _CREATED.search(statement))]
    lost = [each for each in wanted if each not in found]
    if lost:
        message = (
            f"the database {name} is damaged: it lacks {', '.join(lost)}; "
            "restore it from a copy, or move it away to start with an empty one"
        )
        raise StoreError(message)


def _missing(connection: sqlite3.Connection, name: str) -> tuple[str, ...]:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables == 0:
        return _NEW
    if application != _APPLICATION_ID:
        message = (
            f"{name} is an SQLite database of another program: expected a new file or one of this emulator; "
            "choose another file with --database"
        )
        raise StoreError(message)
    if version == SCHEMA_VERSION:
        return ()
    if version not in _MIGRATIONS:
        message = (
            f"{name} has schema version {version}, this emulator knows {SCHEMA_VERSION}: "
            "expected a newer emulator, or another file with --database"
        )
        raise StoreError(message)
    steps = (_MIGRATIONS[each] for each in range(version, SCHEMA_VERSION))
    return (*chain.from_iterable(steps), *_STAMP)
