"""Logging. No line repeats anything that came with a request.

No text, number, login, password or address is logged: a request is named by its endpoint.
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


class LoggedError(Exception):
    """An error that was logged where it was found, once: it is not logged again where it is caught."""


class _Line(msgspec.Struct, omit_defaults=True):
    """A line of the log in JSON; `time` is RFC 3339 in UTC."""

    time: str
    level: str
    logger: str
    message: str
    fields: dict[str, object] = {}


class _JsonFormatter(logging.Formatter):
    """Formats each record as a JSON object on one line."""

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


def configure(log_format: LogFormat, level: LogLevel) -> None:
    """Log to standard error, in this format and from this level on."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = _JsonFormatter() if log_format == "json" else logging.Formatter(_TEXT)
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Its own lines contain addresses, and repeat what the emulator logs.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)


def logs_requests() -> bool:
    """Return whether requests are logged; if not, they cost nothing."""
    return _access.isEnabledFor(logging.INFO)


def log_request(method: str, endpoint: str, status: int, milliseconds: float) -> None:
    """Log a request by the name of its endpoint, because path and query string contain numbers and texts."""
    fields = {"method": method, "endpoint": endpoint, "status": status, "ms": round(milliseconds, 1)}
    message = "%(method)s %(endpoint)s answered with %(status)s after %(ms)s ms"
    _access.info(message, fields, extra={_FIELDS: fields})


def log_fault(fault: str, name: str, effect: str) -> None:
    """Log that a fault was applied: its number, to which operation or type of event, and its effect."""
    fields = {"fault": fault, "met": name, "effect": effect}
    _faults.warning("fault %(fault)s applied to %(met)s: %(effect)s", fields, extra={_FIELDS: fields})


def log_error(logger: logging.Logger, message: str, error: BaseException) -> None:
    """Log that something failed, and why."""
    if not isinstance(error, LoggedError):
        logger.error("%s: %s", message, describe(error))


class RecurringErrors:
    """Logs failures of what is tried again and again: each when it begins or changes, not every time.

    `message` says what fails. Failures are told apart by a key, such as a login, which is not logged; of
    several with the same reason one is logged.
    """

    def __init__(self, logger: logging.Logger, message: str) -> None:
        self._logger = logger
        self._message = message
        self._reasons: dict[object, str] = {}

    def begin(self, key: object, error: Exception) -> None:
        """Called when it failed."""
        if isinstance(error, LoggedError):
            return
        reason = describe(error)
        is_known = reason in self._reasons.values()
        self._reasons[key] = reason
        if not is_known:
            log_error(self._logger, self._message, error)

    def end(self, key: object) -> None:
        """Called when it succeeded."""
        if self._reasons and self._reasons.pop(key, None) is not None and not self._reasons:
            self._logger.warning("%s: no longer", self._message)


def describe(error: BaseException) -> str:
    """Return the type of an error and where it was raised.

    Its message is left out, because it may quote a text, a number or a password; messages of SQLite do not.
    """
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    reason = f" ({error})" if isinstance(error, sqlite3.Error) else ""
    return f"{type(error).__name__}{reason}{place}"
