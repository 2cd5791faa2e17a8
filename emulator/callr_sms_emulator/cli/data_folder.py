"""Where the emulator keeps its data."""

import os
import sys
from pathlib import Path

from callr_sms_emulator._storage import make_folder, make_private
from callr_sms_emulator.cli.output import PROGRAM, fail


def data_folder() -> Path:
    """Return the folder for the emulator's data, by the convention of the platform (XDG on Linux)."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or _home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = _home() / "Library" / "Application Support"
    else:
        given = os.environ.get("XDG_DATA_HOME", "")
        # The XDG specification says to ignore a path that is not absolute.
        base = Path(given) if given.startswith("/") else _home() / ".local" / "share"
    return base / PROGRAM


def open_data_folder() -> Path:
    """Return the folder once it exists and is private; an existing one may be open to other users."""
    folder = data_folder()
    try:
        make_folder(folder)
        make_private(folder)
    except OSError as error:
        fail(
            f"cannot use the data folder {folder}: {error.strerror or error}; set HOME or XDG_DATA_HOME to a "
            "folder that this user may write to, or pass --database with a file or :memory:"
        )
    return folder


def _home() -> Path:
    try:
        home = Path.home()
    except RuntimeError:  # neither HOME nor an entry in the list of users
        home = Path()
    if not home.is_absolute() or os.environ.get("HOME") == "":  # Python takes an empty one for the root
        fail(
            "this user has no home folder for the data: set HOME or XDG_DATA_HOME, or pass --database with a "
            "file or :memory:"
        )
    return home
