"""What the runs of a program show: how many SMS were delivered for the one that was intended."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from callr_sms_contract.client_check.breaks import UNTRUSTED
from callr_sms_contract.client_check.program import Ended

MOST_NAMED: Final = 5


class Verdict(StrEnum):
    """What is said of a run."""

    RIGHT = "right"
    """One SMS and no error, or no second SMS and an error."""
    DOUBLED = "doubled"
    LOST = "lost"
    """No SMS, and no error."""
    UNENDED = "unended"
    """It did not end in time, so that nothing can be said."""
    UNTOUCHED = "untouched"
    """It made no request that could be broken."""
    IMPOSSIBLE = "impossible"
    """A request without a body cannot be broken in it."""


_WORDS: Final = {
    Verdict.DOUBLED: "DOUBLED: {delivered} SMS for one",
    Verdict.LOST: "LOST: no SMS, and no error",
    Verdict.UNENDED: "not judged: it did not end in time",
    Verdict.UNTOUCHED: "not judged: it made no request to break",
    Verdict.IMPOSSIBLE: "not possible: the send has no body",
}


@dataclass(frozen=True)
class Trial:
    """One run of the program with one kind of break."""

    name: str
    words: str
    """What was broken."""
    delivered: int
    """How many SMS the emulator has of it."""
    hits: int
    """How many requests or connections were broken; at a port where nothing listens, nobody counts them."""
    ended: Ended
    seconds: float
    verdict: Verdict

    @property
    def result(self) -> str:
        """Return the result in words."""
        if self.verdict is not Verdict.RIGHT:
            return _WORDS[self.verdict].format(delivered=self.delivered)
        sent = "sent once" if self.delivered else "not sent"
        if self.delivered and self.name == UNTRUSTED:
            sent += " to a server whose certificate nobody trusts"
        return sent if self.ended.code == 0 else f"{sent}, reports an error"


def verdict_of(ended: Ended, delivered: int, *, was_hit: bool, is_possible: bool) -> Verdict:
    """Return the verdict on a run; `was_hit` says whether anything was broken in it."""
    if delivered > 1:
        return Verdict.DOUBLED
    if not was_hit:
        return Verdict.UNTOUCHED if is_possible else Verdict.IMPOSSIBLE
    if ended.code is None or ended.left_processes:
        return Verdict.UNENDED
    return Verdict.LOST if ended.code == 0 and not delivered else Verdict.RIGHT


@dataclass(frozen=True)
class Findings:
    """The results of all runs."""

    program: str
    """Its name without arguments, which may be private."""
    trials: tuple[Trial, ...]
    seconds: float
    seconds_for_each: float
    """The time limit of a run."""
    stopped: str = ""
    """Why it ended before its time, in words; empty if it did not."""

    def count(self, verdict: Verdict) -> int:
        """Return how many runs have this verdict."""
        return sum(each.verdict is verdict for each in self.trials)

    @property
    def doubled(self) -> int:
        """Return in how many runs more than one SMS was delivered."""
        return self.count(Verdict.DOUBLED)

    @property
    def lost(self) -> int:
        """Return in how many runs none was, without an error."""
        return self.count(Verdict.LOST)

    @property
    def unjudged(self) -> tuple[Trial, ...]:
        """Return the runs that could not be judged."""
        return tuple(each for each in self.trials if each.verdict in {Verdict.UNENDED, Verdict.UNTOUCHED})

    @property
    def exit_code(self) -> int:
        """Return 1 for a wrong program, 2 when not everything could be judged, otherwise 0."""
        if self.stopped:
            return 2
        if self.doubled or self.lost:
            return 1
        return 2 if self.unjudged else 0

    @property
    def conclusion(self) -> str:
        """Return the result in one line."""
        counts = f"doubled sends: {self.doubled}, lost without an error: {self.lost}"
        if self.unjudged:
            counts += f", not judged: {len(self.unjudged)}"
        line = f"{counts}; {len(self.trials)} runs in {self.seconds:.1f} s"
        return f"incomplete, {self.stopped}: {line}" if self.stopped else line

    @property
    def cure(self) -> str:
        """Return what to do about runs that could not be judged; nothing if there are none."""
        if self.stopped or not self.unjudged:
            return ""
        unended = [each for each in self.unjudged if each.verdict is Verdict.UNENDED]
        if unended:
            return (
                f"{_named(unended)}: the program did not end within {self.seconds_for_each:g} s; "
                "expected a timeout in the program, or a higher --time-limit"
            )
        return (
            f"{_named(self.unjudged)}: the program made no request; "
            "expected one that does the same in every run, without a memory of earlier ones"
        )


def _named(trials: Iterable[Trial]) -> str:
    names = [each.name for each in trials]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
