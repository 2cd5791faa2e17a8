"""The output of the command line: tables, JSON, and the progress of a long list."""

import json
import shutil
import sys
from collections.abc import Iterable
from typing import Final

from .._helpers import Progress
from .._models import Sms
from ..segments import MAX_PARTS, Estimate
from .table import Table, plain

_MOMENT: Final = "%Y-%m-%d %H:%M:%S"
_NEVER: Final = "0000-00-00 00:00:00"
_LEFT_OUT: Final = frozenset({"options", "status_history"})


def emit(line: str, *, end: str = "\n") -> None:
    """Write to stdout."""
    sys.stdout.write(line + end)


def emit_json(value: object) -> None:
    """Write a JSON value, in ASCII."""
    emit(json.dumps(value, indent=2))


def emit_sms(sms: Sms) -> None:
    """Write one SMS as a table of two columns, then its status history."""
    for name, value in sms.to_dict().items():
        if name not in _LEFT_OUT:
            emit(f"{plain(name):<17} {'-' if value == _NEVER else plain(str(value))}".rstrip())
    if sms.options is not None:
        emit(f"{'options':<17} {json.dumps(sms.options.to_dict())}")
    for change in sms.status_history:
        moment = f"{change.updated_at:{_MOMENT}}"
        emit(f"{'status_history':<17} {moment} {plain(change.old_status)} → {plain(change.new_status)}")


def emit_estimate(counted: Estimate) -> None:
    """Write the encoding and the parts of a text, and its characters outside GSM."""
    unit = "characters" if counted.encoding == "GSM" else "UTF-16 code units"
    too_many = f" (the API refuses more than {MAX_PARTS})" if counted.parts > MAX_PARTS else ""
    emit(f"encoding   {counted.encoding}")
    emit(f"parts      {counted.parts}{too_many}")
    emit(f"units      {counted.units} {unit}")
    emit(f"converted  {plain(counted.converted)}")
    if counted.offenders:
        emit("\nPOSITION  CHARACTER  CODE    AS GSM")
    for one in counted.offenders:
        emit(f"{one.position:>8}  {plain(one.character):<9}  U+{ord(one.character):04X}  {plain(one.near)}")


def estimate_to_dict(counted: Estimate) -> dict[str, object]:
    """Return an estimate as JSON."""
    offenders = [
        {"position": one.position, "character": one.character, "near": one.near} for one in counted.offenders
    ]
    return {
        "encoding": counted.encoding,
        "parts": counted.parts,
        "units": counted.units,
        "converted": counted.converted,
        "offenders": offenders,
    }


class ListReport:
    """Writes the SMS of a list as they come, with the progress on a terminal."""

    def __init__(self, direction: str, *, as_json: bool) -> None:
        self._as_json = as_json
        self._on_terminal = sys.stderr.isatty()
        self._is_shown = False
        self._table = Table(direction, shutil.get_terminal_size().columns if sys.stdout.isatty() else 0)

    def emit(self, listed: Iterable[Sms]) -> None:
        """Write each SMS when it comes, as a table or as one JSON array, which an error cuts off."""
        count = 0
        try:
            for count, sms in enumerate(listed, 1):
                self._clear()
                self._emit_one(sms, is_first=count == 1)
        finally:
            self._clear()
        if self._as_json:
            emit("\n]" if count else "[]")
        elif not count:
            sys.stderr.write("callr-sms: no SMS in this time\n")

    def _emit_one(self, sms: Sms, *, is_first: bool) -> None:
        if self._as_json:
            emit(("[\n" if is_first else ",\n") + json.dumps(sms.to_dict()), end="")
            return
        if is_first:
            emit(self._table.header())
        emit(self._table.row(sms))

    def report_progress(self, progress: Progress) -> None:
        """Show the progress in one line of the terminal; write nothing to a file."""
        if self._on_terminal and progress.fraction < 1:
            self._is_shown = True
            sys.stderr.write(
                f"\r{progress.fraction:4.0%}  {progress.reached:{_MOMENT}}  {progress.count} SMS\x1b[K"
            )
            sys.stderr.flush()

    def _clear(self) -> None:
        if self._is_shown:
            self._is_shown = False
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
