"""Planted canaries on the whole surface: whatever is called, and whatever a server says, nothing shows them.

What is out of reach: the frames of the caller, which hold what it passed in, and `ApiError.message`, `word`
and `parameter`, which are the API's own words and say so.
"""

from __future__ import annotations

import copy
import gc
import io
import logging
import pickle
import traceback
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from callr_sms_client import (
    ApiError,
    AsyncCallr,
    AsyncMockTransport,
    Callr,
    CallrError,
    MockTransport,
    Response,
    SmsOptions,
    SmsOptionsWebhook,
    Timeout,
)
from tests.client.clocks import WoundClock, wind
from tests.client.support import HASH, SMS, failure, http_answer, serving, success

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEXT = "canary text"
NUMBER = "+33699999901"
SENDER = "canaryshop"
USER_DATA = "canary-user-data"
SECRET = "canary-secret"
LOGIN = "canary-login"
PASSWORD = "canary-password"
PROXY = "http://canary:canary@127.0.0.1:1"
CANARIES = ("canary", "Y2FuYXJ5", NUMBER[1:])
"""The second is how Base64 begins what begins with the first."""

OPTIONS = SmsOptions(
    user_data=USER_DATA,
    webhook=SmsOptionsWebhook(endpoint="https://canary.example/", hmac_secret=SECRET),
)
SENT: dict[str, Any] = {"to": NUMBER, "body": TEXT, "from_": SENDER, "options": OPTIONS}
# A query string takes no webhook.
SENT_BY_QUERY = {**SENT, "options": SmsOptions(user_data=USER_DATA)}
ECHO = f'PROPERTY_VALUE_ERROR [body]: "{TEXT}" to {NUMBER}'
QUERY = f"/sms/send?to=%2B{NUMBER[1:]}&body=canary%20text"

ANSWERS: dict[str, bytes] = {
    "success": http_answer(success(HASH)),
    "sms": http_answer(success({**SMS, "text": TEXT, "to": NUMBER, "user_data": USER_DATA})),
    "refused": http_answer(failure(400, ECHO), "400 canary"),
    "unauthorized": http_answer(failure(401, f"{LOGIN} {PASSWORD}"), "401 canary"),
    "failed": http_answer(failure(500, ECHO), "500 canary"),
    "page": http_answer(f"<html>{TEXT} {NUMBER}</html>".encode(), "502 canary", "text/html; canary"),
    "redirect": http_answer(b"", "302 canary", "text/html", f"Location: {QUERY}"),
    "retry": http_answer(b"", "503 canary", "text/html", "Retry-After: canary"),
    "cut": http_answer(success(TEXT))[:-9],
    "wrong": http_answer(success({"text": TEXT, "to": NUMBER})),
    "no HTTP": f"HTTP/1.1 canary {NUMBER}\r\n\r\n".encode(),
    "bad header": f"HTTP/1.1 200 OK\r\n{TEXT} {NUMBER}\r\n\r\n".encode(),
    "bad length": b"HTTP/1.1 200 OK\r\nContent-Length: canary\r\n\r\n",
    "bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\ncanary\r\n",
    "bad encoding": http_answer(TEXT.encode(), "200 OK", "application/json", "Content-Encoding: gzip"),
    "nothing": b"",
}
CALLS: dict[str, Callable[[Any], Any]] = {
    "send": lambda callr: callr.sms.send(**SENT),
    "send_by_query": lambda callr: callr.sms.send_by_query(**SENT_BY_QUERY),
    "get": lambda callr: callr.sms.get(HASH),
    "raw send": lambda callr: callr.sms.with_raw_response.send(**SENT),
    "raw get": lambda callr: callr.sms.with_raw_response.get(HASH),
}


@pytest.fixture(scope="module", autouse=True)
def _frozen() -> None:
    """Collect only what the tests below leave: `listening` would look at all that pytest has each time."""
    gc.collect()
    gc.freeze()


def assert_clean(text: str) -> None:
    assert [canary for canary in CANARIES if canary in text] == []


