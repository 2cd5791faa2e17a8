"""The types that users of the client see. Read by mypy and pyright, and never run."""

import os
import ssl
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, assert_type

from callr_sms_client import (
    ApiError,
    ArgumentError,
    AsyncCallr,
    AsyncDefaultTransport,
    AsyncMockTransport,
    AsyncTransport,
    BillingMode,
    CallInfo,
    Callr,
    CallrError,
    CallrTimeoutError,
    DefaultTransport,
    Direction,
    Encoding,
    Event,
    ForceEncoding,
    HmacAlgo,
    Hooks,
    IncomingEvent,
    MockTransport,
    Nature,
    Outcome,
    RawResponse,
    Request,
    RequestSummary,
    Response,
    ResponseInfo,
    RetryInfo,
    Sms,
    SmsOptions,
    SmsOptionsAsSent,
    SmsOptionsAsSentWebhook,
    SmsOptionsDict,
    SmsOptionsWebhook,
    SmsOptionsWebhookDict,
    Status,
    StatusChange,
    Timeout,
    Transport,
    segments,
    webhooks,
)


def check_client(moment: datetime) -> None:
    with Callr("login", "password") as callr:
        assert_type(callr, Callr)
        assert_type(callr.sms.send(to="+33612345678", body="Hello"), str)
        assert_type(callr.sms.send_by_query(to="+33612345678", body="Hello", from_="SMS", options=None), str)
        assert_type(callr.sms.get("8242D945"), Sms)
        assert_type(callr.sms.get(hash="8242D945"), Sms)
        assert_type(callr.sms.list(type="OUT", from_=moment, to=moment), list[Sms])
        callr.sms.list(type=Direction.IN, from_=moment, to=moment)
        assert_type(callr.with_options(timeout=5, max_retries=0, default_headers={"X-Shop": "7"}), Callr)
        assert_type(callr.sms.get("8242D945", timeout=3, extra_headers={"X-Cart": "12"}), Sms)
        assert_type(callr.sms.get("8242D945", timeout=Timeout(read=1)), Sms)
        raw = callr.sms.with_raw_response.get("8242D945")
        assert_type(raw, RawResponse[Sms])
        assert_type(raw.parse(), Sms)
        assert_type(raw.body, bytes)
        assert_type(raw.request_id, str | None)
        assert_type(callr.sms.with_raw_response.list(type="OUT", from_=moment, to=moment).parse(), list[Sms])
    assert_type(Callr.from_env(timeout=Timeout(connect=1, read=None), max_retries=5), Callr)
    assert_type(Callr.from_env(login="login", base_url="http://127.0.0.1:8767", app_name="shop/1"), Callr)
    Callr("login", "password", base_url="http://127.0.0.1:8767/rest/v1.1", timeout=3)
    Callr("login", "password", default_headers={"X-Shop": "7"}, app_name="shop/1")
    Callr("login", "password", proxy="http://127.0.0.1:3128", tls=ssl.create_default_context())


def check_hooks(notes: list[CallInfo]) -> None:
    def on_response(info: ResponseInfo) -> None:
        assert_type(info.request, RequestSummary)
        assert_type(info.response, Response | None)
        assert_type(info.error, CallrError | None)

    async def on_retry(info: RetryInfo) -> None:
        assert_type(info.wait, float)

    hooks = Hooks(on_request=notes.append, on_response=on_response, on_retry=on_retry, on_end=on_response)
    transport: Transport = DefaultTransport(proxy="")
    other: AsyncTransport = AsyncDefaultTransport(tls=ssl.create_default_context())
    assert_type(Callr.from_env(hooks=hooks, transport=transport), Callr)
    assert_type(AsyncCallr.from_env(hooks=hooks, transport=other), AsyncCallr)


async def check_asynchronous_client(moment: datetime) -> None:
    async with AsyncCallr.from_env() as callr:
        assert_type(callr, AsyncCallr)
        assert_type(await callr.sms.send(to="+33612345678", body="Hello"), str)
        assert_type(await callr.sms.send_by_query(to="+33612345678", body="Hello"), str)
        assert_type(await callr.sms.get("8242D945"), Sms)
        assert_type(await callr.sms.list(type="OUT", from_=moment, to=moment), list[Sms])
        assert_type(callr.with_options(max_retries=0), AsyncCallr)
        raw = await callr.sms.with_raw_response.send(to="+33612345678", body="Hello")
        assert_type(raw, RawResponse[str])


def check_sms(sms: Sms) -> None:
    assert_type(sms.type, Direction)
    assert_type(sms.text, str)
    assert_type(sms.from_, str)
    assert_type(sms.status, Status)
    assert_type(sms.status.is_known, bool)
    assert_type(sms.status.is_final, bool)
    assert_type(sms.status.is_success, bool)
    assert_type(Status.known(), tuple[Status, ...])
    assert_type(Status.RECEIVED, Status)
    assert_type(sms.encoding, Encoding)
    assert_type(sms.nature, Nature)
    assert_type(sms.b_customer_mode, BillingMode)
    assert_type(sms.b_customer_debit, Decimal)
    assert_type(sms.parts, int)
    assert_type(sms.date_creation, datetime)
    assert_type(sms.date_sent, datetime | None)
    assert_type(sms.status_history, tuple[StatusChange, ...])
    assert_type(sms.status_history[0].updated_at, datetime)
    assert_type(sms.options, SmsOptionsAsSent | None)
    assert_type(sms.to_dict(), dict[str, Any])
    assert_type(Sms.from_dict(sms.to_dict()), Sms)
    if sms.options is not None:
        assert_type(sms.options.webhook, SmsOptionsAsSentWebhook | None)


