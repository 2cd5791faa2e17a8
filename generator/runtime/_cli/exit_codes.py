"""The exit codes of the command line, and its error messages."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final, NamedTuple

from .._errors import (
    ArgumentError,
    CallrError,
    ConfigurationError,
    NotFinalError,
)
from .messages import explain, explain_argument, explain_setting


class Exit(NamedTuple):
    """An exit code and when a command ends with it."""

    code: int
    meaning: str


EXITS: Final = {
    "done": Exit(0, "done"),
    "failed": Exit(1, "not done: the API refused, there is no connection; an SMS was not sent"),
    "usage": Exit(2, "wrong arguments, or no credentials; nothing was sent"),
    "unknown": Exit(3, "send: the SMS may have been sent, or not; look before you send again"),
    "not_final": Exit(4, "wait: time was up, and the status was not final"),
    "not_received": Exit(5, "wait: the status is final, and the SMS was not received"),
    "interrupted": Exit(130, "ended by Ctrl-C or SIGTERM; send says whether the SMS may have been sent"),
    "gone": Exit(141, "the program that read the output closed it"),
}


class EndedError(Exception):
    """Ends a command after its message was written.

    Attributes:
        code: The exit code.
    """

    def __init__(self, ending: str) -> None:
        super().__init__(ending)
        self.code = EXITS[ending].code


def complain(message: str) -> None:
    """Write a message to stderr."""
    sys.stderr.write(f"callr-sms: {message}\n")
    sys.stderr.flush()


def complain_of_interrupt(message: str) -> None:
    """Like `complain`, on a new line after the `^C` of a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write("\n")
    complain(message)


@contextmanager
def before_sending() -> Generator[None, None, None]:
    """End the command on Ctrl-C with a message that nothing was sent, while this is certain.

    Raises:
        EndedError: The command was interrupted.
    """
    try:
        yield
    except KeyboardInterrupt:
        complain_of_interrupt("interrupted; nothing was sent")
        raise EndedError("interrupted") from None


def exit_code(error: CallrError) -> int:
    """Return the exit code for an error, unless the command has its own."""
    if isinstance(error, ArgumentError | ConfigurationError):
        return EXITS["usage"].code
    return EXITS["not_final" if isinstance(error, NotFinalError) else "failed"].code


def describe(error: CallrError) -> str:
    """Return the message for an error, without values: no text, no number, no credentials."""
    if isinstance(error, ArgumentError):
        return explain_argument(error)
    if isinstance(error, ConfigurationError):
        return explain_setting(error.reason)
    return explain(error)
