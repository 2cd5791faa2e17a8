"""What the log tells, and how: never anything that came with a request.

No text, number, login, password or address is in a line: requests are told by the name of their endpoint.
"""

import logging
import sqlite3
import sys
import time
import traceback
from typing import Literal

import msgspec

LogFormat = Literal["text", "json"]
LogLevel = Literal["error", "warning", "info"]

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_FIELDS = "fields"

_faults = logging.getLogger("callr_sms_emulator.faults")
_access = logging.getLogger("callr_sms_emulator.access")


class _Line(msgspec.Struct, omit_defaults=True):
    """A line of the log as JSON; `time` is RFC 3339 in UTC."""

    time: str
    level: str
    logger: str
    message: str
    fields: dict[str, object] = {}


class _JsonFormatter(logging.Formatter):
    """Writes each record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        moment = self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
        fields: dict[str, object] = getattr(record, _FIELDS, {})
        line = _Line(
            f"{moment}.{int(record.msecs):03d}Z",
            record.levelname.lower(),
            record.name,
            record.getMessage(),
            fields,
        )
        return msgspec.json.encode(line).decode()


def set_up(log_format: LogFormat, level: LogLevel) -> None:
    """Send the log to standard error, in this format, from this level on."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = _JsonFormatter() if log_format == "json" else logging.Formatter(_TEXT)
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Its lines hold addresses, and say what ours say.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)


def tells_requests() -> bool:
    """Tell whether requests are logged at all, so that who does not want it pays nothing."""
    return _access.isEnabledFor(logging.INFO)


def tell_request(method: str, endpoint: str, status: int, milliseconds: float) -> None:
    """Log a request by its endpoint's name; its path and query string hold numbers and texts."""
    fields = {"method": method, "endpoint": endpoint, "status": status, "ms": round(milliseconds, 1)}
    words = "%(method)s %(endpoint)s answered with %(status)s after %(ms)s ms"
    _access.info(words, fields, extra={_FIELDS: fields})


def tell_fault(fault: str, name: str, effect: str) -> None:
    """Log that a fault was met: its number, what it met (an operation, a type of event), and what it did."""
    fields = {"fault": fault, "met": name, "effect": effect}
    _faults.warning("fault %(fault)s met %(met)s: %(effect)s", fields, extra={_FIELDS: fields})


def describe(error: BaseException) -> str:
    """Give the kind of an error and where it arose.

    Its message is left out, for it may quote a text, a number or a password; SQLite's do not.
    """
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    words = f" ({error})" if isinstance(error, sqlite3.Error) else ""
    return f"{type(error).__name__}{words}{place}"
