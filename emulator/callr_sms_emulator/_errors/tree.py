"""What a request can be refused for, and every text that says so.

The tree::

    ApiError                   anything that is answered with the error envelope
    ├── InvalidRequestError    400  the request breaks a rule
    ├── UnauthorizedError      401  no credentials, or wrong ones
    ├── NotFoundError          404  no such endpoint, or no such SMS
    ├── MethodNotAllowedError  405  the endpoint exists, the method does not; carries `Allow`
    ├── NotSoOftenError        409  other requests were made than the control API was to verify
    ├── TooManyRequestsError   429  the number that was sent to stands for it
    ├── SilentError                 no answer: the number that was sent to stands for it
    ├── InternalError          500  a defect or a full disk: no request alone can cause it
    └── StoppingError          503  the server was told to stop before the request was complete

A message is a code word, the parameter in brackets, the value (shortened, escaped), and what was expected.
The words `PROPERTY_VALUE_ERROR`, `PROPERTY_TYPE_ERROR` and `INVALID_PARAM_FORMAT` are the vendor's (sdk);
the others are ours (choice). Beside it goes the rule that was broken (`Broken`), for the journal of requests.
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
        rule: Its name, which stays when the message is put in other words.
        parameter: What breaks it.
        value: What was sent; None where nothing was, where it says nothing and where it is a secret.
        allowed: What would have been right, where that can be listed.
    """

    rule: Rule
    parameter: str | None = None
    value: str | None = None
    allowed: tuple[str, ...] = ()


class ApiError(Exception):
    """A request that is answered with an HTTP `status` other than 200 and the error envelope.

    `kept` is the hash of the SMS that was kept all the same.
    """

    status = 500
    kept: str | None = None

    def __init__(self, message: str, broken: Broken | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.broken = broken

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers that belong to this error, beside those of every answer."""
        return []


class InvalidRequestError(ApiError):
    """The request breaks a rule of the API; nothing was sent."""

    status = 400


class UnauthorizedError(ApiError):
    """The credentials are missing, malformed or wrong."""

    status = 401

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The challenge that RFC 9110 wants with each 401."""
        return [(b"www-authenticate", b'Basic realm="CALLR SMS emulator", charset="UTF-8"')]


class NotFoundError(ApiError):
    """There is no such endpoint, or the account has no such SMS."""

    status = 404


class MethodNotAllowedError(ApiError):
    """The endpoint exists but not with this method; `allow` lists those it has."""

    status = 405

    def __init__(self, message: str, broken: Broken) -> None:
        super().__init__(message, broken)
        self.allow = ", ".join(broken.allowed)

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The `Allow` header that RFC 9110 wants with each 405."""
        return [(b"allow", self.allow.encode("ascii"))]


class NotSoOftenError(ApiError):
    """What was to be verified does not hold."""

    status = 409


class TooManyRequestsError(ApiError):
    """More requests than the account may make; only by a number that stands for it."""

    status = 429

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """When to come back, in seconds (RFC 6585)."""
        return [(b"retry-after", b"1")]


class SilentError(ApiError):
    """No answer at all; only by a number that stands for it."""


class InternalError(ApiError):
    """Something broke on our side."""

    status = 500


class StoppingError(ApiError):
    """The server stops and this request was not complete; an SMS that it was to send may have been kept."""

    status = 503


def show(value: object) -> str:
    """Give a refused value in printable ASCII, at most about 40 characters long."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, str) and len(value) > _SHOWN_CHARACTERS:
        return json.dumps(value[:_SHOWN_CHARACTERS]) + f"… ({len(value)} characters)"
    return json.dumps(value)


def text_of(value: object) -> str:
    """Give a refused value as text, the beginning of it where it is long."""
    return value[:KEPT_CHARACTERS] if isinstance(value, str) else show(value)


def names_of(names: Iterable[str]) -> str:
    return ", ".join(names)
