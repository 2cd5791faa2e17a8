"""Planted canaries: the text, numbers, user data and credentials show up nowhere but on the wire."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from callr_sms_client import (
    ApiError,
    AsyncCallr,
    Callr,
    CallrError,
    ConfigurationError,
    Sms,
    SmsOptions,
    SmsOptionsWebhook,
)
from tests.client.support import (
    HASH,
    SMS,
    AsyncNotingTransport,
    NotingTransport,
    failure,
    http_answer,
    serving,
    success,
)

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = "canary-text"
NUMBER = "+33699999901"
USER_DATA = "canary-user-data"
SECRET = "canary-secret"
SENDER = "canary"
LOGIN = "canary-login"
PASSWORD = "canary-password"
BASIC = "Y2FuYXJ5LWxvZ2luOmNhbmFyeS1wYXNzd29yZA"
CANARIES = (
    *("canary", NUMBER, NUMBER[1:], BASIC),
    # as they would stand in a query string
    *("%2B33699999901",),
)
URL = f"https://{LOGIN}:{PASSWORD}@example.com"
OPTIONS = SmsOptions(
    user_data=USER_DATA,
    webhook=SmsOptionsWebhook(endpoint="https://canary.example/", hmac_secret=SECRET),
)
QUERY_OPTIONS = SmsOptions(user_data=USER_DATA)
ECHO = f'PROPERTY_VALUE_ERROR [body]: "{TEXT}" to {NUMBER} by {LOGIN}'


# What a server may make of the text, and where it may put it.
QUOTES = (
    'ROUTING_ERROR: text "Hi [CANARYTEXT]" refused',
    "CANARY_TEXT [CANARYTEXT]: refused",
    "CANARY_TEXT",
    "PROPERTY_VALUE_ERROR [CANARYTEXT]: refused",
    "PROPERTY_VALUE_ERROR [options.CANARYTEXT]: refused",
    "PROPERTY_VALUE_ERROR [body.CANARYTEXT]: refused",
    "[CANARYTEXT] refused",
    "CANARYTEXT [body]",
)


def assert_clean(text: str) -> None:
    assert [canary for canary in CANARIES if canary in text] == []


def send(callr: Callr, *, by_query: bool) -> str:
    if by_query:
        return callr.sms.send_by_query(to=NUMBER, body=TEXT, from_=SENDER, options=QUERY_OPTIONS)
    return callr.sms.send(to=NUMBER, body=TEXT, from_=SENDER, options=OPTIONS)


@pytest.mark.parametrize("by_query", [False, True])
@pytest.mark.parametrize(
    "answer",
    [
        http_answer(success(HASH)),
        http_answer(failure(400, ECHO), "400 Bad Request"),
        http_answer(f"<html>{TEXT} {NUMBER}</html>".encode(), "500 Oops", "text/html"),
        http_answer(success({"text": TEXT, "to": NUMBER})),
        b"HTTP/1.1 200 " + TEXT.encode() + b"\r\n" + NUMBER.encode() + b"\r\n\r\n",
        b"",
    ],
)
def test_no_log_holds_them(caplog: pytest.LogCaptureFixture, answer: bytes, *, by_query: bool) -> None:
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, name)
    with serving(answer) as server, Callr(LOGIN, PASSWORD, base_url=server.base_url) as callr:
        with suppress(CallrError):
            send(callr, by_query=by_query)
        assert TEXT.encode() in server.requests[0]
        assert BASIC.encode() in server.requests[0]
    names = {record.name.partition(".")[0] for record in caplog.records}
    assert names == {"callr_sms_client", "httpcore2"}
    assert_clean("\n".join(str(record.__dict__) for record in caplog.records))


@pytest.mark.anyio
async def test_no_log_of_the_asynchronous_client_holds_them(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(http_answer(success(HASH))) as server:
        async with AsyncCallr(LOGIN, PASSWORD, base_url=server.base_url) as callr:
            await callr.sms.send_by_query(to=NUMBER, body=TEXT, options=QUERY_OPTIONS)
        assert TEXT.encode() in server.requests[0]
    assert_clean("\n".join(str(record.__dict__) for record in caplog.records))


def _api_error() -> CallrError:
    with Callr(LOGIN, PASSWORD, transport=NotingTransport(failure(400, ECHO), 400)) as callr:
        return _error_of(lambda: send(callr, by_query=False))


def _protocol_error() -> CallrError:
    with Callr(LOGIN, PASSWORD, transport=NotingTransport(f"<{TEXT}{NUMBER}>".encode())) as callr:
        return _error_of(lambda: send(callr, by_query=True))


def _wrong_type() -> CallrError:
    with Callr(
        LOGIN, PASSWORD, transport=NotingTransport.of({**SMS, "text": TEXT, "parts": NUMBER})
    ) as callr:
        return _error_of(lambda: callr.sms.get(HASH))


def _broken_connection() -> CallrError:
    with serving(b"") as server, Callr(LOGIN, PASSWORD, base_url=server.base_url) as callr:
        return _error_of(lambda: send(callr, by_query=True))


def _no_connection() -> CallrError:
    with Callr(LOGIN, PASSWORD, base_url="http://127.0.0.1:1") as callr:
        return _error_of(lambda: send(callr, by_query=True))


def _bad_argument() -> CallrError:
    with Callr(LOGIN, PASSWORD, transport=NotingTransport()) as callr:
        return _error_of(lambda: callr.sms.send(to=f"{NUMBER}x", body=TEXT))


def _secret_by_query() -> CallrError:
    with Callr(LOGIN, PASSWORD, transport=NotingTransport()) as callr:
        return _error_of(lambda: callr.sms.send_by_query(to=NUMBER, body=TEXT, options=OPTIONS))


def _bad_login() -> CallrError:
    return _error_of(lambda: Callr(f"{LOGIN}:", PASSWORD))


def _bad_url() -> CallrError:
    return _error_of(lambda: Callr(LOGIN, PASSWORD, base_url=URL))


def _error_of(call: Callable[[], object]) -> CallrError:
    with pytest.raises(CallrError) as caught:
        call()
    return caught.value


ERRORS = [
    *(_api_error, _protocol_error, _wrong_type, _broken_connection, _no_connection),
    *(_bad_argument, _secret_by_query, _bad_login, _bad_url),
]


@pytest.mark.parametrize("make", ERRORS)
def test_no_error_shows_them(make: Callable[[], CallrError]) -> None:
    error = make()
    for shown in (error, pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):  # noqa: S301 - our own
        assert_clean(f"{shown!s} {shown!r} {shown.args}")
    assert_clean("".join(traceback.format_exception(error)))


@pytest.mark.parametrize("by_query", [False, True])
@pytest.mark.parametrize("message", QUOTES)
def test_no_error_shows_what_a_server_makes_of_the_text(message: str, *, by_query: bool) -> None:
    with Callr(LOGIN, PASSWORD, transport=NotingTransport(failure(400, message), 400)) as callr:
        error = _error_of(lambda: send(callr, by_query=by_query))
    for shown in (error, pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):  # noqa: S301 - our own
        text = f"{shown!s} {shown!r} {shown.args} {shown.reason}"
        assert "CANARY" not in text
    assert "CANARY" not in "".join(traceback.format_exception(error))
    assert getattr(error, "message", None) == message


@pytest.mark.parametrize("make", ERRORS)
def test_no_error_but_the_apis_own_words_holds_them(make: Callable[[], CallrError]) -> None:
    error = make()
    state = dict(vars(error))
    if isinstance(error, ApiError):
        del state["message"]
    assert_clean(str(state))


@pytest.mark.parametrize("make", ERRORS)
def test_no_local_of_a_traceback_shows_the_credentials(make: Callable[[], CallrError]) -> None:
    """As error reporters collect them; the caller's own frames are left out."""
    report = traceback.TracebackException.from_exception(make(), capture_locals=True, lookup_lines=True)
    frames = [frame for frame in report.stack if "callr_sms_client" in frame.filename]
    assert frames
    shown = str([frame.locals for frame in frames])
    for secret in (PASSWORD, BASIC, "Authorization"):
        assert secret not in shown


