"""A lock between processes, which the system releases when its owner ends in any way."""

import sqlite3
from pathlib import Path

from callr_sms_emulator._storage import private_files
from callr_sms_emulator._storage.sqlite.connections import MEMORY
from callr_sms_emulator._storage.sqlite.files import LOCK_SUFFIX


class DeliveryLock:
    """The right of one process to deliver the webhooks of the database `name`.

    It is SQLite's own lock on a file next to the database: the same on every system, and free as soon as the
    process is gone.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock: sqlite3.Connection | None = None

    def acquire(self) -> bool:
        """Acquire the lock; False while another process, or another store of this one, holds it."""
        if self._name == MEMORY or self._lock is not None:
            return True
        file = Path(self._name + LOCK_SUFFIX)
        private_files.make_file(file)
        lock = sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:  # locked
            lock.close()
            return False
        self._lock = lock
        return True

    def release(self) -> None:
        """Release the lock."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
