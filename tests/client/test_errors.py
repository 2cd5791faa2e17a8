"""The tree of errors."""

from __future__ import annotations

import copy
import pickle
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

import callr_sms_client
from callr_sms_client import (
    ApiError,
    ArgumentError,
    AsyncCallr,
    AsyncMockTransport,
    AuthenticationError,
    BadRequestError,
    Callr,
    CallrConnectionError,
    CallrError,
    CallrTimeoutError,
    ClientClosedError,
    ConfigurationError,
    MethodNotAllowedError,
    MockTransport,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    RateLimitError,
    Response,
    ServerError,
    _errors,
)
from tests.client.support import failure, success

if TYPE_CHECKING:
    from tests.client.support import NotingTransport

EXAMPLES: list[CallrError] = [
    CallrError("something"),
    ConfigurationError("set CALLR_LOGIN in the environment"),
    ArgumentError("to", "expected a str, got int"),
    CallrConnectionError("no connection", outcome="not_sent"),
    CallrTimeoutError("no response in time"),
    ClientClosedError("the client was closed before the search ended"),
    ProtocolError("expected JSON", http_status=200),
    ApiError(418, 418, "TEA_POT"),
    BadRequestError(400, 400, 'PROPERTY_VALUE_ERROR [from]: "+33123" is not a sender', outcome="refused"),
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


def refuse(callr: Callr, transport: NotingTransport, message: str, status: int = 400) -> ApiError:
    transport.status, transport.body = status, failure(status, message)
    with pytest.raises(ApiError) as caught:
        callr.sms.send(to="+33612345678", body="Hello")
    return caught.value


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ('PROPERTY_VALUE_ERROR [from]: "+33123" is not a sender', " PROPERTY_VALUE_ERROR [from]"),
        ("PROPERTY_TYPE_ERROR [options.webhook.endpoint]", " PROPERTY_TYPE_ERROR [options.webhook.endpoint]"),
        ("PROPERTY_VALUE_ERROR [id]: no", " PROPERTY_VALUE_ERROR [id]"),
        ("REQUEST_FORMAT_ERROR [request body]: empty", " REQUEST_FORMAT_ERROR"),
        ("INTERNAL_ERROR", " INTERNAL_ERROR"),
        ("NEW_WORD [to]: no", " [to]"),
        ("PROPERTY_UNKNOWN [options.hello]", " PROPERTY_UNKNOWN"),
        ("PROPERTY_UNKNOWN [options.user_data.x]", " PROPERTY_UNKNOWN"),
        ("PROPERTY_UNKNOWN [optionsuser_data]", " PROPERTY_UNKNOWN"),
        ("PROPERTY_UNKNOWN [hello]", " PROPERTY_UNKNOWN"),
        ("HI_BOB [hello]", ""),
        ('PROPERTY_VALUE_ERROR: "Hi [to]"', " PROPERTY_VALUE_ERROR"),
        ("Hello [to]", ""),
    ],
)
def test_how_an_error_prints(offline: Callr, transport: NotingTransport, message: str, shown: str) -> None:
    """Only words that the client knows, and names that the operation has."""
    error = refuse(offline, transport, message)
    assert str(error) == f"sms.send: HTTP 400{shown} (the API's own words are in .message)"
    assert repr(error) == f"BadRequestError({str(error)!r}, outcome='refused')"
    assert error.message == message


@pytest.mark.parametrize(
    ("message", "word", "parameter"),
    [
        ("PROPERTY_VALUE_ERROR [from]: no", "PROPERTY_VALUE_ERROR", "from"),
        ("PROPERTY_UNKNOWN [options.colour]", "PROPERTY_UNKNOWN", "options.colour"),
        ("INTERNAL_ERROR", "INTERNAL_ERROR", None),
        ("AUTHENTICATION_FAILED: check the login", "AUTHENTICATION_FAILED", None),
        ("Something [to] happened", None, None),
        ('ROUTING_ERROR: text "Hi [to]" refused', "ROUTING_ERROR", None),
        ("ROUTING_ERROR  [to]", "ROUTING_ERROR", None),
        ("ROUTING_ERROR[to]", "ROUTING_ERROR", "to"),
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
        (402, ApiError, "unknown"),
        (403, PermissionDeniedError, "refused"),
        (404, NotFoundError, "refused"),
        (405, MethodNotAllowedError, "refused"),
        (407, ApiError, "unknown"),
        (408, ApiError, "unknown"),
        (409, ApiError, "unknown"),
        (425, ApiError, "unknown"),
        (429, RateLimitError, "refused"),
        (499, ApiError, "unknown"),
        (500, ServerError, "unknown"),
        (599, ServerError, "unknown"),
    ],
)
def test_an_error_for_each_status(
    offline: Callr, transport: NotingTransport, status: int, kind: type[ApiError], outcome: str
) -> None:
    transport.status, transport.body = status, failure(status, "SMS_ROUTING_ERROR [to]: no route")
    with pytest.raises(CallrError) as caught:
        offline.sms.send(to="+33612345678", body="Hello")
    error = caught.value
    assert type(error) is kind
    assert isinstance(error, ApiError)
    assert (error.http_status, error.code, error.outcome) == (status, status, outcome)
    assert (error.word, error.parameter) == ("SMS_ROUTING_ERROR", "to")


