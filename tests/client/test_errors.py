"""The tree of errors."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING

import pytest

import callr_sms_client
from callr_sms_client import (
    ApiError,
    ArgumentError,
    AuthenticationError,
    BadRequestError,
    CallrConnectionError,
    CallrError,
    CallrTimeoutError,
    ConfigurationError,
    MethodNotAllowedError,
    NotFoundError,
    ProtocolError,
    RateLimitError,
    ServerError,
    _errors,
)
from tests.client.support import NotingTransport, failure

if TYPE_CHECKING:
    from callr_sms_client import Callr

EXAMPLES: list[CallrError] = [
    CallrError("something"),
    ConfigurationError("set CALLR_LOGIN in the environment"),
    ArgumentError("to", "expected a str, got int"),
    CallrConnectionError("no connection", outcome="not_sent"),
    CallrTimeoutError("no answer in time"),
    ProtocolError("expected JSON", http_status=200),
    ApiError(418, 418, "TEA_POT"),
    BadRequestError(400, 400, 'PROPERTY_VALUE_ERROR [from]: "+33123" is not a sender'),
    ServerError(503, None, ""),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_errors_are_pickled_and_copied(error: CallrError) -> None:
    error.operation = "sms.send"
    for made in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301 - our own
        assert type(made) is type(error)
        assert (str(made), repr(made), made.args) == (str(error), repr(error), error.args)
        assert vars(made) == vars(error)
        assert (made.outcome, made.http_status) == (error.outcome, error.http_status)


def test_how_an_error_prints() -> None:
    error = BadRequestError(400, 400, 'PROPERTY_VALUE_ERROR [from]: "+33123" is not a sender')
    error.operation = "sms.send"
    assert str(error) == (
        "sms.send: HTTP 400 PROPERTY_VALUE_ERROR [from] (the API's own words are in .message)"
    )
    assert repr(error) == f"BadRequestError({str(error)!r}, outcome='refused')"


@pytest.mark.parametrize(
    ("message", "word", "parameter"),
    [
        ("PROPERTY_VALUE_ERROR [from]: no", "PROPERTY_VALUE_ERROR", "from"),
        ("PROPERTY_UNKNOWN [options.colour]", "PROPERTY_UNKNOWN", "options.colour"),
        ("INTERNAL_ERROR", "INTERNAL_ERROR", None),
        ("AUTHENTICATION_FAILED: check the login", "AUTHENTICATION_FAILED", None),
        ("Something [to] happened", None, "to"),
        ("no [+33612345678]", None, None),
        ("HELLO", None, None),
        ("", None, None),
        ("PROPERTY_VALUE_ERRORS_are [", None, None),
    ],
)
def test_the_word_and_the_parameter_of_a_message(
    message: str, word: str | None, parameter: str | None
) -> None:
    error = ApiError(400, 400, message)
    assert (error.word, error.parameter, error.message) == (word, parameter, message)


@pytest.mark.parametrize(
    ("status", "kind", "outcome"),
    [
        (400, BadRequestError, "refused"),
        (401, AuthenticationError, "refused"),
        (403, ApiError, "refused"),
        (404, NotFoundError, "refused"),
        (405, MethodNotAllowedError, "refused"),
        (429, RateLimitError, "refused"),
        (499, ApiError, "refused"),
        (500, ServerError, "unknown"),
        (599, ServerError, "unknown"),
    ],
)
def test_an_error_for_each_status(
    offline: Callr, transport: NotingTransport, status: int, kind: type[ApiError], outcome: str
) -> None:
    transport.status, transport.body = status, failure(1000, "SMS_ROUTING_ERROR [to]: no route")
    with pytest.raises(CallrError) as caught:
        offline.sms.send(to="+33612345678", body="Hello")
    error = caught.value
    assert type(error) is kind
    assert isinstance(error, ApiError)
    assert (error.http_status, error.code, error.outcome) == (status, 1000, outcome)
    assert (error.word, error.parameter) == ("SMS_ROUTING_ERROR", "to")


def test_the_tree_that_is_drawn_is_the_tree_that_is() -> None:
    drawn = [line for line in (_errors.__doc__ or "").splitlines() if "Error" in line and line[0] in "C│├└ "]
    names = [line.strip("│├└─ ").split()[0] for line in drawn]
    public = [
        name
        for name in callr_sms_client.__all__
        if isinstance(item := getattr(callr_sms_client, name), type) and issubclass(item, CallrError)
    ]
    assert sorted(names) == sorted(public)
    for line, name in zip(drawn, names, strict=True):
        depth = len(getattr(callr_sms_client, name).__mro__) - len(CallrError.__mro__)
        extra = issubclass(getattr(callr_sms_client, name), ValueError)
        assert (len(line) - len(line.lstrip("│├└─ "))) // 4 == depth - extra, line