def assert_error_is_clean(error: CallrError) -> None:
    """In every way that a program may show it, store it or send it somewhere."""
    chain: list[BaseException | None] = [error, error.__cause__, error.__context__]
    assert chain == [error, None, None]
    for shown in (error, copy.copy(error), copy.deepcopy(error)):
        assert_clean(f"{shown!s} {shown!r} {shown.args} {shown.reason} {shown.request}")
    assert_clean("".join(traceback.format_exception(error)))
    state = dict(vars(error))
    if isinstance(error, ApiError):
        for name in ("message", "word", "parameter"):
            del state[name]
    else:
        assert_clean(repr(pickle.dumps(error)))
    assert_clean(str(state))
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [frame for frame in report.stack if "callr_sms_client" in frame.filename]
    # The method that was called has its arguments, as the caller has; nothing below it may.
    inner = [frame.locals for frame in frames if not frame.filename.endswith("_api_sms.py")]
    assert_clean(str(inner))


@contextmanager
def listening() -> Iterator[io.StringIO]:
    """All that anything logs or warns of, at every level."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Everything())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield stream
            gc.collect()
        stream.writelines(str(warning) for warning in caught)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


class _Everything(logging.Formatter):
    """A record with all that is on it."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{record.name} {record.getMessage()} {record.__dict__}"


def names_in(log: str) -> set[str]:
    return {line.partition(" ")[0].partition(".")[0] for line in log.splitlines()}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("answer", ANSWERS)
def test_whatever_a_server_says(name: str, answer: str) -> None:
    with serving(ANSWERS[answer]) as server, listening() as log:
        callr = wind(Callr(LOGIN, PASSWORD, base_url=server.base_url), WoundClock())
        with callr:
            try:
                made = CALLS[name](callr)
            except CallrError as error:
                assert_error_is_clean(error)
            else:
                assert_clean(f"{made!r}")
            assert_clean(repr([callr, callr.sms, callr.sms.with_raw_response, callr._caller.settings]))  # noqa: SLF001 - nothing may leak
        assert server.requests
    assert_clean(log.getvalue())
    assert names_in(log.getvalue()) >= {"callr_sms_client", "httpcore2"}


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("name", ["send_by_query", "raw send"])
@pytest.mark.parametrize("answer", ANSWERS)
def test_whatever_a_server_says_asynchronously(name: str, answer: str, backend: str) -> None:
    async def run(base_url: str) -> None:
        async with wind(AsyncCallr(LOGIN, PASSWORD, base_url=base_url), WoundClock()) as callr:
            try:
                assert_clean(repr(await CALLS[name](callr)))
            except CallrError as error:
                assert_error_is_clean(error)
            assert_clean(repr([callr, callr.sms, callr.sms.with_raw_response]))

    with serving(ANSWERS[answer]) as server, listening() as log:
        anyio.run(run, server.base_url, backend=backend)
    assert_clean(log.getvalue())


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    "options",
    [
        {"base_url": "http://127.0.0.1:1"},
        {"base_url": "http://callr.invalid"},
        {"base_url": "https://127.0.0.1:1"},
        {"base_url": "http://callr.invalid", "proxy": PROXY},
        {"base_url": "https://callr.invalid", "proxy": PROXY},
    ],
)
def test_when_there_is_no_connection(name: str, options: dict[str, str]) -> None:
    make: Callable[..., Callr] = Callr
    with listening() as log:
        callr = wind(make(LOGIN, PASSWORD, timeout=Timeout(total=60), **options), WoundClock())
        with callr, pytest.raises(CallrError) as caught:
            CALLS[name](callr)
        assert_error_is_clean(caught.value)
        assert caught.value.outcome == "not_sent"
    assert_clean(log.getvalue())


