"""The exceptions of the API and the rules that a request can break.

The tree::

    ApiError                   any response in the error envelope
    ├── InvalidRequestError    400  the request breaks a rule
    ├── UnauthorizedError      401  the credentials are missing or wrong
    ├── ForbiddenError         403  the request comes from a foreign web page, or may do so
    ├── NotFoundError          404  the endpoint or the SMS does not exist
    ├── MethodNotAllowedError  405  the endpoint exists, the method does not; carries `Allow`
    ├── RequestTimeoutError    408  the request comes too slowly
    ├── ConflictError          409  what is to be created exists
    ├── VerificationFailedError        409  the requests are not those that were to be verified
    ├── TargetTooLongError     414  the URL is too long
    ├── TooManyRequestsError   429  the recipient stands for it, or too many wrong passwords came
    ├── HeadTooLargeError      431  the headers are too large
    ├── SilentError                 no response: the recipient stands for it
    ├── InternalError          500  a defect or a full disk
    ├── UnhealthyError         503  the database cannot be written or reached
    └── StoppingError          503  the server stops before the request is complete

A message is a code word, the parameter in brackets, the value (shortened and escaped) and what was expected.
The words `PROPERTY_VALUE_ERROR`, `PROPERTY_TYPE_ERROR` and `INVALID_PARAM_FORMAT` are the vendor's (sdk);
the others are ours (choice). The rule that was broken (`Broken`) goes with it to the journal of requests.
"""

import json
from collections.abc import Iterable
from typing import Literal, NamedTuple

_SHOWN_CHARACTERS = 40
KEPT_CHARACTERS = 256


# In the order of the table of docs/emulator/requests.md.
Rule = Literal[
    "credentials",
    "endpoint",
    "method",
    "hash",
    "content-type",
    "body-size",
    "json",
    "utf-8",
    "object",
    "once",
    "percent-encoding",
    "known",
    "in-body",
    "needed",
    "type",
    "one-of",
    "recipient",
    "sender",
    "shortcode",
    "outcome",
    "not-empty",
    "parts",
    "length",
    "surrogates",
    "url",
    "datetime",
    "range",
    "json-rpc",
    "rpc-method",
    "rpc-params",
    "login-as",
    "fault",
    "internal",
    "stopping",
]


class Broken(NamedTuple):
    """The rule that a request breaks.

    Attributes:
        rule: Its name, which stays when the message changes.
        parameter: The parameter that breaks it.
        value: The value that was sent; None if it was left out, is of no interest, or is a secret.
        allowed: The valid values, if they can be listed.
    """

    rule: Rule
    parameter: str | None = None
    value: str | None = None
    allowed: tuple[str, ...] = ()


class ApiError(Exception):
    """A response with an HTTP `status` other than 200 and the error envelope.

    `kept` is the hash of the SMS, if the request was refused after it had been kept.
    """

    status = 500
    kept: str | None = None

    def __init__(self, message: str, broken: Broken | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.broken = broken

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers of this error, in addition to those of every response."""
        return []


class InvalidRequestError(ApiError):
    """The request breaks a rule of the API; nothing was sent."""

    status = 400


class UnauthorizedError(ApiError):
    """The credentials are missing, malformed or wrong."""

    status = 401

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The challenge that RFC 9110 requires with each 401."""
        return [(b"www-authenticate", b'Basic realm="CALLR SMS emulator", charset="UTF-8"')]


class NotFoundError(ApiError):
    """The endpoint does not exist, or the account has no such SMS."""

    status = 404


class MethodNotAllowedError(ApiError):
    """The endpoint does not take this method; `allow` lists those that it takes."""

    status = 405

    def __init__(self, message: str, broken: Broken) -> None:
        super().__init__(message, broken)
        self.allow = ", ".join(broken.allowed)

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The `Allow` header that RFC 9110 requires with each 405."""
        return [(b"allow", self.allow.encode("ascii"))]


class ForbiddenError(ApiError):
    """The request comes from a foreign web page, or may do so."""

    status = 403


class RequestTimeoutError(ApiError):
    """The request comes too slowly."""

    status = 408


class TargetTooLongError(ApiError):
    """The URL is too long."""

    status = 414


class HeadTooLargeError(ApiError):
    """The headers are too large."""

    status = 431


class VerificationFailedError(ApiError):
    """The requests are not those that were to be verified."""

    status = 409


class ConflictError(ApiError):
    """What is to be created exists."""

    status = 409


class TooManyRequestsError(ApiError):
    """The rate limit is exceeded: the recipient stands for it, or too many wrong passwords came."""

    status = 429

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The seconds to wait before the next request (RFC 6585)."""
        return [(b"retry-after", b"1")]


class SilentError(ApiError):
    """No response; only if the recipient stands for it."""


class InternalError(ApiError):
    """The emulator failed."""

    status = 500


class UnhealthyError(ApiError):
    """The emulator runs, but cannot work."""

    status = 503


class StoppingError(ApiError):
    """The server stops before this request is complete; its SMS may have been kept."""

    status = 503


def show(value: object) -> str:
    """Return a refused value in printable ASCII, shortened to about 40 characters."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, str) and len(value) > _SHOWN_CHARACTERS:
        return json.dumps(value[:_SHOWN_CHARACTERS]) + f"… ({len(value)} characters)"
    return json.dumps(value)


def text_of(value: object) -> str:
    """Return a refused value as text, cut off if it is long."""
    return value[:KEPT_CHARACTERS] if isinstance(value, str) else show(value)


def names_of(names: Iterable[str]) -> str:
    return ", ".join(names)
