"""Everything that can go wrong, as one tree.

```text
CallrError
├── ConfigurationError          the client is configured wrongly; also a ValueError
├── ArgumentError               an argument breaks the contract; also a ValueError
├── CallrConnectionError        the network failed
│   ├── CallrTimeoutError       the network took too long
│   └── ClientClosedError       the client was closed while a call waited
├── ProtocolError               the response breaks the contract: cut off, HTML, not JSON, wrong types
├── WebhookError                a webhook request is not a valid event: not JSON, wrong types, too old
│   └── WebhookSignatureError   its signature is missing, malformed or wrong
├── NotFinalError               the timeout passed before a status was final
└── ApiError                    the API responded with an error
    ├── BadRequestError         400
    ├── AuthenticationError     401
    ├── PermissionDeniedError   403
    ├── NotFoundError           404
    ├── MethodNotAllowedError   405
    ├── RateLimitError          429
    └── ServerError             500 to 599
```

`str()` and `repr()` of an error name the operation, the parameter and the rule, never a value: no text, no
phone number, no credentials. Of a server's message they show only the code words that the client knows. The
full message is in `ApiError.message`, which may quote values; so may `word` and `parameter`, which are taken
from it, and `response` and `last_result`, which a pickled error does not have.
"""

import re
from collections.abc import Callable
from typing import Any, Literal, Self, TypeAlias, TypeVar

from ._response import Response
from ._support import Value, value

Outcome: TypeAlias = Literal["not_sent", "refused", "unknown"]
"""The outcome of the request: it was never sent, the API refused it, or it is not known."""

_FIRST_SERVER_ERROR = 500
_NOT_PICKLED = frozenset({"response", "last_result"})
_OPENING = r"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?=\Z|[\s:\[])(?: ?\[([A-Za-z_][A-Za-z0-9_.]{0,63})\])?"


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


class ApiError(CallrError):
    """The API responded with an error, in the form of the contract.

    Attributes:
        http_status: The HTTP status.
        code: The numeric code of the error; None when it has none.
        word: The code word at the start of the API's message, such as `PROPERTY_VALUE_ERROR`, or None.
        parameter: The API's name of the parameter, in square brackets after the code word, or None.
        message: The API's full message. It may quote what was sent: keep it out of logs.

    Example:
        ```python
        try:
            callr.sms.get("8242D945")
        except ApiError as error:
            print(error.code, error.word)  # 503 SERVICE_UNAVAILABLE
        ```
    """

    def __init__(
        self,
        http_status: int,
        code: int | None,
        message: str,
        *,
        outcome: Outcome = "unknown",
        is_known: Callable[[str], bool] | None = None,
    ) -> None:
        opening = re.match(_OPENING, message, re.ASCII)
        self.word: str | None = opening[1] if opening else None
        self.parameter: str | None = opening[2] if opening else None
        named = f"HTTP {http_status}"
        # Any other word or name may be quoted from the request.
        if is_known and self.word and is_known(self.word):
            named += f" {self.word}"
        if is_known and self.parameter and is_known(self.parameter):
            named += f" [{self.parameter}]"
        super().__init__(
            f"{named} (the API's own words are in .message)",
            outcome=outcome,
            http_status=http_status,
        )
        self.code = code
        self.message = message


class BadRequestError(ApiError):
    """400: the API refused the request.

    Example:
        ```python
        try:
            callr.sms.send(to="+33612345678", body="Hello", from_="Not mine")
        except BadRequestError as error:
            print(error.parameter, error.outcome)  # from refused
        ```
    """


class AuthenticationError(ApiError):
    """401: the credentials are wrong.

    Example:
        ```python
        try:
            callr.sms.get("8242D945")
        except AuthenticationError as error:
            print(error.outcome)  # refused
        ```
    """


class PermissionDeniedError(ApiError):
    """403: the account is not permitted to do this.

    Example:
        ```python
        try:
            callr.sms.send(to="+33612345678", body="Hello")
        except PermissionDeniedError as error:
            print(error.outcome)  # refused
        ```
    """


class NotFoundError(ApiError):
    """404: the object does not exist.

    Example:
        ```python
        try:
            callr.sms.get("8242D945")
        except NotFoundError:
            print("no such SMS")  # no such SMS
        ```
    """


class MethodNotAllowedError(ApiError):
    """405: the path does not support the method.

    Example:
        ```python
        try:
            callr.sms.send(to="+33612345678", body="Hello")
        except MethodNotAllowedError as error:
            print(error.request)  # POST /sms
        ```
    """


class RateLimitError(ApiError):
    """429: too many requests.

    Example:
        ```python
        try:
            callr.sms.send(to="+33612345678", body="Hello")
        except RateLimitError as error:
            print(error.retry_after)  # 30.0
        ```
    """


class ServerError(ApiError):
    """500 to 599: the API failed. The outcome of the request is unknown.

    Example:
        ```python
        try:
            callr.sms.send(to="+33612345678", body="Hello")
        except ServerError as error:
            print(error.outcome)  # unknown
        ```
    """


_BY_STATUS: dict[int, type[ApiError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    405: MethodNotAllowedError,
    429: RateLimitError,
}


def class_of(http_status: int) -> type[ApiError]:
    """Return the class of error for an HTTP status."""
    otherwise = ServerError if http_status >= _FIRST_SERVER_ERROR else ApiError
    return _BY_STATUS.get(http_status, otherwise)


_E = TypeVar("_E", bound=CallrError)


def _restore(kind: type[_E], args: tuple[object, ...], state: dict[str, object]) -> _E:
    """Restore an error from its pickle without calling its constructor."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error
