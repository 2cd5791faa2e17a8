"""Whether the server was emptied during the run, or restarted with an empty store.

A server that loses some SMS breaks the contract. One that has lost every SMS that it had shown until some
moment, those of others as well, and keeps those that were sent after it, was emptied: that says nothing of
the contract.
"""

from collections.abc import Sequence
from contextlib import closing
from typing import Any, Final

from callr_sms_contract import events
from callr_sms_contract.oracle import FIRST_MOMENT, LAST_MOMENT, NOT_FOUND, OK, Account, Exchange, Shown
from callr_sms_contract.phases.another import another_sms
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
_FEW: Final = 3
"""After the loss of fewer SMS, others like them are sent: the server may lose such SMS."""
_SAMPLE: Final = 8
_LOOKS: Final = 3
"""How often what was sent is read and listed."""
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
        settings = self._settings
        with closing(Client(settings.base_url, settings.login, settings.password)) as client:
            if not shown or _status(client, shown[0].hash) != NOT_FOUND:
                return False
            listed = _listed(client)
            gone = [each for each in shown if listed is not None and each.hash not in listed]
            if listed is None or not gone or not self._is_all(client, gone, listed):
                return False
            left = [each for each in self._account.sent() if each in listed]
            return self._keeps(client, [*self._send_others(client, gone), *left[:1]], left)

    def _is_all(self, client: Client, gone: Sequence[Shown], listed: set[object]) -> bool:
        """Return whether nothing is left of what there was when one that is gone was shown last."""
        last = max(each.last for each in gone)
        is_older = any(self._account.there_since(str(each)) <= last for each in listed)
        sample = gone[:: -(-len(gone) // _SAMPLE)]
        return not is_older and all(_status(client, each.hash) == NOT_FOUND for each in sample)

    def _send_others(self, client: Client, gone: Sequence[Shown]) -> list[object]:
        """Send an SMS, and others like those that are gone if they are few; return the results."""
        message = {"to": _TO, "body": _TEXT}
        wanted = self._settings.operations
        if not wanted or "sendSms" in wanted:
            replies = [client.send("POST", "/sms", document=message)]
        else:
            replies = [client.send("GET", "/sms/send", message.items())]
        if len(gone) < _FEW:
            origins = [self._account.origin(each.hash) for each in gone]
            replies += [client.repeat(another_sms(each.request)) for each in origins if each is not None]
        return [_data(response) for _, response, _ in replies]

    @staticmethod
    def _keeps(client: Client, found: Sequence[object], left: Sequence[str]) -> bool:
        """Return whether what is sent now is kept, and what was left, too.

        A server that loses what is sent does not keep it, and one that keeps only the newest, or shows an SMS
        only once, loses another.
        """
        hashes = [each for each in found if isinstance(each, str)]
        if len(hashes) < len(found):
            return False
        for _ in range(_LOOKS):
            listed = _listed(client)
            is_listed = listed is not None and listed.issuperset({*hashes, *left})
            if not is_listed or any(_status(client, each) != OK for each in hashes):
                return False
        return True


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
