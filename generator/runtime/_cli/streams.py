"""The standard streams of the command line: closed, full, or in an encoding that lacks a character.

A write to stdout that fails raises an `OutputError`. It is not an `OSError`, so it is not mistaken for a
failure of the network or of a file. A write to stderr that fails is ignored.
"""

import io
import os
import sys
from contextlib import suppress
from typing import BinaryIO, Literal


class OutputError(Exception):
    """stdout cannot be written.

    Attributes:
        reason: Why, in the words of the system.
        is_gone: Whether the reader has closed the pipe, as `| head` does.
    """

    def __init__(self, error: OSError) -> None:
        self.reason = error.strerror or type(error).__name__
        self.is_gone = isinstance(error, BrokenPipeError)
        super().__init__(self.reason)


class _Output(io.TextIOWrapper):
    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except OSError as error:
            raise OutputError(error) from None

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            raise OutputError(error) from None


class _Messages(io.TextIOWrapper):
    def write(self, text: str, /) -> int:
        with suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            super().flush()


def prepare_streams() -> None:
    """Replace the standard streams of this process; those that a test has replaced are left alone.

    A stream that was closed when the process started, as `>&-` does, fails when it is used, and its number is
    taken: otherwise the next connection would get it, and what is written to stderr would go to the API.
    """
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(_open_unusable("rb", os.O_WRONLY))
    for name, kind in (("stdout", _Output), ("stderr", _Messages)):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, kind(_open_unusable("wb", os.O_RDONLY), "utf-8", "backslashreplace"))
        elif stream is getattr(sys, f"__{name}__"):
            setattr(
                sys,
                name,
                kind(
                    stream.buffer,
                    stream.encoding,
                    "backslashreplace",  # characters that the terminal cannot encode are escaped
                    line_buffering=stream.line_buffering,
                    write_through=stream.write_through,
                ),
            )


def _open_unusable(mode: Literal["rb", "wb"], opposite: int) -> BinaryIO:
    """Open the lowest number that is free for the opposite of what it will be used for."""
    return os.fdopen(os.open(os.devnull, opposite), mode)


def release_output() -> None:
    """Drop what stdout did not accept. Otherwise Python tries again when it exits, and reports it."""
    try:
        sys.stdout.flush()
    except OutputError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
