"""Forks: a forked process starts with free locks, and with whole objects behind them.

A fork copies one thread. A lock that another thread holds at that moment would be held for ever in the new
process, and an import that another thread has begun would never end.
"""

import os
import threading
from collections.abc import Callable

_PATIENCE = 10.0
"""Seconds that a fork waits at most. Nothing that holds the lock waits for anything else."""

_lock = threading.RLock()
_forking_thread: int | None = None


def guard() -> threading.RLock:
    """Return the one lock of this client, which a fork waits for. Hold it for short steps and for imports.

    Reentrant, because a signal handler may use the client while the interrupted code holds the lock. Do not
    keep it: a forked process may get another one.
    """
    return _lock


def _before() -> None:
    global _forking_thread  # noqa: PLW0603 - hooks have no other place for their state
    if _lock.acquire(timeout=_PATIENCE):
        _forking_thread = threading.get_ident()


def _after_in_parent() -> None:
    global _forking_thread  # noqa: PLW0603 - as above
    if _forking_thread == threading.get_ident():
        _forking_thread = None
        _lock.release()


def _after_in_child() -> None:
    global _lock, _forking_thread
    if _forking_thread == threading.get_ident():
        _after_in_parent()
    else:  # the fork did not wait, as in servers that fork in C
        _lock, _forking_thread = threading.RLock(), None


def call_in_forks(function: Callable[[], None]) -> None:
    """Call a function in each forked process, before anything else runs there."""
    if hasattr(os, "register_at_fork"):  # not on Windows, which has no forks
        os.register_at_fork(after_in_child=function)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
