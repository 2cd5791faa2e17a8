"""What a log line may say of a failure: never anything that came with a request."""

import sqlite3
import traceback


def describe(error: BaseException) -> str:
    """Give the kind of an error and where it arose.

    Its message is left out, for it may quote a text, a number or a password; SQLite's do not.
    """
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    words = f" ({error})" if isinstance(error, sqlite3.Error) else ""
    return f"{type(error).__name__}{words}{place}"
