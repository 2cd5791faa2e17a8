"""One call: its attempts, until there is a result or a permanent error."""

import itertools
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from .._errors import CallrConnectionError, CallrError, ClientClosedError, ProtocolError
from .._support import guard, replace
from .._transport import FORKED, PROGRESS, Progress, Request, Response, Timeout
from .hooks import CallInfo, ResponseInfo, RetryInfo
from .operation import Operation
from .raw_response import RawResponse
from .request_builder import build_request
from .responses import read_response
from .retry import may_repeat, read_retry_after, wait_before
from .settings import Settings

if TYPE_CHECKING:
    from types import TracebackType

T = TypeVar("T")

_DEBUG, _INFO = 10, 20
"""`logging.DEBUG` and `logging.INFO`."""

_CALL_IDS = itertools.count(1)

_LEAST = 0.001
"""Seconds: the least timeout of an attempt, when the wait before it took too long."""


class Call(Generic[T]):
    """One call. It does no I/O: its driver sends `next_request()`, then passes the response to `take`.

    All of it happens in a `with` block. When an exception from elsewhere ends a call that must not be
    repeated, the block adds a note to it: whether the request may have been sent.

    Attributes:
        wait: The seconds to wait before the next attempt; None when there is no further one.
    """

    __slots__ = (
        *(
            "_attempt_began",
            "_attempts",
            "_began",
            "_error",
            "_id",
            "_operation",
            "_outer",
            "_pid",
            "_progress",
        ),
        *("_progress", "_raw", "_request", "_response", "_settings", "wait"),
    )

    def __init__(
        self,
        settings: Settings,
        operation: Operation[T],
        arguments: tuple[object, ...],
        timeout: float | Timeout | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> None:
        """Check the arguments and make the request.

        Raises:
            ArgumentError: An argument breaks the contract.
        """
        try:
            settings = settings.for_call(timeout, extra_headers)
            self._request = build_request(settings, operation, arguments)
        except CallrError as error:
            operation.put_name(error)
            raise
        self._operation = operation
        self._settings = settings
        self._began = self._attempt_began = settings.clock.monotonic()
        self._attempts = 0
        self._error: CallrError | None = None
        self._raw: RawResponse[T] | None = None
        self._response: Response | None = None
        self._id = 0
        self._pid = os.getpid()
        self._progress = None if operation.safe else Progress()
        self._outer: Progress | None = None
        self.wait: float | None = 0.0

    def __enter__(self) -> Self:
        self._outer = PROGRESS.get()
        PROGRESS.set(self._progress)
        return self

    def __exit__(
        self, kind: "type[BaseException] | None", caught: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        # Not by a token, which another context rejects: a coroutine may be closed in one.
        PROGRESS.set(self._outer)
        if caught is not None and self._progress and not isinstance(caught, CallrError):
            caught.add_note(f"{self._operation.name}: interrupted; the request {self._progress.outcome}")

    def next_request(self) -> Request:
        """Return the request of the next attempt, whose timeout is the rest of the call's time.

        Raises:
            CallrConnectionError: This is a copy of the process that began a call which must not be repeated.
        """
        self._attempts += 1
        self._error = self._response = None
        if self._progress and self._pid != os.getpid():
            raise self._complete(CallrConnectionError(FORKED))
        self._attempt_began = self._settings.clock.monotonic()
        left = self._left(self._attempt_began)
        if left is None or self._attempts == 1:
            return self._request
        return replace(self._request, timeout=replace(self._request.timeout, total=max(left, _LEAST)))

    def hand_over(self) -> None:
        """Record that a transport, which is open, gets the request."""
        if self._progress:
            self._progress.hand_over()

    def take(self, response: Response | CallrError, *, is_last: bool = False) -> None:
        """Accept the response or the error of an attempt, and decide whether to make another one.

        Args:
            response: The response or the error.
            is_last: Whether there must be no other attempt, because the client was closed.
        """
        now = self._settings.clock.monotonic()
        self._raw = None
        if self._progress and isinstance(response, CallrError) and response.outcome == "not_sent":
            self._progress.watch()
        error = response if isinstance(response, CallrError) else self._read(response, now)
        self.wait = self._find_wait(error, now) if error and not is_last else None
        self._error = error and self._complete(error)
        self._response = response if isinstance(response, Response) else response.response
        self._log(response, now)

    def stop(self) -> None:
        """End the call, which waits for another attempt, because the client was closed."""
        assert self._error is not None  # noqa: S101 - there is another attempt only after an error
        last, self.wait, self._response = self._error, None, None
        self._error = self._complete(
            ClientClosedError(
                f"the client was closed before attempt {self._attempts + 1}; the last attempt: {last.reason}",
                outcome=last.outcome,
            )
        )
        self._error.__cause__ = last

    def upcoming(self) -> CallInfo:
        """Return the argument of `on_request` for the next attempt."""
        self._id = self._id or next(_CALL_IDS)
        return CallInfo(**self._describe(self._attempts + 1))

    def outcome(self, *, of_call: bool = False) -> ResponseInfo:
        """Return the argument of `on_response` for the last attempt, or of `on_end` for the whole call."""
        began = self._began if of_call else self._attempt_began
        return ResponseInfo(
            **self._describe(self._attempts),
            elapsed=self._settings.clock.monotonic() - began,
            response=self._response,
            error=self._error,
        )

    def repetition(self) -> RetryInfo | None:
        """Return the argument of `on_retry`; None without another attempt."""
        if self.wait is None or self._error is None:
            return None
        return RetryInfo(**self._describe(self._attempts), wait=self.wait, error=self._error)

    def _describe(self, attempt: int) -> dict[str, Any]:
        return {
            "call_id": self._id,
            "operation": self._operation.name,
            "request": self._operation.summary,
            "attempt": attempt,
            "max_attempts": 1 + self._settings.max_retries,
        }

    def raw(self) -> RawResponse[T]:
        """Return the response.

        Raises:
            CallrError: There is no response, or it is an error.
        """
        error, self._error = self._error, None
        if error and not (self._raw and isinstance(error, ProtocolError)):
            raise error
        assert self._raw is not None  # noqa: S101 - no error: there was a response
        return self._raw

    def result(self) -> T:
        """Return the result.

        Raises:
            CallrError: The call failed.
        """
        return self.raw().parse()

    def _read(self, response: Response, now: float) -> CallrError | None:
        problem: CallrError | None = None
        parsed: tuple[T] | ProtocolError
        try:
            parsed = (read_response(self._operation, self._settings.errors, response),)
        except ProtocolError as caught:
            parsed = problem = caught
        except CallrError as caught:
            problem = caught
            parsed = ProtocolError("the response is an error")
        if problem:
            problem.response = response
            problem.retry_after = read_retry_after(response.headers, self._settings.clock.now())
        if response.status in self._operation.results:
            self._raw = RawResponse(response, parsed, attempts=self._attempts, elapsed=now - self._began)
        return problem

    def _find_wait(self, error: CallrError, now: float) -> float | None:
        """Return the seconds before the next attempt; None without a further one, or without time for it."""
        if self._attempts > self._settings.max_retries or not may_repeat(error, safe=self._operation.safe):
            return None
        wait = wait_before(self._attempts + 1, self._settings.clock.random(), error.retry_after)
        left = self._left(now)
        return None if wait is None or (left is not None and wait >= left) else wait

    def _left(self, now: float) -> float | None:
        total = self._request.timeout.total
        return None if total is None else total - (now - self._began)

    def _complete(self, error: CallrError) -> CallrError:
        self._operation.put_name(error)
        error.attempts = self._attempts
        return error

    def _log(self, response: Response | CallrError, now: float) -> None:
        # Imported by the first call: logging is slow to import, and a client can be made without it.
        with guard():
            from .log import LINE, LOGGER, write  # noqa: PLC0415

        level = _INFO if self._error else _DEBUG
        if LOGGER.isEnabledFor(level):
            status = response.status if isinstance(response, Response) else response.http_status
            write(
                level,
                LINE,
                self._operation.name,
                self._operation.summary,
                f"HTTP {status}" if status else "no response",
                (now - self._attempt_began) * 1000,
                self._attempts,
                1 + self._settings.max_retries,
                f"{type(self._error).__name__}, {self._error.outcome}" if self._error else "done",
                "" if self.wait is None else f", again in {self.wait:.2f} s",
            )
