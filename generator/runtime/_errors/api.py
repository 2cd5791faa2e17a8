"""The errors with which the API responds, by HTTP status."""

import re
from collections.abc import Callable

from .base import CallrError, Outcome

_FIRST_SERVER_ERROR = 500
_OPENING = r"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?=\Z|[\s:\[])(?: ?\[([A-Za-z_][A-Za-z0-9_.]{0,63})\])?"


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
