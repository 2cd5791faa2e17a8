"""Accidents: a response of a gateway, or none, in the middle of a run that is right otherwise.

One alone says nothing of the contract, so its failures are held. A read is made again once, instead of a send
another SMS is sent, and what comes then is judged. What happens again, or too often, is a failure of the
server.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from callr_sms_contract import events
from callr_sms_contract.oracle import Inspector, Verdict
from callr_sms_contract.phases.another import another
from callr_sms_contract.phases.recorder import ANSWERED
from callr_sms_contract.phases.server_check import is_elsewhere, is_redirect
from callr_sms_contract.wire import Request, Response, is_read, is_vague

_MOST: Final = 3
"""So many accidents are allowed in any run,"""
_REQUESTS_EACH: Final = 1000
"""and one more for so many requests."""

_MEDIA_TYPE: Final = re.compile(r"(?:text|application)/[a-z+]{1,20}")
"""What is shown of a content type: a server may send anything."""

_Key = tuple[str, str, bytes]
_Kind = tuple[str, str, str | None]


@dataclass
class _Accident:
    operation: str
    """The label of its operation; empty when it belongs to none."""
    request: Request
    verdict: Verdict
    what: str
    response: Response | None
    moment: float
    """When it was over."""
    held: list[events.Event] = field(default_factory=list)
    """What it would be as a failure."""
    is_settled: bool = False
    """Whether another request like it was made, and its response judged."""

    def is_of(self, failure: events.Failure) -> bool:
        """Return whether a failure speaks of it: of this response, not of a later one to such a request."""
        if self.response is None:
            return failure.status == 0
        if self.response.status not in self.verdict.statuses:
            return failure.status == self.response.status
        return failure.response in {
            self.response.body.decode(each, "replace") for each in ("utf-8", "latin-1")
        }

    @property
    def kind(self) -> _Kind:
        """Return what requests have in common that a right server treats alike."""
        label = self.operation or f"{self.request.method} {self.request.path}"
        return label, self.verdict.expected, self.verdict.rule


class Accidents:
    """Passes the events of a run on; holds those of accidents, until it is known what they are."""

    def __init__(
        self,
        inspector: Inspector,
        forward: Callable[[events.Event], None],
        repeat: Callable[[str, Request], bool],
        *,
        may_send: bool = True,
    ) -> None:
        """`repeat` makes a request of an operation, records what comes and returns whether it could.

        `may_send` is whether that may be a send.
        """
        self._inspector, self._forward, self._repeat = inspector, forward, repeat
        self._may_send = may_send
        self._known: list[_Accident] = []
        self._refused: set[_Kind] = set()
        """Kinds of requests that fail again and again."""
        self._are_too_many = False
        self._made = 0
        self._settling: tuple[_Accident, Request] | None = None
        """The accident that is looked into, and the other request like it."""

    @property
    def drops(self) -> bool:
        """Return whether the server has left a request without a response, and responded to another then."""
        return any(each.response is None and each.is_settled for each in self._known)

    def emit(self, event: events.Event) -> None:
        """Pass an event on, unless it has to be held."""
        if isinstance(event, events.RequestMade):
            self._made += 1
        accident = self._accident(event)
        if accident is not None and self._is_allowed(accident):
            self._known.append(accident)
            if isinstance(event, events.ExchangeRecorded):
                accident.held.append(event)
            return
        owner = self._owner(event)
        if owner is not None:
            owner.held.append(event)
            return
        self._forward(event)
        if isinstance(event, events.ExchangeRecorded) and accident is None:
            for each in list(self._known):
                if event.exchange.timing.received > each.moment:
                    self._look_into(each)

    def settle(self) -> None:
        """Look into those accidents for which that has not been done, at the end of a run."""
        for each in list(self._known):
            self._look_into(each)

    def conclude(self) -> None:
        """Report the accidents."""
        for each in self._known:
            self._forward(events.AccidentHappened(each.operation, each.what, is_judged=each.is_settled))
        self._known.clear()

    def _accident(self, event: events.Event) -> _Accident | None:
        if isinstance(event, events.ExchangeRecorded):
            exchange = event.exchange
            response, moment = exchange.response, exchange.timing.received
            if not is_elsewhere(response) or not exchange.verdict.statuses:
                return None
            label = self._inspector.label_of(exchange.request)
            return _Accident(label, exchange.request, exchange.verdict, _what(response), response, moment)
        if isinstance(event, events.ResponseMissed):
            what = "a connection closed without a response"
            what = what if event.waited is None else f"no response in {event.waited:.0f} s"
            label, verdict = self._inspector.label_of(event.request), self._inspector.verdict(event.request)
            return _Accident(label, event.request, verdict, what, None, event.moment)
        return None

    def _is_allowed(self, accident: _Accident) -> bool:
        """Return whether it may be an accident; if it may not, neither were those like it."""
        if self._settling is not None and _key(self._settling[1]) == _key(accident.request):
            self._refused.add(self._settling[0].kind)
            self._refused.add(accident.kind)
        elif len(self._known) >= _MOST + self._made // _REQUESTS_EACH:
            self._are_too_many = True
        for each in [each for each in self._known if self._are_too_many or each.kind in self._refused]:
            self._release(each)
        return not self._are_too_many and accident.kind not in self._refused

    def _release(self, accident: _Accident) -> None:
        self._known.remove(accident)
        for event in accident.held:
            self._forward(event)

    def _owner(self, event: events.Event) -> _Accident | None:
        """Return the accident of which a failure speaks; None when it speaks of something else."""
        if isinstance(event, events.FailureFound):
            failure = event.failure
            found = [each for each in self._known if each.is_of(failure)]
            if not failure.steps:  # schemathesis does not always say which request got no response
                return next((each for each in found if failure.check == ANSWERED), None)
            key = _key(failure.steps[-1])
            return next((each for each in found if _key(each.request) == key), None)
        if isinstance(event, events.CheckFinished) and not event.passed and event.request is not None:
            key = _key(event.request)
            return next((each for each in self._known if _key(each.request) == key), None)
        return None

    def _look_into(self, accident: _Accident) -> None:
        """Make another request like it, now that the server has responded again."""
        may_repeat = self._may_send or is_read(accident.request.method, accident.request.path)
        if accident.is_settled or not may_repeat or self._settling is not None:
            return
        request = another(accident.request, accident.verdict)
        self._settling = accident, request
        try:
            accident.is_settled = self._repeat(accident.operation, request)
        finally:
            self._settling = None


def _what(response: Response) -> str:
    kind = response.headers.get("content-type", "").partition(";")[0].strip()
    shown = (kind if _MEDIA_TYPE.fullmatch(kind) else "another content type") if kind else "no content type"
    source = "a redirect" if is_redirect(response) else "a response of a gateway"
    source = "a rate limit without Retry-After" if is_vague(response) else source
    return f"{source} ({response.status}, {shown})"


def _key(request: Request) -> _Key:
    return request.method, request.url, request.body
