"""Whether the server responds to every request, or to every send, in one way: its state is another one.

An account without credit, a suspended one or a server that has broken down says nothing of the contract. One
such response may be a fault, so plain valid requests have to get it, too: two reads, which nothing but the
server or the account can explain, or else sends.
"""

from collections import Counter
from contextlib import closing
from secrets import randbelow
from typing import Final

from callr_sms_contract import events
from callr_sms_contract.oracle import NOT_FOUND, OK, UNAUTHORIZED, Exchange
from callr_sms_contract.phases.server_check import is_elsewhere, is_envelope, patient_reads, read_as_nobody
from callr_sms_contract.settings import Settings
from callr_sms_contract.wire import Client, Response, is_limited, is_read, is_vague

_OF_THE_ACCOUNT: Final = {
    402: ": it asks for payment; expected an account with enough credit for the run",
    403: ": it forbids them; expected an account that may use the API, and whose quota lasts for the run",
    429: " and without Retry-After: it limits requests; expected a higher limit, or a lower --rate",
    503: ": it is not available; expected it to be until the end of the run",
}
"""What may be about all sends of an account alone, in words."""
_BROKEN: Final = "; expected the API until the end of the run (see its own log, then run the tests again)"
_NOT_THE_API: Final = f" and without the envelope of the API{_BROKEN}"
_LOOKS: Final = 5
"""How often a status of an operation is looked into: a wrong server may send it again and again."""
_SENDS: Final = 3
"""So many plain sends in a row have to be refused."""


class Refusals:
    """Looks at responses that may not be about their requests."""

    def __init__(self, settings: Settings, *, may_send: bool) -> None:
        """`may_send` is whether an SMS may be sent to find out."""
        self._settings, self._may_send = settings, may_send
        self._looks = Counter[tuple[str, int]]()
        self._status = 0
        """The status that ends the run."""

    def reason(self, event: events.Event) -> str | None:
        """Return in words what the server responds to all, when `event` shows it first; else None."""
        if not isinstance(event, events.ExchangeRecorded) or not _is_suspicious(event.exchange):
            return None
        request, status = event.exchange.request, event.exchange.response.status
        operation = event.exchange.verdict.operation
        key = operation.id if operation is not None else "", status
        self._looks[key] += 1
        if self._looks[key] > _LOOKS:
            return None
        if self._is_for_all(status):
            kind = "every request"
        elif not is_read(request.method, request.path) and self._is_for_sends(key[0], status):
            kind = "every send"
        else:
            return None
        self._status = status
        words = _NOT_THE_API if status == OK else _OF_THE_ACCOUNT.get(status, _BROKEN)
        return f"the server at {self._settings.base_url!r} responds to {kind} with {status}{words}"

    def explains(self, event: events.Event) -> bool:
        """Return whether `event` is a failure that follows from it."""
        if isinstance(event, events.CheckFinished):
            return bool(self._status) and not event.passed
        return isinstance(event, events.FailureFound) and event.failure.status == self._status != 0

    def _is_for_all(self, status: int) -> bool:
        found, _ = patient_reads(self._settings)
        if status == NOT_FOUND:  # right for one of the two reads, but not without credentials
            found += read_as_nobody(self._settings)
        is_equal = status != OK or len({each.body for each in found}) == 1
        return is_equal and len(found) > 1 and all(_is(each, status) for each in found)

    def _is_for_sends(self, operation: str, status: int) -> bool:
        if not self._may_send or status not in _OF_THE_ACCOUNT:
            return False
        settings = self._settings
        with closing(Client(settings.base_url, settings.login, settings.password)) as client:
            for _ in range(_SENDS):
                message = {"to": f"+3363998{randbelow(10_000):04}", "body": "contract tests"}
                if operation == "sendSms":
                    _, response, _ = client.send("POST", "/sms", document=message)
                else:
                    _, response, _ = client.send("GET", "/sms/send", message.items())
                if response is None or not _is(response, status):
                    return False
        return True


def _is_suspicious(exchange: Exchange) -> bool:
    response, wanted = exchange.response, exchange.verdict.statuses
    if response.status == UNAUTHORIZED or (is_elsewhere(response) and not is_vague(response)):
        return False  # the watch looks at these
    is_other = response.status == OK and not is_envelope(response)
    is_lost = response.status == NOT_FOUND and bool(exchange.findings.contradictions)
    return bool(wanted) and (is_other or is_lost or response.status not in wanted)


def _is(response: Response, status: int) -> bool:
    """Return whether a response has a status, and is neither a result nor asks to wait."""
    is_result = status == OK and is_envelope(response)
    return response.status == status and not is_result and not is_limited(response)
