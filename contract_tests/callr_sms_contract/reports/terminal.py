"""A record as text, for a terminal."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from callr_sms_contract.reports.characters import visible
from callr_sms_contract.reports.totals import rule_totals
from callr_sms_contract.results import Cause, Record
from callr_sms_contract.settings import PHASES

_MISSED: Final = 10
_MESSAGE_LINES: Final = 6
_PLACES: Final = 5
_WIDTH: Final = 160
_WORDS: Final = 40
_NUMBER: Final = 11
_LIMITS: Final = "limits requests"
_SLOW: Final = "responds slowly"


def summary(record: Record) -> str:
    """Return a table of requests, the totals, then each failure, then the conclusion in one line."""
    lines = [
        *_requests(record),
        *_table(("checks that failed", "requests", "failed"), [row for row in _checks(record) if row[2]]),
        *_totals(record),
        *[""] * bool(record.causes),
        *(line for number, cause in enumerate(record.causes, 1) for line in _cause(number, cause)),
        *(f"error: {error}" for error in record.errors),
        *record.spent,
        *accidents(record),
        *record.notes,
        conclusion(record),
    ]
    return visible("\n".join(lines))


def conclusion(record: Record) -> str:
    """Return the result of a run in one line."""
    so_far = " so far" if record.stopped or record.lacks else ""
    words = f"nothing wrong was found{so_far}" if so_far else "the contract holds"
    if record.faults:
        words = f"the contract is broken in {plural(len(record.causes), 'way')}{so_far}"
    elif record.errors:
        words = "the suite could not judge everything"
    if record.stopped:
        words = f"incomplete, {record.stopped}: {words}"
    elif record.lacks:
        words = f"incomplete, {lack_of(record)}: {words}"
    scope = "" if record.is_complete else ", not everything was tested"
    if record.starved and record.allows_incomplete and not record.stopped:
        scope += f": {lack_of(record)}"
    if record.is_live:
        scope += f", {called(record)} were called"
    word = f", seed{'s' if len(record.seeds) > 1 else ''} "
    seeds = word + ", ".join(map(str, record.seeds)) if record.seeds else ""
    shards = f", shard {', '.join(record.shards)}" if record.shards else ""
    line = f"{words}: {plural(record.total, 'request')} in {record.seconds:.1f} s{seeds}{shards}{scope}"
    return visible(line)


def lack_of(record: Record) -> str:
    """Return in words which phases did not get their minimum of requests."""
    names = ", ".join(
        f"{row.phase} ({row.requests:,} of at least {row.minimum:,} requests)" for row in record.starved
    )
    reason = _reason_of_lack(record)
    return f"too little time for {names}" + (f", because the server {reason}" if reason else "")


def cure_of(record: Record) -> str:
    """Return what gives more requests to phases that did not get their minimum."""
    cures = {_LIMITS: "a higher limit of the account", _SLOW: "a faster server", "": "a quieter machine"}
    return cures[_reason_of_lack(record)]


def _reason_of_lack(record: Record) -> str:
    if any(note.startswith("rate limit: ") for note in record.notes):
        return _LIMITS
    took = sum(each.milliseconds for each in record.times) / 1000
    return _SLOW if took > record.seconds / 2 else ""


def called(record: Record) -> str:
    """Return which operations were called: recorded traffic may contain sends, too."""
    if record.spent:
        return "reads and paid sends"
    asked = {row.operation for row in record.requests}
    sends = [each for each in asked if each == "POST /sms" or each.endswith(" /sms/send")]
    return "reads and sends" if sends else "only reads"


def plural(number: int, word: str) -> str:
    """Return a number with its noun: `1 way`, `2 ways`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def accidents(record: Record) -> list[str]:
    """Return in words what happened by accident, a line each; no lines when nothing did."""
    return [
        f"accident, no failure: {each.what} to {plural(each.count, 'request')}"
        + (f" ({each.operation})" if each.operation else "")
        for each in record.accidents
    ]


def phases_of(record: Record) -> list[str]:
    """Return the phases in the order of a run."""
    order = (*PHASES, "directed", "paid", "recorded")
    found = {row.phase for row in record.requests}
    return [phase for phase in order if phase in found] + sorted(found.difference(order))


def places_of(cause: Cause) -> str:
    """Return in words where a cause shows, and which other checks found it; empty if nowhere else."""
    others = [each for each in cause.operations if each != cause.main.operation]
    shown = ", ".join(others[:_PLACES]) + (f" and {len(others) - _PLACES} more" * (len(others) > _PLACES))
    checks = ", ".join(cause.checks[1:])
    return "; ".join([f"also at {shown}"] * bool(others) + [f"also found by {checks}"] * bool(checks))


def _requests(record: Record) -> Iterator[str]:
    phases = phases_of(record)
    counts = {(row.operation, row.phase): row.count for row in record.requests}
    asked = sorted({row.operation for row in record.requests})
    rows: list[tuple[str | int, ...]] = [
        (label, *(counts.get((label, phase), 0) for phase in phases)) for label in asked
    ]
    yield from _table(("requests", *phases), rows)


def _checks(record: Record) -> list[tuple[str, int, int]]:
    passed: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for row in record.checks:
        passed[row.check] += row.passed
        failed[row.check] += row.failed
    return [(name, passed[name] + failed[name], failed[name]) for name in sorted(passed | failed)]


def _totals(record: Record) -> Iterator[str]:
    checks, rules, parts = _checks(record), rule_totals(record), record.coverage
    if checks:
        all_checks, failed = sum(row[1] for row in checks), sum(row[2] for row in checks)
        yield f"checks: {all_checks:,} of {plural(len(checks), 'kind')}, {failed or 'none'} failed"
    if rules:
        yield f"rules: {sum(rule.touched for rule in rules)} of {len(rules)} exercised"
    if parts:
        missed = [f"{row.kind} {row.part}" for row in parts if not row.count]
        share = (
            f" ({100 * (len(parts) - len(missed)) / len(parts):.1f} %)" if record.is_complete else " so far"
        )
        yield f"contract covered: {len(parts) - len(missed)} of {len(parts)} parts{share}"
        if missed:
            more = "" if len(missed) <= _MISSED else f", and {len(missed) - _MISSED:,} more"
            yield f"not reached: {', '.join(missed[:_MISSED])}{more}"


def _table(header: tuple[str, ...], rows: Iterable[tuple[str | int, ...]]) -> Iterator[str]:
    """Return the lines of a table: words in the first column, numbers in the others; none without rows."""
    all_rows = [tuple(map(str, row)) for row in rows]
    if not all_rows:
        return
    for row in (header, *all_rows):
        yield f"{row[0]:<{_WORDS}}" + "".join(f"{cell:>{_NUMBER}}" for cell in row[1:])
    yield ""


def _cause(number: int, cause: Cause) -> Iterator[str]:
    fault = cause.main
    times = plural(cause.count, "time")
    yield f"{number}. {fault.operation} — {fault.title} [{fault.check}, {times}]"
    places = places_of(cause)
    if places:
        yield f"   {places}"
    lines = [line for line in fault.message.splitlines() if line.strip()]
    for line in lines[:_MESSAGE_LINES]:
        yield f"   {shortened(line)}"
    for step in fault.curl:
        yield f"   {step}"
    if fault.status:
        yield f"   → {fault.status} {shortened(fault.answer)}".rstrip()
    yield ""


def shortened(text: str, width: int = _WIDTH) -> str:
    """Return `text` in one line of at most `width` characters."""
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[:width]}…"
