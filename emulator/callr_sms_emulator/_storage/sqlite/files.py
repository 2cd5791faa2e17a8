"""The files of an SQLite database: opened for their owner alone, and watched while they are served."""

import logging
import os
import re
import sqlite3
import threading
from pathlib import Path

from callr_sms_emulator._log import describe
from callr_sms_emulator._storage import private_files
from callr_sms_emulator._storage.store import StoreError, StoreGoneError

_log = logging.getLogger(__name__)

LOCK_SUFFIX = "-webhooks"
_WAL = "-wal"
_BESIDES = (_WAL, "-shm", "-journal", LOCK_SUFFIX)
# A URI with a password in it, or a name that SQLite or other programs would not take for that of a file.
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://|(file|sqlite|jdbc):", re.IGNORECASE)

_SPACE = "free some space, or choose another file with --database"
_WRITABLE = "expected a file and a folder that this user may write to; choose another file with --database"
_DAMAGED = "the file is damaged: restore it from a copy, or move it away to start with an empty one"
_CURES = {
    sqlite3.SQLITE_FULL: _SPACE,
    sqlite3.SQLITE_IOERR: f"the disk is full or failing: {_SPACE}",
    sqlite3.SQLITE_READONLY: _WRITABLE,
    sqlite3.SQLITE_CANTOPEN: _WRITABLE,
    sqlite3.SQLITE_PERM: _WRITABLE,
    sqlite3.SQLITE_AUTH: _WRITABLE,
    sqlite3.SQLITE_BUSY: "another program uses it alone: end that, or choose another file with --database",
    sqlite3.SQLITE_NOTADB: "expected a new file or one of this emulator; choose another with --database",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_ERROR: _DAMAGED,  # a table or a column is missing
}


def explain(error: Exception) -> str:
    """Return what is wrong with a database and what to do, without the name of its file."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        return f"{error}; {_CURES.get(code, _DAMAGED)}"
    if isinstance(error, OSError):
        return f"{error.strerror or error}; {_WRITABLE}"
    if isinstance(error, UnicodeError):  # in a name of the schema, which SQLite quotes, or in a login
        return f"some of it is not UTF-8; {_DAMAGED}"
    return f"{describe(error)}; {_DAMAGED}"


def refuse_url(name: str) -> None:
    """Check that a name is not a URL, which would become a folder in the working directory.

    Raises:
        StoreError: It is one. It is not repeated, because it may contain a password.
    """
    found = _URL.match(name)
    if found:
        message = (
            f"cannot use the database {found[0]}…: it is a URL: expected the path of an SQLite file, "
            "like --database sms.sqlite3, :memory:, or postgresql://USER:PASSWORD@HOST/NAME"
        )
        raise StoreError(message)


def create(name: str) -> None:
    """Create the file of a database for its owner alone, if it does not exist.

    Raises:
        OSError: It cannot be created, or is not a file.
    """
    path = Path(os.path.realpath(name))  # a link may lead to a file that does not exist yet
    is_folder = name.endswith(("/", os.sep))
    if not is_folder:
        private_files.make_folder(path.parent)
        private_files.make_file(path)
    if is_folder or not path.is_file():
        raise OSError(None, "it is a folder or a device and not a file")


def make_private(name: str) -> None:
    """Remove the permissions of other users on a database and its WAL and lock files.

    Raises:
        OSError: That is not allowed.
    """
    real = os.path.realpath(name)  # SQLite puts its files next to the target of a link
    for path in (name, name + LOCK_SUFFIX, *(real + each for each in _BESIDES)):
        if Path(path).exists():
            private_files.make_private(Path(path))


class WatchedFiles:
    """The files of an open database, and whether they are still those that were opened.

    A file that was removed or replaced still takes what is written to it, and all of that is gone at the end.
    Without a name there is nothing to watch.
    """

    def __init__(self, name: str | None) -> None:
        real = None if name is None else os.path.realpath(name)
        paths = [] if real is None else [each for each in (real, real + _WAL) if Path(each).exists()]
        self._opened = [(path, os.stat(path)) for path in paths]  # noqa: PTH116 - this one costs half
        self._lock = threading.Lock()
        self.is_gone = False

    def check(self) -> None:
        """Check that they are there; log once that they are not.

        Raises:
            StoreGoneError: A file was removed, replaced or emptied.
        """
        reason = self._changed()
        if reason is None and not self.is_gone:
            return
        with self._lock:
            was_gone, self.is_gone = self.is_gone, reason is not None
        if reason is not None:
            if not was_gone:
                _log.error(
                    "the database was removed or replaced while it is served (%s); every request to it fails "
                    "until the file is back: put it back, or start the emulator again",
                    reason,
                )
            raise StoreGoneError(reason)
        if was_gone:
            _log.warning("the database is back, and served again")

    def _changed(self) -> str | None:
        for path, opened in self._opened:
            try:
                found = os.stat(path)  # noqa: PTH116 - as above
            except OSError as error:
                return f"{path}: {error.strerror}"
            if found.st_ino != opened.st_ino or found.st_dev != opened.st_dev:
                return f"{path}: another file has its name"
            if not found.st_size and opened.st_size:
                return f"{path}: it was emptied"
        return None
