"""Exceptions that the handler of a signal raises, in whatever code the signal comes."""

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from types import FrameType

_CO_VARARGS = 0x04
"""The flag of a function with `*arguments`, as `inspect` has it, which is slow to import."""


def is_from_handler(caught: BaseException) -> bool:
    """Return whether the handler of a signal raised an exception, in whatever code the signal came.

    Only a handler has the frame that called it as an argument.
    """
    trace = caught.__traceback__
    while trace is not None and trace.tb_next is not None:
        above, trace = trace.tb_frame, trace.tb_next
        if any(argument is above for argument in _arguments(trace.tb_frame)):
            return True
    return False


def _arguments(frame: "FrameType") -> list[object]:
    code, variables = frame.f_code, frame.f_locals
    found: list[object] = [variables.get(name) for name in code.co_varnames[: code.co_argcount]]
    if code.co_flags & _CO_VARARGS:
        rest: object = variables.get(code.co_varnames[code.co_argcount + code.co_kwonlyargcount])
        if isinstance(rest, tuple):  # it may have been assigned to
            found.extend(cast("tuple[object, ...]", rest))
    return found
