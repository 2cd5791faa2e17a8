"""The class of all errors, and those that do not come from the API."""

from typing import Any, Literal, Self, TypeAlias, TypeVar

from .._response import Response
from .._support import Value, value

Outcome: TypeAlias = Literal["not_sent", "refused", "unknown"]
"""The outcome of the request: it was never sent, the API refused it, or it is not known."""

_NOT_PICKLED = frozenset({"response", "last_result"})


@value()
class RequestSummary(Value):
    """The request of an error, without parameters, headers and body.

    Attributes:
        method: The HTTP method.
        path: The path as the contract writes it, such as `/sms/{hash}`.

    Example:
        ```python
        try:
            callr.sms.get("8242D945")
        except CallrError as error:
            print(error.request)  # GET /sms/{hash}
        ```
    """

    __slots__ = ("method", "path")

    method: str
    path: str

    def __init__(self, method: str, path: str) -> None:
        self._fill(method, path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class CallrError(Exception):
    """The root of all errors of this client.

    Attributes:
        code: The numeric code of the API's error; None when it has none.
        message: What went wrong. For an `ApiError` the API's message, which may quote what was sent.
        reason: What went wrong, without anything that was sent.
        outcome: `not_sent` when the request provably never left, `refused` when the API refused it, `unknown`
            when it may have been carried out. Do not repeat a send of unknown outcome before you have looked
            for the SMS: it can be billed twice.
        parameter: The name of the parameter that the error is about; None when it is about none.
        operation: The name of the operation, such as `sms.send`; None outside of one.
        http_status: The HTTP status of the response; None without a response.
        response: The response with its headers and body; None without a complete one. Its `repr` shows only
            the status. A copy of the error has it, and one out of a pickle has None, because the body may
            quote what was sent.
        request: The method and the path; None outside of a request.
        attempts: The number of attempts to send the request.
        retry_after: The seconds to wait before the next request (`Retry-After`, RFC 9110), at most
            1,000,000,000; None when the response does not say.

    Example:
        ```python
        try:
            callr.sms.send(to="+33612345678", body="Hello")
        except CallrError as error:
            if error.outcome == "unknown":  # look for the SMS before you send again
                print(error.operation, error.attempts)  # sms.send 1
        ```
    """

    code: int | None = None
    message: str
    outcome: Outcome = "unknown"
    parameter: str | None = None
    operation: str | None = None
    http_status: int | None = None
    response: Response | None = None
    request: RequestSummary | None = None
    attempts: int = 0
    retry_after: float | None = None

    def __init__(
        self, reason: str, *, outcome: Outcome | None = None, http_status: int | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = self.message = reason
        self.http_status = http_status
        if outcome is not None:
            self.outcome = outcome

    def __str__(self) -> str:
        text = f"{self.operation}: {self.reason}" if self.operation else self.reason
        return f"{text}, after {self.attempts} attempts" if self.attempts > 1 else text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r}, outcome={self.outcome!r})"

    @property
    def request_id(self) -> str | None:
        """The identifier of the request in the response, for a question to support; None without one.

        Example:
            ```python
            try:
                callr.sms.get("8242D945")
            except CallrError as error:
                print(error.request_id)  # 4f1c
            ```
        """
        return None if self.response is None else self.response.request_id

    def __reduce__(self) -> tuple[Any, ...]:
        state = {name: value for name, value in self.__dict__.items() if name not in _NOT_PICKLED}
        return _restore, (type(self), self.args, state)

    def __copy__(self) -> Self:
        return _restore(type(self), self.args, self.__dict__)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        from copy import deepcopy  # noqa: PLC0415 - slow to import, and rarely needed

        # The response is immutable, and its headers may be of a type that cannot be copied.
        memo[id(self.response)] = self.response
        return _restore(type(self), self.args, deepcopy(self.__dict__, memo))


class ConfigurationError(CallrError, ValueError):
    """The client is configured wrongly, for example without a password. Nothing was sent.

    Example:
        ```python
        try:
            Callr("login", "")
        except ConfigurationError as error:
            print(error)  # password: expected a string that is not empty
        ```
    """

    outcome: Outcome = "not_sent"


