"""Requests after those of schemathesis: reads and lists of what the run sent, and reads of a known SMS.

For the SMS of a run the model knows the right response, also where the contract alone allows several.
"""

from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from callr_sms_contract.oracle import FIRST_MOMENT, LAST_MOMENT, Exchange
from callr_sms_contract.phases.phase import DIRECTED, Phase, PhaseOver, RunContext, listed
from callr_sms_contract.phases.server_check import FORM
from callr_sms_contract.settings import FOLLOW_UP_PHASE
from callr_sms_contract.wire import basic_header

_AGAIN: Final = 3
_CLOCKS_APART: Final = timedelta(minutes=5)
"""How far the clock of the server may differ from ours."""

Query = list[tuple[str, str]]


class FollowUp(Phase):
    """Reads and lists what a run sent."""

    name = FOLLOW_UP_PHASE
    counted_as = DIRECTED

    def __init__(self, context: RunContext) -> None:
        super().__init__(context)
        self._operations = frozenset(
            context.settings.operations or (operation.id for operation in context.contract.operations)
        )

    def run(self) -> None:
        """Make the requests that the settings allow."""
        with closing(self._client), suppress(PhaseOver):
            first = self._list_and_accounts() if "listSms" in self._operations else None
            if not self._context.is_live and {"sendSms", "getSms"} <= self._operations:
                self._read_with_faults()
            if "getSms" in self._operations:
                self._read_back(_first_hash(first))
            if "listSms" in self._operations and not self._context.is_live:
                self._list_back()

    def _list_and_accounts(self) -> Exchange | None:
        if not self._context.is_live:
            for path, authorization in self._accounts():
                self._ask("GET", path, self._window("OUT"), authorization=authorization)
        return self._ask("GET", "/sms", self._window("OUT"))

    def _accounts(self) -> Iterator[tuple[str, str | None]]:
        login, password = self._settings.login, self._settings.password
        yield "/sms", basic_header(login, "not-the-one")
        yield "/sms", basic_header("not-the-one", password)
        own = self._client.authorization.partition(" ")[2]
        yield "/sms", f"basic {own}"
        yield "/sms", f"BASIC {own}"
        yield "/nothing", None

    def _read_with_faults(self) -> None:
        """Read an existing SMS with invalid parameters: for an unknown one, 404 would be right, too."""
        sent = self._ask("POST", "/sms", document={"to": "+33639981234", "body": "Your code is 4711."})
        if sent is None or sent.hash is None:
            return
        found = sent.hash
        queries: tuple[Query, ...] = ([("limit", "1")], [("hsah", found)], [("hash", found)] * 2)
        for query in queries:
            self._read(found, query)
        if found.lower() != found:
            self._read(found.lower())

    def _read_back(self, other: str | None) -> None:
        """Read each SMS of the run that was not read yet, and some of them again."""
        for found in self._account.unread()[-self._settings.profile.read_back :]:
            self._read(found)
        known = self._account.sent() or [name for name in (other,) if name is not None]
        for found in (*known[:_AGAIN], *known[-_AGAIN:]) * _AGAIN:
            self._read(found)

    def _list_back(self) -> None:
        """List everything, and windows that begin or end at the creation of an SMS."""
        for direction in ("OUT", "IN"):
            self._list_all(direction, FIRST_MOMENT, LAST_MOMENT)
        dated = [moment for found in self._account.sent() if (moment := self._account.creation(found))]
        for moment in sorted({*dated[:1], *dated[-1:]}):
            before, after = beside(moment)
            for start, end in ((moment,) * 2, (before,) * 2, (after,) * 2, (before, moment), (moment, after)):
                self._list("OUT", start, end)
            self._list("OUT", after, before)
            self._list("IN", moment, moment)
            start, end = _months_around(moment)
            if not self._context.is_long({"type": "OUT", "from": start, "to": end}):
                self._list("OUT", start, end)

    def _list(self, direction: str, start: str, end: str) -> Exchange | None:
        return self._ask("GET", "/sms", [("type", direction), ("from", start), ("to", end)])

    def _window(self, direction: str) -> Query:
        start, end = self._context.started - _CLOCKS_APART, datetime.now(UTC) + _CLOCKS_APART
        return [("type", direction), ("from", start.strftime(FORM)), ("to", end.strftime(FORM))]


def beside(moment: str) -> tuple[str, str]:
    """Return the seconds before and after a datetime of the API; itself where the calendar ends."""
    found = datetime.fromisoformat(moment)
    before = found if moment == FIRST_MOMENT else found - timedelta(seconds=1)
    after = found if moment == LAST_MOMENT else found + timedelta(seconds=1)
    # strftime writes years before 1000 with fewer digits.
    return before.isoformat(" "), after.isoformat(" ")


def _months_around(moment: str) -> tuple[str, str]:
    """Return datetimes a month before and after, with days up to 12; itself where the calendar ends."""
    found = datetime.fromisoformat(moment)
    try:
        before = (found.replace(day=1) - timedelta(days=1)).replace(day=12)
        after = (found.replace(day=28) + timedelta(days=7)).replace(day=1)
    except OverflowError:
        return moment, moment
    return before.isoformat(" "), after.isoformat(" ")


def _first_hash(exchange: Exchange | None) -> str | None:
    value = next(iter(listed(exchange)), {}).get("hash")
    return value if isinstance(value, str) else None
