"""Accidents: a response of a gateway, or none in time, in the middle of a run that is right otherwise.

One alone says nothing of the contract, so its failures are held. A read is made again once, and what comes
then is judged. Nothing else is made again, because it may have been a send: a later right response to a
request of the same kind decides. What happens again, or too often, is a failure of the server.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from callr_sms_contract import events
from callr_sms_contract.oracle import Exchange, Inspector, Verdict
from callr_sms_contract.phases.recorder import ANSWERED
from callr_sms_contract.phases.server_check import is_gateway_error
from callr_sms_contract.wire import Request, Response, is_read

_MOST: Final = 3
"""So many accidents are allowed in any run,"""
_REQUESTS_EACH: Final = 1000
"""and one more for so many requests."""

_MEDIA_TYPE: Final = re.compile(r"(?:text|application)/[a-z+]{1,20}")
"""What is shown of a content type: a server may send anything."""

_Key = tuple[str, str, bytes]
_Kind = tuple[str, str, str | None, str]


@dataclass
class _Accident:
    request: Request
    what: str
    status: int
    """That of the response; 0 without one."""
    operation: str
    kind: _Kind
    moment: float
    """When it was over."""
    held: list[events.Event] = field(default_factory=list)
    """What it would be as a failure."""
    is_settled: bool = False
    """Whether a right response to such a request came afterwards."""

    @property
    def is_read(self) -> bool:
        """Return whether the request may be made again."""
        return is_read(self.request.method, self.request.path)


class Accidents:
    """Passes the events of a run on; holds those of accidents, until it is known what they are."""

    def __init__(
        self,
        inspector: Inspector,
        forward: Callable[[events.Event], None],
        repeat: Callable[[str, Request], None],
    ) -> None:
        """`repeat` makes a request of an operation again and records what comes."""
        self._inspector, self._forward, self._repeat = inspector, forward, repeat
        self._known: list[_Accident] = []
        self._refused: set[_Kind] = set()
        """Kinds of requests that fail again and again."""
        self._are_too_many = False
        self._made = 0
        self._repeated: _Accident | None = None

    def emit(self, event: events.Event) -> None:
        """Pass an event on, unless it has to be held."""
        if isinstance(event, events.RequestMade):
            self._made += 1
        elif isinstance(event, events.ResponseMissed) and event.waited is None:
            self._refuse_those_like(event.request)
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
            self._look_back(event.exchange)

    def settle(self) -> None:
        """Make reads again for which that has not been done, at the end of a run."""
        for each in list(self._known):
            self._make_again(each)

    def conclude(self, *, is_stopped: bool) -> None:
        """Report the accidents, and as failures those to which no right response came afterwards.

        A run that was stopped cannot know of the latter.
        """
        for each in list(self._known):
            if each.is_settled or is_stopped:
                self._forward(events.AccidentHappened(each.operation, each.what, is_judged=each.is_read))
            else:
                self._release(each)
        self._known.clear()

    def _accident(self, event: events.Event) -> _Accident | None:
        if isinstance(event, events.ExchangeRecorded):
            exchange = event.exchange
            response, statuses = exchange.response, exchange.verdict.statuses
            if not is_gateway_error(response) or not statuses or response.status in statuses:
                return None
            what, moment = _gateway(response), exchange.timing.received
            return _accident(exchange.request, exchange.verdict, what, response.status, moment)
        if isinstance(event, events.ResponseMissed) and event.waited is not None:
            what = f"no response in {event.waited:.0f} s"
            verdict = self._inspector.verdict(event.request)
            return _accident(event.request, verdict, what, 0, event.moment)
        return None

    def _is_allowed(self, accident: _Accident) -> bool:
        """Return whether it may be an accident; if it may not, neither were those like it."""
        again = self._repeated
        if again is not None and _key(again.request) == _key(accident.request):
            self._refused.add(again.kind)
        elif not accident.is_read and any(each.kind == accident.kind for each in self._known):
            self._refused.add(accident.kind)
        elif len(self._known) >= _MOST + self._made // _REQUESTS_EACH:
            self._are_too_many = True
        for each in [each for each in self._known if self._are_too_many or each.kind in self._refused]:
            self._release(each)
        return not self._are_too_many and accident.kind not in self._refused

    def _refuse_those_like(self, request: Request) -> None:
        """Called when a connection failed, which is a failure: such a request failed before."""
        for each in [each for each in self._known if _key(each.request) == _key(request)]:
            self._release(each)

    def _release(self, accident: _Accident) -> None:
        self._known.remove(accident)
        for event in accident.held:
            self._forward(event)

    def _owner(self, event: events.Event) -> _Accident | None:
        """Return the accident of which a failure speaks; None when it speaks of something else."""
        if isinstance(event, events.FailureFound):
            failure = event.failure
            found = [each for each in self._known if each.status == failure.status]
            if not failure.steps:  # schemathesis does not always say which request got no response
                return next((each for each in found if failure.check == ANSWERED), None)
            key = _key(failure.steps[-1])
            return next((each for each in found if _key(each.request) == key), None)
        if isinstance(event, events.CheckFinished) and not event.passed and event.request is not None:
            key = _key(event.request)
            return next((each for each in self._known if _key(each.request) == key), None)
        return None

    def _look_back(self, exchange: Exchange) -> None:
        """Decide on earlier accidents, now that the server has responded again."""
        if not self._known:
            return
        kind = _kind(exchange.request, exchange.verdict)
        is_right = exchange.response.status in exchange.verdict.statuses
        for each in list(self._known):
            if each.is_settled or exchange.timing.received <= each.moment:
                continue
            if each.is_read:
                self._make_again(each)
            elif is_right and each.kind == kind and exchange.timing.sent >= each.moment:
                each.is_settled = True

    def _make_again(self, accident: _Accident) -> None:
        if accident.is_settled or not accident.is_read or self._repeated is not None:
            return
        self._repeated = accident
        try:
            self._repeat(accident.operation, accident.request)
        finally:
            self._repeated = None
        accident.is_settled = True


def _accident(request: Request, verdict: Verdict, what: str, status: int, moment: float) -> _Accident:
    operation = verdict.operation.label if verdict.operation is not None else ""
    return _Accident(request, what, status, operation, _kind(request, verdict), moment)


def _gateway(response: Response) -> str:
    kind = response.headers.get("content-type", "").partition(";")[0].strip()
    shown = (kind if _MEDIA_TYPE.fullmatch(kind) else "another content type") if kind else "no content type"
    return f"a response of a gateway ({response.status}, {shown})"


def _key(request: Request) -> _Key:
    return request.method, request.url, request.body


def _kind(request: Request, verdict: Verdict) -> _Kind:
    """Return what requests have in common that a right server treats alike."""
    label = verdict.operation.label if verdict.operation is not None else f"{request.method} {request.path}"
    return label, verdict.expected, verdict.rule, _form(request.body)


def _form(body: bytes) -> str:
    """Return what a parser makes of a body: a server may fail in its parser, before it knows any rule."""
    if not body:
        return "none"
    try:
        json.loads(body)
    except RecursionError:
        return "deep"
    except ValueError:
        return "not JSON"
    return "JSON"
