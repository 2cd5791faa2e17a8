"""What a run came to, in words."""

import base64
from collections import Counter
from collections.abc import Iterator
from typing import Final

from contract_tests._contract import Contract
from contract_tests._curl import curl
from contract_tests._rules import JUDGED, NOT_YET_JUDGED, Standing
from contract_tests._run import Outcome
from contract_tests._settings import PHASES, Settings
from contract_tests._tally import Failure, Tally
from contract_tests._wire import basic_credentials

_SHORTEST_SECRET: Final = 4
_MESSAGE_LINES: Final = 6
_WIDTH: Final = 160


def summary(outcome: Outcome, settings: Settings, contract: Contract, seconds: float) -> str:
    """The whole report; no credentials are in it, and for a live server no texts and numbers either."""
    lines = [
        *_numbers(outcome.tally, contract),
        *_rules(outcome.tally, contract),
        *_failures(outcome, settings),
        *(f"error: {error}" for error in outcome.tally.errors),
        _conclusion(outcome, settings, seconds),
    ]
    return without_credentials("\n".join(lines), settings)


def without_credentials(text: str, settings: Settings) -> str:
    """`text` with the account's credentials blotted out, should a server have repeated them."""
    token = base64.b64encode(f"{settings.login}:{settings.password}".encode()).decode()
    for secret in (token, settings.password, settings.login):
        # A word as short as that is in every text, and the emulator's account is no secret.
        if len(secret) >= _SHORTEST_SECRET and secret != "emulator":  # noqa: S105 - the public default
            text = text.replace(secret, "[hidden]")
    return text


def _numbers(tally: Tally, contract: Contract) -> Iterator[str]:
    phases = [phase for phase in PHASES if any(phase == found for _, found in tally.requests)]
    width = max(len(operation.label) for operation in contract.operations)
    yield f"{'requests':{width}}  " + "  ".join(f"{phase:>9}" for phase in phases)
    for label in sorted({label for label, _ in tally.requests}):
        yield f"{label:{width}}  " + "  ".join(f"{tally.requests[label, phase]:>9}" for phase in phases)
    yield ""
    for link, count in sorted(tally.links.items()):
        yield f"link {link}: {count}"
    yield "checks: " + ", ".join(_check_counts(tally))
    yield "verdicts: " + ", ".join(_verdict_counts(tally))
    yield ""


def _check_counts(tally: Tally) -> Iterator[str]:
    for name in sorted({name for name, _ in tally.checks}):
        failed = tally.checks[name, False]
        yield f"{name} {tally.checks[name, True] + failed}" + (f" ({failed} failed)" if failed else "")


def _verdict_counts(tally: Tally) -> Iterator[str]:
    met: Counter[str] = Counter()
    for (expected, status), count in tally.verdicts.items():
        met[f"{expected} expected, {status} came"] += count
    for text, count in met.most_common():
        yield f"{count} times {text}"


def _rules(tally: Tally, contract: Contract) -> Iterator[str]:
    for name in sorted(contract.rules & JUDGED.keys()):
        found = tally.exercised(name)
        yield f"rule {name}: kept by {found[Standing.KEPT]} requests, broken by {found[Standing.BROKEN]}"
    waiting = sorted(contract.rules & NOT_YET_JUDGED)
    if waiting:
        yield f"rules not judged yet: {', '.join(waiting)}"
    yield ""


def _failures(outcome: Outcome, settings: Settings) -> Iterator[str]:
    for number, failure in enumerate(sorted(outcome.tally.failures.values(), key=_order), 1):
        yield f"{number}. {failure.operation} — {failure.title} [{failure.check}, {failure.count} times]"
        if not outcome.is_live:
            yield from _indented(failure.message)
        for step in failure.steps:
            own = basic_credentials(step.headers.get("authorization"))
            is_own_account = own == (settings.login.encode(), settings.password.encode())
            yield f"   {curl(step, is_own_account=is_own_account)}"
        if failure.status:
            shown = "" if outcome.is_live else f" {_shortened(failure.answer)}"
            yield f"   → {failure.status}{shown}"
        yield ""


def _order(failure: Failure) -> tuple[str, str, str]:
    return failure.operation, failure.check, failure.title


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
