"""Transports for the tests of users: they send nothing and record every request."""

from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeAlias

from .._errors import CallrError
from .._response import Response
from .base import Request

Answer: TypeAlias = Response | CallrError
"""A response, or an error to raise."""


class _CannedResponses:
    """A handler that returns canned responses, one for each request."""

    def __init__(self, answers: Iterable[Answer]) -> None:
        self._answers = deque(answers)

    def __call__(self, _: Request) -> Answer:
        if not self._answers:
            raise AssertionError("MockTransport: there are more requests than responses")
        return self._answers.popleft()


class MockTransport:
    """A transport for tests. It sends nothing and records every request.

    Attributes:
        requests: The requests so far. Their `repr` shows neither query, headers nor body.
        is_closed: Whether the client closed it.

    Example:
        ```python
        from callr_sms_client import Callr, CallrTimeoutError, MockTransport, Response

        transport = MockTransport([Response.of_json({"status": "success", "data": "8242D945"})])
        with Callr("login", "password", transport=transport) as callr:
            assert callr.sms.send(to="+33612345678", body="Hello") == "8242D945"
        assert transport.requests[0].json() == {"to": "+33612345678", "body": "Hello", "from": ""}
        ```
    """

    def __init__(self, answers: Callable[[Request], Answer] | Iterable[Answer]) -> None:
        """Create a transport.

        Args:
            answers: A function that returns the response to a request, or one response for each request, in
                order. An error is raised instead: `CallrTimeoutError("too late")`.
        """
        self._handle = answers if callable(answers) else _CannedResponses(answers)
        self.requests: list[Request] = []
        self.is_closed: bool = False

    def send(self, request: Request) -> Response:
        """Record the request and return the response.

        Raises:
            CallrError: The response is an error.
            AssertionError: There is no response left.
        """
        self.requests.append(request)
        return _settle(self._handle(request))

    def close(self) -> None:
        """Record that the client closed it."""
        self.is_closed = True


class AsyncMockTransport:
    """Like `MockTransport`, for the asynchronous client; a function may be asynchronous, too.

    Attributes:
        requests: The requests so far. Their `repr` shows neither query, headers nor body.
        is_closed: Whether the client closed it.

    Example:
        ```python
        transport = AsyncMockTransport(lambda request: CallrTimeoutError("too late"))
        callr = AsyncCallr("login", "password", transport=transport)
        ```
    """

    def __init__(self, answers: Callable[[Request], Answer | Awaitable[Answer]] | Iterable[Answer]) -> None:
        """Create a transport.

        Args:
            answers: As for `MockTransport`.
        """
        self._handle: Callable[[Request], Answer | Awaitable[Answer]]
        self._handle = answers if callable(answers) else _CannedResponses(answers)
        self.requests: list[Request] = []
        self.is_closed: bool = False

    async def send(self, request: Request) -> Response:
        """Record the request and return the response.

        Raises:
            CallrError: The response is an error.
            AssertionError: There is no response left.
        """
        self.requests.append(request)
        answer = self._handle(request)
        return _settle(await answer if isinstance(answer, Awaitable) else answer)

    async def aclose(self) -> None:
        """Record that the client closed it."""
        self.is_closed = True


def _settle(answer: Answer) -> Response:
    if isinstance(answer, CallrError):
        raise answer
    return answer
