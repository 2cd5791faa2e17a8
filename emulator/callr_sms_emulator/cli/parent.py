"""The process that started this one: its end can be the end of this one."""

import os
import signal
import sys
import threading

_CHUNK = 64 * 1024


def end_with_stdin() -> None:
    """End this process as SIGTERM does once its standard input is closed, at once if it has none.

    The system closes the other end of a pipe with the process that holds it, however that process ends: no
    signal of another process's end works everywhere, and nobody can catch SIGKILL.
    """
    threading.Thread(target=_watch, name="stdin", daemon=True).start()


def _watch() -> None:
    # Not `sys.stdin.read`: it would hold a lock that Python needs when it ends.
    if sys.stdin is not None:  # it is if the descriptor is closed, which may be that of another file by now
        _read_all(sys.stdin.fileno())
    os.kill(os.getpid(), signal.SIGTERM)


def _read_all(descriptor: int) -> None:
    try:
        while os.read(descriptor, _CHUNK):
            pass
    except OSError:  # a terminal that is gone
        return
