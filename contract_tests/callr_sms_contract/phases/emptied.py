"""Whether the server was emptied during the run, or restarted with an empty store.

A server that loses some SMS breaks the contract. One that has lost every SMS that it had shown until some
moment, and keeps those that were sent after it, was emptied: that says nothing of the contract.
"""

from collections.abc import Sequence
from contextlib import closing
from typing import Any, Final

from callr_sms_contract import events
from callr_sms_contract.oracle import FIRST_MOMENT, LAST_MOMENT, NOT_FOUND, OK, Account, Exchange, Shown
from callr_sms_contract.settings import Settings
from callr_sms_contract.wire import Client, Pairs, Response, parsed_json

_RULES: Final = frozenset(
    {
        "sent-is-found",
        "list-complete",
        "list-window-inclusive",
        "hash-unique",
        "event-retried",
        "event-for-each-change",
    }
)
"""What a server that was emptied seems to break."""
_CHECKS: Final = frozenset({"account_model", "verdict_on_the_wire", "ensure_resource_availability"})
_FEWEST: Final = 3
"""A server that lost fewer SMS than these is one that loses SMS."""
_SAMPLE: Final = 8
_TO: Final = "+33639981234"
_TEXT: Final = "contract tests: is what is sent now kept?"


class EmptiedServer:
    """Looks into the store of the server when an SMS seems to be lost."""

    def __init__(self, settings: Settings, account: Account, *, is_live: bool) -> None:
        self._settings, self._account, self._is_live = settings, account, is_live
        self._seen: set[tuple[object, ...]] = set()
        """What was suspected already: a server that loses SMS does so again and again."""
        self._is_certain = False

    def reason(self, event: events.Event) -> str | None:
        """Return in words that the server was emptied, when `event` is the first to show it; else None."""
        suspicion = _suspicion(event)
        if suspicion is None or self._is_certain or self._is_live or suspicion in self._seen:
            return None
        self._seen.add(suspicion)
        self._is_certain = self._was_emptied()
        if not self._is_certain:
            return None
        return (
            f"the server at {self._settings.base_url!r} forgot everything: it was emptied or restarted "
            "during the run; expected it to keep its SMS until the end"
        )

    def explains(self, event: events.Event) -> bool:
        """Return whether `event` is a failure that follows from a server that was emptied."""
        if not self._is_certain:
            return False
        if isinstance(event, events.CheckFinished):
            return not event.passed and event.check in _CHECKS
        return _suspicion(event) is not None

    def _was_emptied(self) -> bool:
        shown = self._account.shown()
        if len(shown) < _FEWEST:
            return False
        settings = self._settings
        with closing(Client(settings.base_url, settings.login, settings.password)) as client:
            kept = self._left(client, shown)
            return kept is not None and self._keeps_another(client, kept)

    def _left(self, client: Client, shown: Sequence[Shown]) -> list[str] | None:
        """Return what is left of the SMS of the run, the oldest first.

        None unless all that was shown until some moment is neither read nor listed, and nothing older is.
        """
        if _status(client, shown[0].hash) != NOT_FOUND:
            return None
        listed = _listed(client)
        gone = [each for each in shown if listed is not None and each.hash not in listed]
        if listed is None or len(gone) < _FEWEST:
            return None
        last = max(each.last for each in gone)
        left = [each for each in self._account.sent() if each in listed]
        is_older = any(self._account.there_since(each) <= last for each in left)
        sample = gone[:: -(-len(gone) // _SAMPLE)]
        if is_older or any(_status(client, each.hash) != NOT_FOUND for each in sample):
            return None
        return left

    def _keeps_another(self, client: Client, left: list[str]) -> bool:
        """Send an SMS and return whether it is kept, and what was left, too.

        A server that loses what is sent does not keep it; one that keeps only the newest loses another.
        """
        message = {"to": _TO, "body": _TEXT}
        wanted = self._settings.operations
        if not wanted or "sendSms" in wanted:
            _, response, _ = client.send("POST", "/sms", document=message)
        else:
            _, response, _ = client.send("GET", "/sms/send", message.items())
        found = _data(response)
        if not isinstance(found, str) or _status(client, found) != OK:
            return False
        listed = _listed(client)
        is_listed = listed is not None and listed.issuperset({found, *left})
        return is_listed and all(_status(client, each) == OK for each in (found, *left[:1]))


def _suspicion(event: events.Event) -> tuple[object, ...] | None:
    """Return what an event says of lost SMS; None when it is about something else."""
    if isinstance(event, events.ExchangeRecorded):
        return _of_exchange(event.exchange)
    if isinstance(event, events.FailureFound):
        failure = event.failure
        if failure.rule in _RULES or failure.status == NOT_FOUND:
            return failure.operation, failure.check, failure.rule, failure.status
    return None


def _of_exchange(exchange: Exchange) -> tuple[object, ...] | None:
    verdict, status = exchange.verdict, exchange.response.status
    rules = _RULES.intersection(exchange.findings.contradictions)
    is_unexpected = status == NOT_FOUND and bool(verdict.statuses) and NOT_FOUND not in verdict.statuses
    if not rules and not is_unexpected:
        return None
    return verdict.operation.id if verdict.operation else "", tuple(sorted(rules)), status


def _status(client: Client, wanted: str) -> int | None:
    _, response, _ = client.send("GET", f"/sms/{wanted}")
    return response.status if response is not None else None


def _listed(client: Client) -> set[object] | None:
    """Return the hashes of all SMS; None when they were not listed."""
    window: Pairs = (("type", "OUT"), ("from", FIRST_MOMENT), ("to", LAST_MOMENT))
    _, response, _ = client.send("GET", "/sms", window)
    found = _data(response)
    return {each.get("hash") for each in found if isinstance(each, dict)} if isinstance(found, list) else None


def _data(response: Response | None) -> Any:  # noqa: ANN401 - JSON
    envelope = parsed_json(response)
    is_right = response is not None and response.status == OK and isinstance(envelope, dict)
    return envelope.get("data") if is_right else None
