"""Known failures: a file with a reason and an expiry date for each, so that only new ones fail a run."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import yaml

from callr_sms_contract.results.record import KnownFault, Record

_HEAD: Final = """\
# Known failures of callr-sms-contract. Each is accepted until the date in `expires`; say why in `reason`.
# --update-baseline adds new failures and removes those that a whole run no longer finds.
"""
_NO_REASON: Final = "not given yet"
_DAYS: Final = 90
"""How long a new entry is accepted."""
_PROPERTIES: Final = ("failure", "reason", "expires")


class BaselineError(ValueError):
    """A baseline that cannot be used; the message names the file, the entry and what was expected."""


@dataclass(frozen=True)
class Entry:
    """One known failure."""

    failure: str
    """The group of its faults."""
    reason: str
    expires: date


def read_baseline(path: Path) -> tuple[Entry, ...]:
    """Return the entries of the file `path`; raises BaselineError."""
    expected = "expected a file that --update-baseline wrote"
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise BaselineError(f"--baseline: {path} cannot be read ({reason}); {expected}") from None
    except yaml.YAMLError as error:
        raise BaselineError(
            f"--baseline: {path} is not YAML ({' '.join(str(error).split())[:200]}); {expected}"
        ) from None
    failures = document.get("failures") if isinstance(document, Mapping) else None
    if not isinstance(failures, list):
        raise BaselineError(f"--baseline: {path} has no list `failures`; {expected}")
    entries = tuple(_entry(path, number, each) for number, each in enumerate(failures, 1))
    doubled = {
        each.failure for each in entries if [other.failure for other in entries].count(each.failure) > 1
    }
    if doubled:
        raise BaselineError(
            f"--baseline: {path}: {min(doubled)!r} is there twice; expected each failure once"
        )
    return entries


def _entry(path: Path, number: int, given: Any) -> Entry:  # noqa: ANN401 - any YAML
    place = f"--baseline: {path}: entry {number}"
    if not isinstance(given, Mapping) or not set(given) >= set(_PROPERTIES):
        raise BaselineError(f"{place} is incomplete; expected {', '.join(_PROPERTIES)}")
    failure, reason, expires = (given[name] for name in _PROPERTIES)
    for name, value in (("failure", failure), ("reason", reason)):
        if not isinstance(value, str) or not value.strip():
            raise BaselineError(f"{place}: {name} is {value!r}; expected words")
    if type(expires) is not date:
        raise BaselineError(f"{place}: expires is {str(expires)!r}; expected a date like 2027-01-31")
    return Entry(failure, reason, expires)


def with_baseline(record: Record, entries: tuple[Entry, ...], today: date) -> Record:
    """Return the record with known failures apart; notes say what has expired and what was not found."""
    accepted = {each.failure: each for each in entries if each.expires >= today}
    known = [cause for cause in record.causes if cause.main.group in accepted]
    new = [cause for cause in record.causes if cause.main.group not in accepted]
    found = {cause.main.group for cause in record.causes}
    notes = []
    for cause in known:
        entry = accepted[cause.main.group]
        title = f"{cause.main.operation} — {cause.main.title}"
        notes.append(f"known: {title}, until {entry.expires} ({entry.reason})")
    for entry in entries:
        name = f"baseline: {entry.failure!r}"
        if entry.failure not in found:
            cure = "--update-baseline removes it" if record.is_complete else "but not everything was tested"
            notes.append(f"{name} was not found any more; {cure}")
        elif entry.expires < today:
            notes.append(f"{name} expired on {entry.expires} ({entry.reason}); it is a failure again")
    return replace(
        record,
        faults=tuple(fault for cause in new for fault in cause.faults),
        known=(
            *record.known,
            *(
                KnownFault(fault, accepted[cause.main.group].reason, str(accepted[cause.main.group].expires))
                for cause in known
                for fault in cause.faults
            ),
        ),
        notes=(*record.notes, *notes),
    )


def updated(record: Record, entries: tuple[Entry, ...], today: date) -> tuple[Entry, ...]:
    """Return the entries for the failures of `record`; what is known keeps its reason and its date.

    An expired entry stays as it is: only a person renews it. A run that did not try everything removes none.
    """
    known = {each.failure: each for each in entries}
    found = [cause.main.group for cause in record.causes]
    fresh = (Entry(each, _NO_REASON, today + timedelta(days=_DAYS)) for each in found if each not in known)
    kept = (each for each in entries if each.failure in found or not record.is_complete)
    return tuple(sorted((*kept, *fresh), key=lambda each: each.failure))


def to_yaml(entries: tuple[Entry, ...]) -> str:
    """Return the text of a baseline."""
    rows = [{"failure": each.failure, "reason": each.reason, "expires": each.expires} for each in entries]
    return _HEAD + yaml.safe_dump({"failures": rows}, sort_keys=False, allow_unicode=True, width=110)
