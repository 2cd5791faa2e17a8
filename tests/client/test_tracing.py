"""The example of tracing with the SDK of OpenTelemetry, with the spans that it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from callr_sms_client import (
    AsyncCallr,
    AsyncDefaultTransport,
    AsyncTransport,
    Callr,
    CallrError,
    DefaultTransport,
    Request,
    Response,
)
from tests.client.support import HASH, SMS, failure, http_answer, serving, success
from tests.docs.pages import run_by

if TYPE_CHECKING:
    import socket

    from tests.client.support import RawServer
    from tests.conftest import RunningEmulator

(BLOCK,) = run_by("tests/client/test_tracing.py")

TEXT = "canary text"
NUMBER = "+33699999901"
LOGIN = "canary-login"
PASSWORD = "canary-password"
CANARIES = ("canary", "Y2FuYXJ5", NUMBER[1:], HASH)


@pytest.fixture
def example(
    emulator: RunningEmulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> dict[str, Any]:
    """The names of the example, after it ran, and what it said."""
    monkeypatch.setenv("CALLR_LOGIN", emulator.login)
    monkeypatch.setenv("CALLR_PASSWORD", emulator.password)
    monkeypatch.setenv("CALLR_BASE_URL", emulator.base_url)
    names: dict[str, Any] = {}
    exec(compile(BLOCK.text, BLOCK.page.name, "exec"), names)  # noqa: S102 - our own example
    return {**names, "said": capsys.readouterr().out.strip()}


def finish(example: dict[str, Any]) -> list[Any]:
    """Return the spans since the last time, in the order of their end; nothing that was sent is in one."""
    assert example["spans"].open == {}
    spans = list(example["exporter"].get_finished_spans())
    example["exporter"].clear()
    shown = "".join(span.to_json() for span in spans)
    assert [canary for canary in CANARIES if canary in shown] == []
    assert len({span.context.trace_id for span in spans}) == 1
    return spans


def flaky(server: RawServer, connection: socket.socket) -> None:
    """Fail at first; then all is well."""
    quoting = failure(503, f"canary {NUMBER}")
    answers = [http_answer(quoting, "503 canary", "application/json", "Retry-After: 0")]
    answers += [http_answer(success(SMS))]
    connection.sendall(answers[min(len(server.requests), 2) - 1])
    connection.close()


def test_the_example_does_what_its_comment_says(example: dict[str, Any]) -> None:
    assert example["said"]
    assert BLOCK.text.rstrip().endswith(f"# {example['said']}")
    attempt, call = finish(example)
    assert (attempt.name, call.name) == ("POST", "sms.send")
    assert attempt.parent.span_id == call.context.span_id
    assert call.parent is None
    assert attempt.attributes == {"http.response.status_code": 200}


def test_a_repeated_call_is_one_span_with_one_for_each_attempt(example: dict[str, Any]) -> None:
    example["exporter"].clear()
    transport = example["AttemptSpans"](DefaultTransport())
    with (
        serving(flaky) as server,
        Callr(
            LOGIN, PASSWORD, base_url=server.base_url, hooks=example["hooks"], transport=transport
        ) as callr,
    ):
        assert callr.sms.get(HASH).hash == HASH
    first, second, call = finish(example)
    assert [span.attributes["http.response.status_code"] for span in (first, second)] == [503, 200]
    assert {first.parent.span_id, second.parent.span_id} == {call.context.span_id}
    assert call.attributes == {"callr.attempts": 2}
    assert call.status.is_ok


def test_a_failed_send_is_one_attempt_and_its_spans_quote_nothing(example: dict[str, Any]) -> None:
    example["exporter"].clear()
    transport = example["AttemptSpans"](DefaultTransport())
    with (
        serving(b"") as server,
        Callr(
            LOGIN, PASSWORD, base_url=server.base_url, hooks=example["hooks"], transport=transport
        ) as callr,
        pytest.raises(CallrError),
    ):
        callr.sms.send_by_query(to=NUMBER, body=TEXT)
    assert len(server.requests) == 1
    attempt, call = finish(example)
    assert [event.name for event in attempt.events] == ["exception"]
    assert not call.status.is_ok


@pytest.mark.anyio
async def test_the_spans_of_an_asynchronous_call(example: dict[str, Any]) -> None:
    class AttemptSpans:
        def __init__(self, inner: AsyncTransport) -> None:
            self.inner = inner

        async def send(self, request: Request) -> Response:
            with example["tracer"].start_as_current_span(request.method):
                return await self.inner.send(request)

        async def aclose(self) -> None:
            await self.inner.aclose()

    example["exporter"].clear()
    transport = AttemptSpans(AsyncDefaultTransport())
    with serving(flaky) as server:
        async with AsyncCallr(
            LOGIN, PASSWORD, base_url=server.base_url, hooks=example["hooks"], transport=transport
        ) as callr:
            await callr.sms.get(HASH)
    first, second, call = finish(example)
    assert {first.parent.span_id, second.parent.span_id} == {call.context.span_id}
    assert call.name == "sms.get"