@pytest.mark.parametrize(
    "make", [_api_error, _protocol_error, _wrong_type, _broken_connection, _no_connection]
)
def test_what_was_sent_is_in_no_frame_below_the_method_that_was_called(
    make: Callable[[], CallrError],
) -> None:
    report = traceback.TracebackException.from_exception(make(), capture_locals=True)
    inner = [
        frame.locals
        for frame in report.stack
        if "callr_sms_client" in frame.filename and not frame.filename.endswith("_api_sms.py")
    ]
    assert inner
    assert_clean(str(inner))


def test_missing_variables_are_named_and_others_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLR_PASSWORD", PASSWORD)
    monkeypatch.delenv("CALLR_LOGIN", raising=False)
    with pytest.raises(ConfigurationError, match="CALLR_LOGIN") as caught:
        Callr.from_env()
    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    shown = [frame.locals for frame in report.stack if "callr_sms_client" in frame.filename]
    assert PASSWORD not in str(shown)


def test_no_repr_shows_them() -> None:
    transport = NotingTransport()
    with Callr(LOGIN, PASSWORD, transport=transport) as callr:
        send(callr, by_query=True)
        send(callr, by_query=False)
        holders = [callr, callr.sms, callr._caller, callr._caller.settings]  # noqa: SLF001 - nothing may leak
        assert_clean(repr([holders, transport.requests]))
    sms = Sms.from_dict({**SMS, "text": TEXT, "to": NUMBER, "user_data": USER_DATA, "from": SENDER})
    assert_clean(repr([OPTIONS, OPTIONS.webhook, sms]))
    assert "hash='8242D945'" in repr(sms)
    assert "status='RECEIVED'" in repr(sms)


def test_a_client_is_not_pickled() -> None:
    with Callr(LOGIN, PASSWORD, transport=NotingTransport()) as callr, pytest.raises(TypeError):
        pickle.dumps(callr)


@pytest.mark.anyio
async def test_an_asynchronous_client_is_not_pickled() -> None:
    async with AsyncCallr(LOGIN, PASSWORD, transport=AsyncNotingTransport()) as callr:
        with pytest.raises(TypeError):
            pickle.dumps(callr)