class ArgumentError(CallrError, ValueError):
    """An argument breaks the contract. Nothing was sent.

    Attributes:
        parameter: The name of the argument in Python.

    Example:
        ```python
        try:
            callr.sms.send(to="0612345678", body="Hello")
        except ArgumentError as error:
            print(error.parameter, error.outcome)  # to not_sent
        ```
    """

    outcome: Outcome = "not_sent"

    def __init__(self, parameter: str, rule: str) -> None:
        super().__init__(f"{parameter}: {rule}")
        self.parameter: str = parameter  # pyright: ignore[reportIncompatibleVariableOverride] - never None here


class CallrConnectionError(CallrError):
    """The network failed: no connection (`not_sent`), or it broke before the response came (`unknown`).

    Example:
        ```python
        try:
            callr.sms.send(to="+33612345678", body="Hello")
        except CallrConnectionError as error:
            print(error.outcome)  # not_sent
        ```
    """


class CallrTimeoutError(CallrConnectionError):
    """The network took longer than the timeout allows.

    Example:
        ```python
        try:
            callr.with_options(timeout=2).sms.get("8242D945")
        except CallrTimeoutError as error:
            print(error.attempts)  # 3
        ```
    """


class ClientClosedError(CallrConnectionError):
    """The client was closed, perhaps by another thread or task, while a call waited to send another request.

    It ends waits between attempts, `wait_until_final`, `reconcile` and `iterate`, at once. Its cause is the
    error of the last request, if that failed. A call of a client that is closed already is a
    `ConfigurationError`.

    Attributes:
        last_result: What was known by then: for `wait_until_final` the SMS as it was last read, or None, for
            `reconcile` the SMS that were found; None otherwise. An error out of a pickle has None, because it
            holds what was sent.

    Example:
        ```python
        try:
            callr.sms.wait_until_final("8242D945")
        except ClientClosedError as error:
            print(error.last_result.status)  # SENT
        ```
    """

    last_result: Any = None


class ProtocolError(CallrError):
    """The response breaks the contract: cut off, HTML, not JSON, another envelope, wrong types.

    Attributes:
        looks_cut: Whether the response seems to have been cut off, so that another attempt may succeed.

    Example:
        ```python
        try:
            callr.sms.get("8242D945")
        except ProtocolError as error:
            print(error.http_status, error.looks_cut)  # 200 False
        ```
    """

    looks_cut: bool = False


class WebhookError(CallrError):
    """A webhook request is not a valid event: not JSON, wrong types, or too old. Respond with 400.

    Example:
        ```python
        try:
            event = webhooks.parse(body, headers, secret="s3cret")
        except WebhookError:
            status = 400
        ```
    """

    outcome: Outcome = "not_sent"


class WebhookSignatureError(WebhookError):
    """The signature of a webhook request is missing, malformed or wrong. Do not trust it; respond with 400.

    Example:
        ```python
        try:
            event = webhooks.parse(body, headers, secret="another one")
        except WebhookSignatureError as error:
            print(error.reason)  # the header X-CALLR-HmacSignature does not match the body
        ```
    """


class NotFinalError(CallrError):
    """The timeout passed before the status was final. It may still become final.

    Attributes:
        status: The last known status.

    Example:
        ```python
        try:
            callr.sms.wait_until_final("8242D945", timeout=0)
        except NotFinalError as error:
            print(error.status)  # SENT
        ```
    """

    def __init__(self, status: str, *, operation: str) -> None:
        known = status if status.isidentifier() else "an unknown one"
        super().__init__(f"time is up, and the status is still {known}")
        self.status = status
        self.operation: str | None = operation


_E = TypeVar("_E", bound=CallrError)


def _restore(kind: type[_E], args: tuple[object, ...], state: dict[str, object]) -> _E:
    """Restore an error from its pickle without calling its constructor."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error