WRONG: list[Callable[[Callr], object]] = [
    lambda callr: callr.sms.send(to=f"{NUMBER}x", body=TEXT),
    lambda callr: callr.sms.send(to=NUMBER, body=TEXT, from_=f"{SENDER}+{SENDER}"),
    lambda callr: callr.sms.send(to=NUMBER, body=f"{TEXT}\ud800"),
    lambda callr: callr.sms.send_by_query(to=NUMBER, body=TEXT * 7000),
    lambda callr: callr.sms.get(TEXT),
    lambda _: Callr(f"{LOGIN}:", PASSWORD),
    lambda _: Callr(LOGIN, PASSWORD, base_url=f"https://{LOGIN}:{PASSWORD}@example.com"),
    lambda _: Callr(LOGIN, PASSWORD, proxy=f"socks4://{LOGIN}:{PASSWORD}@example.com"),
    lambda _: Callr(LOGIN, PASSWORD, proxy=PROXY, transport=MockTransport([])),
    lambda _: SmsOptions(user_data=USER_DATA * 500),
    lambda _: SmsOptionsWebhook(endpoint=SECRET),
]


@pytest.mark.parametrize("call", WRONG)
def test_when_an_argument_is_wrong(call: Callable[[Callr], object]) -> None:
    """The frame of a constructor that was called holds its arguments, as the caller's own does."""
    with Callr(LOGIN, PASSWORD, transport=MockTransport([])) as callr, pytest.raises(CallrError) as caught:
        call(callr)
    error = caught.value
    assert_clean(f"{error!s} {error!r} {error.args} {vars(error)}")
    assert_clean(repr(pickle.dumps(error)))
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = str([frame.locals for frame in report.stack if "callr_sms_client" in frame.filename])
    assert PASSWORD not in frames


def test_the_lines_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "callr_sms_client")
    answers = [
        Response(503, {}, failure(503, ECHO)),
        Response(200, {}, success(SMS)),
        Response(400, {}, failure(400, ECHO)),
    ]
    with wind(Callr(LOGIN, PASSWORD, transport=MockTransport(answers)), WoundClock()) as callr:
        callr.sms.get(HASH)
        with pytest.raises(CallrError):
            callr.sms.send_by_query(**SENT_BY_QUERY)
    assert [record.levelname for record in caplog.records] == ["INFO", "DEBUG", "INFO"]
    assert [record.getMessage() for record in caplog.records] == [
        "sms.get: GET /sms/{hash}, HTTP 503 in 0 ms, attempt 1 of 3: ServerError, unknown, again in 0.50 s",
        "sms.get: GET /sms/{hash}, HTTP 200 in 0 ms, attempt 2 of 3: done",
        "sms.send_by_query: GET /sms/send, HTTP 400 in 0 ms, attempt 1 of 3: BadRequestError, refused",
    ]


def test_a_program_without_logging_sees_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with Callr(LOGIN, PASSWORD, transport=MockTransport([Response(200, {}, success(HASH))])) as callr:
        callr.sms.send(**SENT)
    assert capfd.readouterr() == ("", "")
    handlers = logging.getLogger("callr_sms_client").handlers
    assert [type(handler) for handler in handlers] == [logging.NullHandler]


def test_other_users_of_the_library_keep_their_log(caplog: pytest.LogCaptureFixture) -> None:
    import httpcore2  # noqa: PLC0415 - after the client has quietened it

    caplog.set_level(logging.DEBUG, "httpcore2")
    with serving(ANSWERS["success"]) as server:
        with Callr(LOGIN, PASSWORD, base_url=server.base_url) as callr:
            callr.sms.send(**SENT)
        ours, caplog.records[:] = [record.getMessage() for record in caplog.records], []
        with httpcore2.ConnectionPool() as pool:
            pool.request("GET", server.base_url)
    theirs = [record.getMessage() for record in caplog.records]
    assert not any("application/json" in line for line in ours)
    assert any("application/json" in line for line in theirs)


def test_mocks_show_nothing() -> None:
    transport = MockTransport(lambda _: Response.of_json({"status": "success", "data": HASH}))
    with Callr(LOGIN, PASSWORD, transport=transport) as callr:
        callr.sms.send(**SENT)
        callr.sms.send_by_query(**SENT_BY_QUERY)
    assert transport.requests[0].json()["body"] == TEXT
    assert_clean(repr([transport, transport.requests, AsyncMockTransport([])]))
    assert_clean(repr(Response(200, {"x": TEXT}, TEXT.encode())))
