"""What the command line prints. No encoding, closed pipe or full disk ends the program."""

import os
import sys
from typing import NoReturn, TextIO

import typer

PROGRAM = "callr-sms-emulator"


def write(stream: TextIO | None, text: str) -> OSError | None:
    """Write a line; return the error if nobody can read it, and nothing is written to this stream any more.

    Characters that the encoding lacks are escaped. None is a stream that was closed before the start.
    """
    if stream is None:
        return None
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        stream.flush()
    except OSError as error:
        discard(stream)
        return error
    return None


def discard(stream: TextIO) -> None:
    """Let what is still in the buffer of a stream go nowhere; else the end of Python would fail with it."""
    with open(os.devnull, "wb") as nothing:  # noqa: PTH123 - the name is no path
        os.dup2(nothing.fileno(), stream.fileno())


def fail(message: str) -> NoReturn:
    """End with one line on standard error, and exit code 1."""
    write(sys.stderr, f"{PROGRAM}: {' '.join(message.split())}")
    raise typer.Exit(1)


def flush() -> None:
    """Write what is left in the buffers of the standard streams, or discard it."""
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except OSError:
            discard(stream)
