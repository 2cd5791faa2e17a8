"""The watch: ends a run whose requests can no longer be judged, and keeps what was found before that.

A server that is gone, a gateway in its place or an account that is no longer accepted says nothing about the
contract. One such response may be a fault, so it takes several in a row, and two valid reads that confirm it.
"""

import math
import time
from collections.abc import Callable
from typing import Final

from callr_sms_contract import events
from callr_sms_contract.oracle import UNAUTHORIZED, Exchange
from callr_sms_contract.phases.recorder import ANSWERED
from callr_sms_contract.phases.server_check import is_of_gateway, is_redirect
from callr_sms_contract.wire import Request

_IN_A_ROW: Final = 3
"""After so many requests that cannot be judged the server is checked."""

_Key = tuple[str, str, bytes, tuple[tuple[str, str], ...]]


class RunStopped(Exception):  # noqa: N818 - it is no error: the run ends, with a report
    """The run ends, because its requests can no longer be judged."""


class Watch:
    """Passes the events of a run on; holds failures of requests that may say nothing, until it is known."""

    def __init__(
        self,
        forward: Callable[[events.Event], None],
        check: Callable[[bool], str | None],
    ) -> None:
        """`check` says in words why no request can be judged; None when they can.

        It is called with whether requests got no response.
        """
        self._forward, self._check = forward, check
        self._doubtful: dict[_Key, bool] = {}
        """The last requests in a row that may say nothing, and whether each was without a response."""
        self._since = -math.inf
        """When the last of them was over."""
        self._held: list[events.Event] = []
        self.reason = ""
        """Why the run ends before its time, in words; empty while it goes on."""
        self.on_stop: Callable[[], None] = lambda: None
        """Called when the run has to end."""
        self.is_stopped = False

    def emit(self, event: events.Event) -> None:
        """Pass an event on, unless it has to be held or dropped."""
        if isinstance(event, events.ResponseMissed):
            self._forward(event)
            self._doubt(event.request, time.monotonic(), is_silent=True)
        elif isinstance(event, events.ExchangeRecorded):
            self._forward(event)
            self._take(event.exchange)
        elif self._is_doubtful(event):
            if not self.is_stopped:
                self._held.append(event)
        else:
            self._forward(event)

    def settle(self) -> None:
        """Decide on what is still held, at the end of a run or of a phase."""
        if self._held and not self.is_stopped:
            self._decide()

    def stop(self, reason: str) -> None:
        """Let the run end for `reason`, in words; an empty one when only its time is over."""
        self.reason, self.is_stopped = reason, True
        self._held.clear()
        self.on_stop()

    def raise_if_stopped(self) -> None:
        """Raise RunStopped when the run has to end."""
        if self.is_stopped:
            raise RunStopped

    def _take(self, exchange: Exchange) -> None:
        if _may_say_nothing(exchange):
            self._doubt(exchange.request, exchange.timing.received)
        elif not self.is_stopped and self._doubtful and self._is_good_again(exchange):
            if any(self._doubtful.values()):
                self._decide()
            else:
                self._release()

    def _is_good_again(self, exchange: Exchange) -> bool:
        # Exchanges of schemathesis' own checks are judged after later ones.
        return not _is_right_refusal(exchange) and exchange.timing.received > self._since

    def _doubt(self, request: Request, moment: float, *, is_silent: bool = False) -> None:
        self._doubtful[_key(request)] = is_silent
        self._since = max(self._since, moment)
        if not self.is_stopped and len(self._doubtful) % _IN_A_ROW == 0:
            self._decide()

    def _decide(self) -> None:
        reason = self._check(any(self._doubtful.values()))
        if reason is None:
            self._release()
        else:
            self.stop(reason)

    def _release(self) -> None:
        held, self._held = self._held, []
        self._doubtful.clear()
        for event in held:
            self._forward(event)

    def _is_doubtful(self, event: events.Event) -> bool:
        if isinstance(event, events.FailureFound):
            failure = event.failure
            if self.is_stopped and failure.check == ANSWERED:
                return True
            return bool(failure.steps) and _key(failure.steps[-1]) in self._doubtful
        if isinstance(event, events.CheckFinished) and not event.passed and event.request is not None:
            return _key(event.request) in self._doubtful
        return False


def _key(request: Request) -> _Key:
    return request.method, request.url, request.body, tuple(sorted(request.headers.items()))


def _may_say_nothing(exchange: Exchange) -> bool:
    """Return whether the API itself may not have decided on a request, or not on the request alone."""
    response, wanted = exchange.response, exchange.verdict.statuses
    is_refused = response.status == UNAUTHORIZED and bool(wanted) and UNAUTHORIZED not in wanted
    return is_refused or is_redirect(response) or is_of_gateway(response)


def _is_right_refusal(exchange: Exchange) -> bool:
    """Return whether it is the 401 to wrong credentials, which says nothing of the right ones."""
    return exchange.response.status == UNAUTHORIZED