@pytest.mark.parametrize("code", [1000, 401, 500, 0])
def test_a_code_that_is_not_the_status_tells_nothing(
    offline: Callr, transport: NotingTransport, code: int
) -> None:
    transport.status, transport.body = 400, failure(code, "PROPERTY_VALUE_ERROR [to]: no")
    with pytest.raises(BadRequestError) as caught:
        offline.sms.send(to="+33612345678", body="Hello")
    assert (caught.value.code, caught.value.outcome) == (code, "unknown")


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


QUOTED = 'PROPERTY_VALUE_ERROR [to]: "+33699999901" is not a number'


def fail(response: Response | CallrError) -> CallrError:
    with (
        Callr("login", "password", max_retries=0, transport=MockTransport([response])) as callr,
        pytest.raises(CallrError) as caught,
    ):
        callr.sms.get("8242D945")
    return caught.value


@pytest.mark.parametrize(
    "response",
    [
        Response(400, {"x-request-id": "4f1c"}, failure(400, QUOTED)),
        Response(503, {"x-request-id": "4f1c"}, b"<html>+33699999901</html>"),
        Response(200, {"x-request-id": "4f1c"}, b'{"status": "success"}'),
        Response(302, {"x-request-id": "4f1c", "location": "/?to=%2B33699999901"}, b""),
    ],
)
def test_an_error_has_the_response(response: Response) -> None:
    error = fail(response)
    assert error.response is response
    assert error.request_id == "4f1c"
    assert error.http_status == response.status
    for made in (copy.copy(error), copy.deepcopy(error)):
        assert made.response is response
        assert "33699999901" not in f"{made!s} {made!r} {made.args}"


def test_without_a_response_an_error_has_none() -> None:
    error = fail(CallrTimeoutError("too late"))
    assert (error.response, error.request_id) == (None, None)


def test_a_pickled_error_leaves_the_response_behind() -> None:
    """Pickles end up in queues and caches, and the body and the headers may quote what was sent."""
    error = fail(Response(302, {"x-request-id": "+33699999901"}, b"+33699999901"))
    pickled = pickle.dumps(error)
    assert b"33699999901" not in pickled
    made = pickle.loads(pickled)  # noqa: S301 - our own
    assert (made.response, made.request_id, made.http_status) == (None, None, 302)
    assert error.response is not None


def test_an_error_with_headers_that_cannot_be_copied_is_copied() -> None:
    error = fail(Response(503, MappingProxyType({"x-request-id": "4f1c"}), b""))
    error.add_note("while the shop was closed")
    made = copy.deepcopy(error)
    assert made.request_id == "4f1c"
    made.add_note("and on a Sunday")
    assert error.__notes__ == ["while the shop was closed"]


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"x-request-id": "a"}, "a"),
        ({"request-id": "b"}, "b"),
        ({"x-correlation-id": "c", "cf-ray": "d"}, "c"),
        ({"x-request-id": "", "cf-ray": "d"}, "d"),
        ({"content-type": "application/json"}, None),
    ],
)
def test_the_identifier_of_a_request(headers: dict[str, str], found: str | None) -> None:
    transport = MockTransport([Response(200, headers, success("8242D945"))])
    with Callr("login", "password", transport=transport) as callr:
        assert callr.sms.with_raw_response.send(to="+33612345678", body="Hello").request_id == found


@pytest.mark.anyio
async def test_an_asynchronous_error_has_the_response() -> None:
    refusal = Response(429, {"x-request-id": "4f1c"}, failure(429, "RATE_LIMIT"))
    async with AsyncCallr("login", "password", transport=AsyncMockTransport([refusal])) as callr:
        with pytest.raises(RateLimitError) as caught:
            await callr.sms.send(to="+33612345678", body="Hello")
    assert caught.value.response is refusal
