"""The input of the command line: arguments, times, texts and credentials."""

import codecs
import getpass
import os
import re
import sys
import warnings
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from .._client import BASE_URL, Callr
from .._errors import ArgumentError, ConfigurationError
from .._transport import DEFAULT_TIMEOUT
from .exit_codes import before_sending, complain

_AGO: Final = re.compile(r"([0-9]{1,6})([smhdw])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(_DAY.pattern + r"[ T][0-9]{2}:[0-9]{2}:[0-9]{2}")

MOMENTS: Final = "YYYY-MM-DD, 'YYYY-MM-DD HH:MM:SS', now, or a time ago: 30s, 10m, 24h, 7d, 2w. All in UTC."

_MARK: Final = "\ufeff"
"""The byte order mark that programs on Windows write before a text. It is invisible, and not in GSM."""
# UTF-32 first: its mark begins like that of UTF-16.
_ENCODINGS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SURROGATE: Final = r"[\ud800-\udfff]"
_EXPECTED: Final = "expected text in UTF-8 on stdin, or in UTF-16 or UTF-32 with a byte order mark"


def read_arguments(given: Iterable[str]) -> list[str]:
    """Return the arguments without the byte order mark of a file that they were read from."""
    return [_restore(argument).lstrip(_MARK) for argument in given]


def _restore(text: str) -> str:
    """Return a text of the system, in which the locale could not decode some bytes, decoded as UTF-8."""
    try:
        return text.encode("utf-8", "surrogateescape").decode()
    except UnicodeError:
        return text  # the library rejects it


def read_moment(option: str, value: str, now: datetime, *, end_of_day: bool = False) -> datetime:
    """Return a time in UTC, absolute or relative to now.

    Args:
        option: The name of the option in an error.
        value: The value of the option.
        now: The present time, in UTC.
        end_of_day: Whether a date means the last second of that day, not the first.

    Raises:
        ArgumentError: The value is invalid. It is not in the error: it may be a number given by mistake.
    """
    try:
        if value == "now":
            return now
        if ago := _AGO.fullmatch(value):
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        if _DAY.fullmatch(value):
            day = datetime.fromisoformat(value).replace(tzinfo=UTC)
            return day + timedelta(hours=23, minutes=59, seconds=59) if end_of_day else day
        if _MOMENT.fullmatch(value):
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        pass  # 2026-02-30, or before the year 1
    raise ArgumentError(option, f"expected {MOMENTS}")


def read_recipient(given: Sequence[str]) -> str:
    """Return the recipient.

    Raises:
        ArgumentError: There are several: only the last one would get the SMS.
    """
    if len(given) > 1:
        raise ArgumentError(
            "to", "expected it once, because an SMS has one recipient; run the command for each"
        )
    return given[0]


def read_text(text: str) -> str:
    """Return the text, or stdin for `-`, without a byte order mark and the final line break that `echo` adds.

    Raises:
        ArgumentError: stdin cannot be read, or is no text.
    """
    if text != "-":
        if re.search(_SURROGATE, text):
            raise ArgumentError("text", "expected text in UTF-8, got bytes that are none")
        return text
    try:
        with before_sending():
            given = sys.stdin.buffer.read()
        decoded = given.decode(next((name for mark, name in _ENCODINGS if given.startswith(mark)), "utf-8"))
    except OSError as error:
        raise ArgumentError("text", f"stdin cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ArgumentError("text", _EXPECTED) from None
    if "\0" in decoded:
        raise ArgumentError("text", f"{_EXPECTED}; got NUL characters")
    return decoded.lstrip(_MARK).removesuffix("\n").removesuffix("\r")


def connect(base_url: str | None = None, timeout: float | None = None) -> Callr:
    """Return a client with the credentials of the environment; a terminal is asked for missing ones.

    Args:
        base_url: The URL before the paths of the API. By default, that of the environment or the API's.
        timeout: Seconds for a call with its retries.

    Raises:
        ConfigurationError: They are missing and stdin is not a terminal, or they are invalid.
    """
    if base_url is None:
        base_url = os.environ.get("CALLR_BASE_URL") or BASE_URL
    with warnings.catch_warnings(record=True) as issued:  # of a CALLR_LOG that is not understood
        warnings.simplefilter("always")
        made = Callr(
            _read("CALLR_LOGIN", hidden=False),
            _read("CALLR_PASSWORD", hidden=True),
            base_url=base_url,
            timeout=DEFAULT_TIMEOUT if timeout is None else timeout,
        )
    for each in issued:
        complain(str(each.message))
    return made


def _read(name: str, *, hidden: bool) -> str:
    value = os.environ.get(name)
    if value:
        return _restore(value)
    if not sys.stdin.isatty():
        raise ConfigurationError(f"set {name} in the environment; the command asks for it only on a terminal")
    try:
        with before_sending():
            return getpass.getpass(f"{name}: ", stream=sys.stderr) if hidden else _ask(name)
    except (OSError, UnicodeError):
        raise ConfigurationError(
            f"{name} cannot be read from the terminal; set it in the environment"
        ) from None


def _ask(name: str) -> str:
    sys.stderr.write(f"{name}: ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\r\n")
