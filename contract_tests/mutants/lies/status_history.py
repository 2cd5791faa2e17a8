"""Servers that show a wrong history, wrong dates or a wrong debit."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import Final

from mutants.builders import ZERO, Maker, Mutant, later, moment_of, on_sms, put, stamp
from mutants.messages import LIST, READ, Json, Lie

_FINAL: Final = frozenset({"RECEIVED", "ERROR", "FAILED", "EXPIRED"})


def _shifted(text: str, seconds: float) -> str:
    """Return a date, with milliseconds or without, moved by `seconds`."""
    moment = moment_of(text[:19])
    return text if moment is None else stamp(later(moment, seconds)) + text[19:]


def _history(change: Callable[[list[Json]], list[Json]], *operations: str) -> Maker:
    return on_sms(lambda sms: sms.update(status_history=change(sms["status_history"])), *operations)


@dataclass
class _Sliding:
    """Show the history a second later with each read."""

    reads: dict[str, int] = field(default_factory=dict)

    def __call__(self, sms: Json) -> None:
        number = self.reads[sms["hash"]] = self.reads.get(sms["hash"], -1) + 1
        for entry in sms["status_history"]:
            entry["updated_at"] = _shifted(entry["updated_at"], number)


def _remembering(make: Callable[[], Callable[[Json], object]], *operations: str) -> Maker:
    def lie() -> Lie:
        return on_sms(make(), *operations)()

    return lie


def _wrong_old(history: list[Json]) -> list[Json]:
    return [{**entry, "old_status": "CREATED"} for entry in history]


def _skipping(history: list[Json]) -> list[Json]:
    return history[:1] + history[2:]


def _rewound(sms: Json) -> None:
    """Show an SMS with a final status as on its way again, with its whole history."""
    if sms["status"] in _FINAL:
        sms["status"] = "SENT"


@dataclass
class _Shrinking:
    """Show a history whole once, and then without its first entry."""

    seen: set[str] = field(default_factory=set)

    def __call__(self, sms: Json) -> None:
        if len(sms["status_history"]) > 1:
            if sms["hash"] in self.seen:
                sms["status_history"] = sms["status_history"][1:]
            self.seen.add(sms["hash"])


def _ahead(sms: Json) -> None:
    if sms["status"] == "CREATED":
        sms["status"] = "SENT"


def _first_old(sms: Json) -> None:
    for entry in sms["status_history"][:1]:
        entry["old_status"] = "NEW"


def _history_year(sms: Json) -> None:
    for entry in sms["status_history"]:
        entry["updated_at"] = f"2001{entry['updated_at'][4:]}"


def _rounded(sms: Json) -> None:
    if sms["parts"] > 1:
        sms["b_customer_debit"] = str(Decimal(sms["b_customer_debit"]).to_integral(ROUND_CEILING))


HISTORY = (
    Mutant(
        "history-rewritten",
        "history",
        "the moments of a history change from read to read",
        _remembering(_Sliding),
    ),
    Mutant(
        "history-shrinks",
        "history",
        "a history loses its first entry after it was shown",
        _remembering(_Shrinking),
    ),
    Mutant("history-reversed", "history", "a history is newest first", _history(lambda h: h[::-1])),
    Mutant("history-wrong-old-status", "history", "each old_status is CREATED", _history(_wrong_old)),
    Mutant("history-last-only", "history", "a history is its last entry alone", _history(lambda h: h[-1:])),
    Mutant("history-without-last", "history", "a history lacks its last entry", _history(lambda h: h[:-1])),
    Mutant("history-skips", "history", "a history skips its second entry", _history(_skipping)),
    Mutant("history-empty", "history", "a history stays empty", _history(lambda _: [])),
    Mutant("history-empty-in-list", "history", "a history is empty in a list", _history(lambda _: [], LIST)),
    Mutant(
        "history-doubled",
        "history",
        "a history has each entry twice",
        _history(lambda h: [e for each in h for e in (each, each)]),
    ),
    Mutant(
        "history-dates-fall",
        "history",
        "the moments of a history fall",
        on_sms(
            lambda sms: [
                e.update(updated_at=_shifted(e["updated_at"], -60 * n))
                for n, e in enumerate(sms["status_history"])
            ]
        ),
    ),
    Mutant("status-goes-back", "history", "what was received is SENT again", on_sms(_rewound)),
    Mutant(
        "status-error-none",
        "history",
        "an empty status_error says NONE",
        put("status_error", lambda v: v or "NONE"),
    ),
    Mutant("status-ahead", "history", "a status is ahead of its history", on_sms(_ahead)),
    Mutant("history-from-new", "history", "a history begins with the status NEW", on_sms(_first_old)),
    Mutant("history-before-creation", "history", "the history is of 2001", on_sms(_history_year)),
)


# --- dates ----------------------------------------------------------------------------------------------


def _moved(name: str, base: str, seconds: int) -> Maker:
    """Put one date that many seconds from another, where both are known."""

    def change(sms: Json) -> None:
        if ZERO not in {sms[name], sms[base]}:
            sms[name] = _shifted(sms[base], seconds)

    return on_sms(change)


def _later_by_a_second(name: str) -> Maker:
    return on_sms(lambda sms: sms.update({name: _shifted(sms[name], 1)}) if sms[name] != ZERO else None)


@dataclass
class _Drifting:
    """Show another creation with each read."""

    reads: int = 0

    def __call__(self, sms: Json) -> None:
        self.reads += 1
        sms["date_creation"] = _shifted(sms["date_creation"], -self.reads)


def _made_up(sms: Json) -> None:
    sms["date_creation"] = f"2020-02-{int(sms['hash'], 36) % 28 + 1:02} 00:00:00"


@dataclass
class _Flipping:
    """Change the billing mode of an SMS with every other response that shows it."""

    sights: Counter[str] = field(default_factory=Counter)

    def __call__(self, sms: Json) -> None:
        self.sights[sms["hash"]] += 1
        sms["b_customer_mode"] = ("PREPAID", "POSTPAID")[self.sights[sms["hash"]] % 2]


DATES = (
    Mutant("creation-made-up", "dates", "the creation is made up from the hash", on_sms(_made_up)),
    Mutant(
        "update-a-second-late",
        "dates",
        "the update is a second after the last change of status",
        _later_by_a_second("date_update"),
    ),
    Mutant(
        "sent-a-second-late",
        "dates",
        "date_sent is a second after the change to SENT",
        _later_by_a_second("date_sent"),
    ),
    Mutant(
        "update-before-creation",
        "dates",
        "an SMS was updated before it was created",
        _moved("date_update", "date_creation", -10),
    ),
    Mutant(
        "sent-before-creation",
        "dates",
        "an SMS was sent before it was created",
        _moved("date_sent", "date_creation", -10),
    ),
    Mutant(
        "received-before-sent",
        "dates",
        "an SMS was received before it was sent",
        _moved("date_received", "date_sent", -10),
    ),
    Mutant(
        "creation-changes", "dates", "the creation is another at each read", _remembering(_Drifting, READ)
    ),
    Mutant(
        "creation-as-update",
        "dates",
        "the creation moves with each update",
        on_sms(lambda sms: sms.update(date_creation=sms["date_update"])),
    ),
    Mutant(
        "creation-other-in-list",
        "dates",
        "a listed SMS has another creation",
        on_sms(lambda sms: sms.update(date_creation=_shifted(sms["date_creation"], -1)), LIST),
    ),
    Mutant(
        "sent-never",
        "dates",
        "date_sent stays zero after the SMS was sent",
        on_sms(lambda sms: sms.update(date_sent=ZERO)),
    ),
    Mutant(
        "received-never",
        "dates",
        "date_received stays zero after the SMS was received",
        on_sms(lambda sms: sms.update(date_received=ZERO)),
    ),
    Mutant(
        "received-at-once",
        "dates",
        "an SMS has a date_received before it is received",
        on_sms(
            lambda sms: (
                sms.update(date_received=sms["date_creation"]) if sms["status"] != "RECEIVED" else None
            )
        ),
    ),
    Mutant(
        "update-before-history",
        "dates",
        "the update is the creation, although the status changed since",
        on_sms(
            lambda sms: sms.update(date_update=_shifted(sms["date_creation"], 0), date_sent=sms["date_sent"])
        ),
    ),
    Mutant(
        "dates-a-year-late",
        "dates",
        "the dates of what came to its end are a year late",
        on_sms(
            lambda sms: (
                sms.update(date_received=_shifted(sms["date_received"], 365 * 86400))
                if sms["date_received"] != ZERO
                else None
            )
        ),
    ),
)


# --- money ----------------------------------------------------------------------------------------------


def _debit(change: Callable[[Decimal, int], Decimal], *operations: str) -> Maker:
    """Change the debit, given the debit and the parts."""
    return on_sms(
        lambda sms: sms.update(b_customer_debit=str(change(Decimal(sms["b_customer_debit"]), sms["parts"]))),
        *operations,
    )


@dataclass
class _Growing:
    """Show a higher debit with each read."""

    reads: int = 0

    def __call__(self, sms: Json) -> None:
        self.reads += 1
        sms["b_customer_debit"] = str(Decimal(sms["b_customer_debit"]) + self.reads)


MONEY = (
    Mutant("mode-flips", "money", "the billing mode changes from read to read", _remembering(_Flipping)),
    Mutant(
        "debit-not-by-parts",
        "money",
        "every SMS costs as much as one part",
        _debit(lambda debit, parts: debit / parts),
    ),
    Mutant("debit-negative", "money", "the debit is negative", _debit(lambda debit, _: -debit)),
    Mutant(
        "debit-squared",
        "money",
        "the debit grows with the square of the parts",
        _debit(lambda debit, parts: debit * parts),
    ),
    Mutant("debit-grows", "money", "the debit is higher at each read", _remembering(_Growing, READ)),
    Mutant(
        "debit-other-in-list",
        "money",
        "a listed SMS has another debit",
        _debit(lambda debit, _: debit + 1, LIST),
    ),
    Mutant(
        "debit-zero-for-long",
        "money",
        "an SMS of several parts costs nothing",
        _debit(lambda debit, parts: debit if parts == 1 else Decimal(0)),
    ),
    Mutant(
        "debit-rounded", "money", "the debit of several parts is rounded up to whole cents", on_sms(_rounded)
    ),
)