def check_options() -> None:
    webhook = SmsOptionsWebhook(endpoint="https://example.com", hmac_algo="SHA512")
    options = SmsOptions(force_encoding="GSM", nature=Nature.ALERTING, user_data="42", webhook=webhook)
    assert_type(options.user_data, str | None)
    as_dict: SmsOptionsDict = {"nature": "ALERTING", "webhook": {"endpoint": "https://example.com"}}
    inner: SmsOptionsWebhookDict = {"endpoint": "https://example.com", "hmac_algo": HmacAlgo.MD5}
    with Callr("login", "password") as callr:
        callr.sms.send(to="+33612345678", body="Hello", options=as_dict)
        callr.sms.send(to="+33612345678", body="Hello", options={"user_data": "42", "webhook": inner})
        callr.sms.send_by_query(to="+33612345678", body="Hello", options={"flash_message": True})
    SmsOptions(webhook=inner)
    assert_type(options.force_encoding, ForceEncoding | None)
    assert_type(webhook.endpoint, str)
    assert_type(webhook.hmac_algo, HmacAlgo | None)


def check_errors(error: CallrError) -> None:
    assert_type(error.outcome, Outcome)
    assert_type(error.operation, str | None)
    assert_type(error.http_status, int | None)
    assert_type(error.response, Response | None)
    assert_type(error.request_id, str | None)
    assert_type(error.code, int | None)
    assert_type(error.message, str)
    assert_type(error.request, RequestSummary | None)
    assert_type(error.attempts, int)
    assert_type(error.retry_after, float | None)
    if isinstance(error, ApiError):
        assert_type(error.parameter, str | None)
    if isinstance(error, ArgumentError):
        assert_type(error.parameter, str)


class Recorder:
    """A transport of one's own."""

    def send(self, request: Request) -> Response:
        assert_type(request.body, bytes | None)
        return Response(status=200, headers={}, body=b"")

    def close(self) -> None: ...


class AsyncRecorder:
    """As above, to be awaited."""

    async def send(self, request: Request) -> Response:
        assert_type(request.url, str)
        return Response(status=200, headers={}, body=b"")

    async def aclose(self) -> None: ...


def check_transports() -> None:
    transport: Transport = Recorder()
    Callr("login", "password", transport=transport)
    asynchronous: AsyncTransport = AsyncRecorder()
    AsyncCallr("login", "password", transport=asynchronous)
    answer = Response.of_json({"status": "success", "data": "8242D945"})
    mock = MockTransport([answer, CallrTimeoutError("late")])
    Callr("login", "password", transport=mock)
    assert_type(mock.requests[0], Request)
    Callr(
        "login", "password", transport=MockTransport(lambda request: Response(200, {}, request.body or b""))
    )
    AsyncCallr("login", "password", transport=AsyncMockTransport([answer, answer]))


def check_webhooks(body: bytes, headers: dict[str, str], moment: datetime) -> None:
    event = webhooks.parse(body, headers, secret="secret")
    assert_type(event, Event)
    assert_type(event.data, object)
    assert_type(event.event_id, str)
    assert_type(event.event_at, datetime)
    assert_type(event.try_, int)
    assert_type(event.is_retry, bool)
    assert_type(event.age(now=moment), timedelta)
    if isinstance(event, webhooks.StatusUpdateEvent):
        assert_type(event.data, Sms)
        assert_type(event.type, Literal["sms.mt.status_update"])
    elif isinstance(event, IncomingEvent):
        assert_type(event.data, Sms)
    pairs = [(b"name", b"value")]
    webhooks.parse(body, pairs, secret=[b"new", "old"], algorithm="SHA512", max_age=timedelta(hours=1))
    assert_type(webhooks.sign(body, "secret"), str)
    assert_type(webhooks.SeenEvents(100).add(event.event_id), bool)
    webhooks.parse(body, headers, secret=webhooks.UNVERIFIED)
    assert_type(webhooks.UNVERIFIED, Literal[webhooks.Unverified.UNVERIFIED])
    from_environment = os.environ.get("CALLR_WEBHOOK_SECRET")
    webhooks.parse(body, headers, secret=from_environment)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    webhooks.parse(body, headers, secret=None)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    webhooks.parse(body, headers, secret=["new", None])  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
    webhooks.parse(body, headers)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    webhooks.parse("{}", headers, secret="secret")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def check_segments() -> None:
    estimate = segments.estimate("Hello", "GSM", stop_number="36111")
    assert_type(estimate, segments.Estimate)
    assert_type(estimate.encoding, Literal["GSM", "UNICODE"])
    assert_type(estimate.parts, int)
    assert_type(estimate.converted, str)


def check_what_is_refused(callr: Callr, moment: datetime) -> None:
    """Each line is wrong: a checker that finds nothing here complains about a needless comment."""
    callr.sms.send("+33612345678", "Hello")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    callr.sms.send(to="+33612345678")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    callr.sms.list(type="BOTH", from_=moment, to=moment)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    SmsOptions(nature="URGENT")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    SmsOptions("GSM")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    callr.sms.get("8242D945").text = ""  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]
    Timeout(30)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    Callr("login", "password", transport=MockTransport(["8242D945"]))  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
    Callr("login", "password", transport=AsyncRecorder())  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
