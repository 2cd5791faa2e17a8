"""What a run came to, in words."""

import base64
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from contract_tests._contract import Contract
from contract_tests._curl import curl
from contract_tests._directed import PHASE as DIRECTED
from contract_tests._rules import Standing
from contract_tests._run import Outcome
from contract_tests._settings import PHASES, Settings
from contract_tests._tally import Failure, Tally

_SHORTEST_SECRET: Final = 4
OWN_WORDS: Final = "verdict_on_the_wire"
HIDDEN: Final = "[hidden]"
_MESSAGE_LINES: Final = 6
_WIDTH: Final = 160
_WORDS: Final = 40
_NUMBER: Final = 11


def summary(outcome: Outcome, settings: Settings, contract: Contract, seconds: float) -> str:
    """The whole report: tables of what was done, then each failure.

    No credentials are in it, and for a live server no texts and numbers either.
    """
    lines = [
        *_numbers(outcome.tally),
        *_rules(outcome.tally, contract),
        *_failures(outcome, settings),
        *(f"error: {without_credentials(error, settings)}" for error in outcome.tally.errors),
        _conclusion(outcome, settings, seconds),
    ]
    return "\n".join(lines)


def without_credentials(text: str, settings: Settings) -> str:
    """`text`, or that it is hidden when a server repeated the account's credentials in it.

    All of it is: a blot in the midst of words that a reader can guess would tell what stood there.
    """
    token = base64.b64encode(f"{settings.login}:{settings.password}".encode()).decode()
    for secret in (token, settings.password, settings.login):
        # A word as short as that is in every text, and the emulator's account is no secret.
        if len(secret) >= _SHORTEST_SECRET and secret != "emulator":  # noqa: S105 - the public default
            whole = rf"(?<![^\W_]){re.escape(secret)}(?![^\W_])"
            if re.search(whole, text):
                return HIDDEN
    return text


def _numbers(tally: Tally) -> Iterator[str]:
    phases = [phase for phase in (*PHASES, DIRECTED) if any(phase == found for _, found in tally.requests)]
    asked = sorted({label for label, _ in tally.requests})
    yield from _table(
        ("requests", *phases),
        [(label, *(tally.requests[label, phase] for phase in phases)) for label in asked],
    )
    yield from _table(("links followed", "requests"), sorted(tally.links.items()))
    yield from _table(("answers", "requests"), _verdict_counts(tally))
    yield from _table(("checks", "requests", "failed"), _check_counts(tally))


def _check_counts(tally: Tally) -> Iterator[tuple[str, int, int]]:
    for name in sorted({name for _, name, _ in tally.checks}):
        counts = tally.checked(name)
        yield name, counts[True] + counts[False], counts[False]


def _verdict_counts(tally: Tally) -> list[tuple[str, int]]:
    met: Counter[str] = Counter()
    for (expected, status), count in tally.verdicts.items():
        met[f"{status} came, {expected} expected"] += count
    return sorted(met.items())


def _rules(tally: Tally, contract: Contract) -> Iterator[str]:
    found = {name: tally.exercised(name) for name in sorted(contract.rules)}
    rows = [(name, counts[Standing.KEPT], counts[Standing.BROKEN]) for name, counts in found.items()]
    yield from _table(("rules", "kept by", "broken by"), rows)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str | int, ...]]) -> Iterator[str]:
    """Lines of a table whose first column is words and whose others are numbers; none without rows."""
    all_rows = [tuple(map(str, row)) for row in rows]
    if not all_rows:
        return
    for row in (header, *all_rows):
        yield f"{row[0]:<{_WORDS}}" + "".join(f"{cell:>{_NUMBER}}" for cell in row[1:])
    yield ""


def _failures(outcome: Outcome, settings: Settings) -> Iterator[str]:
    for number, failure in enumerate(sorted(outcome.tally.failures.values(), key=_order), 1):
        yield f"{number}. {failure.operation} — {failure.title} [{failure.check}, {failure.count} times]"
        if not outcome.is_live:
            yield from _indented(_message(failure, settings))
        for step in failure.steps:
            yield f"   {curl(step, settings.login, settings.password)}"
        if failure.status:
            answer = without_credentials(failure.answer, settings)
            shown = "" if outcome.is_live else f" {_shortened(answer)}"
            yield f"   → {failure.status}{shown}"
        yield ""


def _order(failure: Failure) -> tuple[str, str, str]:
    return failure.operation, failure.check, failure.title


def _message(failure: Failure, settings: Settings) -> str:
    # The verdict speaks of the request in our own words: what a server says is not in it.
    is_ours = failure.check == OWN_WORDS
    return failure.message if is_ours else without_credentials(failure.message, settings)


def _indented(message: str) -> Iterator[str]:
    lines = [line for line in message.splitlines() if line.strip()]
    for line in lines[:_MESSAGE_LINES]:
        yield f"   {_shortened(line)}"


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDTH else f"{line[:_WIDTH]}…"


def _conclusion(outcome: Outcome, settings: Settings, seconds: float) -> str:
    total, causes = sum(outcome.tally.requests.values()), len(outcome.tally.failures)
    words = "the contract holds" if outcome.holds else f"the contract is broken in {causes} ways"
    if outcome.tally.errors and not causes:
        words = "the suite could not judge everything"
    scope = ", only reads were called" if outcome.is_live else ""
    return f"{words}: {total} requests in {seconds:.1f} s, seed {settings.seed}{scope}"
