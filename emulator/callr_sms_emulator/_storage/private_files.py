"""Files with texts and passwords: only their owner can read them, whatever the umask and the folder."""

import contextlib
import errno
import os
import stat
from pathlib import Path

_FOLDER = 0o700
_FILE = 0o600
_OTHERS = 0o077


def make_folder(folder: Path) -> None:
    """Create a folder and its missing parents, for their owner alone. An existing one is not changed.

    Raises:
        OSError: It cannot be created.
    """
    missing: list[Path] = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        try:
            each.mkdir()
        except FileExistsError:  # another process was faster, or a link leads nowhere
            if not each.is_dir():
                raise
        else:
            each.chmod(_FOLDER)


def make_file(file: Path) -> None:
    """Create an empty file for its owner alone. An existing one is not changed.

    It is not opened either: to close it would release the locks that this process has on it (POSIX).

    Raises:
        OSError: It cannot be created.
    """
    if file.exists():
        return
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE)
        os.close(descriptor)
        file.chmod(_FILE)


def make_private(path: Path) -> None:
    """Take all permissions of other users on a file or folder away.

    Raises:
        OSError: It does not exist, or its permissions cannot be changed.
    """
    if os.name == "nt":  # the folders of a user are private there, and a mode says nothing
        return
    if _is_open(path):
        with contextlib.suppress(PermissionError):  # it belongs to somebody else
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_OTHERS)
        if _is_open(path):
            raise PermissionError(
                errno.EPERM, "other users may read it, and this user cannot change that", str(path)
            )


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & _OTHERS)
