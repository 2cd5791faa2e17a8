"""Interruptions: exceptions that something else raises in the middle of a request.

A signal handler, a debugger, a time limit of a job queue or of a green thread may raise anything anywhere,
`TimeoutError` and `OSError` included. What it raises is not an error of the network: it must reach the caller
unchanged, and must not be followed by another attempt.
"""

from types import TracebackType

_THIS_PACKAGE = __name__.partition(".")[0]
_LIBRARIES = frozenset(
    {
        *(_THIS_PACKAGE, "httpcore2", "httpx2", "h11", "socksio", "encodings", "idna"),
        *("ssl", "socket", "select", "selectors", "threading"),
    }
)
_CLASSES = _LIBRARIES | {"builtins", "zlib", "_ssl"}


def is_interruption(caught: BaseException, kind: type = object, *, numbered: bool = True) -> bool:
    """Return whether an exception was raised by something else than the network and the HTTP library.

    It is recognised by one of three signs: its class is not theirs, the code that raised it is not theirs, or
    it is an error of the operating system without the number that the operating system gives.

    Args:
        caught: The exception, in the handler that caught it.
        kind: The class of the socket. Libraries of green threads and of proxies bring their own, in their
            own modules, and errors of their own with it.
        numbered: Whether the operation gives the number with its errors. `inet_pton` does not.
    """
    own = {_root(base.__module__) for base in kind.__mro__}
    classes = _CLASSES | own if isinstance(caught, OSError) else _CLASSES
    if not isinstance(caught, Exception) or _root(type(caught).__module__) not in classes:
        return True
    is_system = isinstance(caught, OSError) and type(caught).__module__ == "builtins"
    if numbered and is_system and getattr(caught, "errno", None) is None:
        return True
    where = _root(_last(caught.__traceback__))
    return where not in _LIBRARIES | own


def hide_library_frames(caught: BaseException) -> None:
    """Cut the frames between the one that caught an interruption and the code that raised it.

    The variables of those frames hold the credentials and the text.
    """
    trace = caught.__traceback__
    below = trace and trace.tb_next
    while below is not None and _root(_module(below)) in _LIBRARIES:
        below = below.tb_next
    if trace is not None:
        trace.tb_next = below


def _last(trace: TracebackType | None) -> str:
    """Return the module that raised it: the frame of a handler is below the one that it interrupted."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return _module(trace) if trace else ""


def _module(trace: TracebackType) -> str:
    return str(trace.tb_frame.f_globals.get("__name__"))


def _root(module: str) -> str:
    return module.partition(".")[0]
