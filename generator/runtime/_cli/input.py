"""The input of the command line: times, texts and credentials."""

import getpass
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Final

from .._client import BASE_URL, Callr
from .._errors import ArgumentError, ConfigurationError
from .._transport import DEFAULT_TIMEOUT
from .exit_codes import before_sending

_AGO: Final = re.compile(r"([0-9]{1,6})([smhdw])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(_DAY.pattern + r"[ T][0-9]{2}:[0-9]{2}:[0-9]{2}")

MOMENTS: Final = "YYYY-MM-DD, 'YYYY-MM-DD HH:MM:SS', now, or a time ago: 30s, 10m, 24h, 7d, 2w. All in UTC."


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


def read_text(text: str) -> str:
    """Return the text, or stdin for `-`, without the final line break that `echo` adds.

    Raises:
        ArgumentError: stdin is not UTF-8.
    """
    if text != "-":
        return text
    try:
        with before_sending():
            given = sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        raise ArgumentError("text", "expected UTF-8 on stdin") from None
    return given.removesuffix("\n").removesuffix("\r")


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
    return Callr(
        _read("CALLR_LOGIN", hidden=False),
        _read("CALLR_PASSWORD", hidden=True),
        base_url=base_url,
        timeout=DEFAULT_TIMEOUT if timeout is None else timeout,
    )


def _read(name: str, *, hidden: bool) -> str:
    value = os.environ.get(name)
    if value:
        return value
    if not sys.stdin.isatty():
        raise ConfigurationError(f"set {name} in the environment; the command asks for it only on a terminal")
    with before_sending():
        return getpass.getpass(f"{name}: ", stream=sys.stderr) if hidden else _ask(name)


def _ask(name: str) -> str:
    sys.stderr.write(f"{name}: ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\r\n")
