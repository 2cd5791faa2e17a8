"""A client that is closed while a helper polls or iterates: it ends at once, with what is known by then."""

from __future__ import annotations

import copy
import pickle
import threading
import time
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from callr_sms_client import (
    AsyncCallr,
    AsyncMockTransport,
    Callr,
    CallrConnectionError,
    CallrError,
    ClientClosedError,
    ConfigurationError,
    MockTransport,
    Response,
    ServerError,
)
from callr_sms_client._calls.clock import Clock
from callr_sms_client._support import Closing
from tests.client.clocks import NOON, WoundClock, wind
from tests.client.support import HASH, SMS, failure, success

if TYPE_CHECKING:
    from collections.abc import Callable

    from callr_sms_client import Request

from tests.client.test_closing import LONG, PATIENCE, SOON

LISTED = Response(200, {}, success([SMS]))
NOTHING = Response(200, {}, success([]))
SENT = Response(200, {}, success(SMS | {"status": "SENT"}))
OVERLOADED = Response(503, {}, failure(503, "NO"))
SINCE = {"since": datetime.fromtimestamp(NOON, UTC) - timedelta(hours=4)}
FOUND = {"user_data": SMS["user_data"]}
POLLS = pytest.mark.parametrize(
    ("helper", "arguments", "answers", "known", "failed"),
    [
        ("wait_until_final", {"hash": HASH}, [SENT], "SENT", False),
        ("wait_until_final", {"hash": HASH}, [SENT, OVERLOADED], "SENT", True),
        ("wait_until_final", {"hash": HASH}, [OVERLOADED], None, True),
        ("reconcile", FOUND | SINCE, [NOTHING] * 2, [], False),
        ("reconcile", FOUND | SINCE, [LISTED, OVERLOADED], [HASH], True),
        ("reconcile", FOUND | SINCE, [OVERLOADED], None, True),
    ],
)


class StoppingClock(WoundClock):
    """A clock with which the last wait ends only when the client is closed.

    Attributes:
        waiting: Set when it begins.
    """

    def __init__(self, waits: int) -> None:
        super().__init__()
        self.waiting = threading.Event()
        self._waits = waits

    def _is_last(self, seconds: float) -> bool:
        WoundClock.sleep(self, seconds, Closing())
        return len(self.slept) == self._waits

    def sleep(self, seconds: float, closing: Closing) -> None:
        if self._is_last(seconds):
            self.waiting.set()
            Clock.sleep(self, PATIENCE, closing)

    async def wait(self, seconds: float, closing: Closing) -> None:
        if self._is_last(seconds):
            self.waiting.set()
            await Clock.wait(self, PATIENCE, closing)


def waits_of(helper: str, answers: list[Response]) -> int:
    """How often it waits for these answers: `reconcile` lists several windows without a wait."""
    return 1 if helper == "reconcile" else len(answers)


def answering(answers: list[Response]) -> Callable[[Request], Response]:
    """All answers, then the last one again: shorter windows may be tried."""
    left = deque(answers)
    return lambda _: left.popleft() if len(left) > 1 else left[0]


def check_closed(errors: list[CallrError], began: float, helper: str, known: object, *, failed: bool) -> None:
    assert time.monotonic() - began < SOON
    (error,) = errors
    assert isinstance(error, ClientClosedError)
    goal = "the status was final" if helper == "wait_until_final" else "the search ended"
    assert str(error) == f"sms.{helper}: the client was closed before {goal}"
    result = error.last_result
    known_now = [sms.hash for sms in result] if isinstance(result, list) else result and result.status
    assert known_now == known
    assert isinstance(error.__cause__, ServerError) == failed
    copied, restored = copy.deepcopy(error), pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (copied.last_result, restored.last_result) == (result, None)
    assert SMS["text"] not in repr(error)


@POLLS
@pytest.mark.parametrize("closes", ["the client", "the client with other options"])
def test_closing_ends_a_poll(  # noqa: PLR0913 - a case, and who closes
    helper: str,
    arguments: dict[str, Any],
    answers: list[Response],
    known: object,
    closes: str,
    *,
    failed: bool,
) -> None:
    errors: list[CallrError] = []
    clock = StoppingClock(waits_of(helper, answers))

    def work() -> None:
        try:
            getattr(patient.sms, helper)(**arguments, timeout=LONG)
        except CallrError as error:
            errors.append(error)

    with Callr("me", "secret", transport=MockTransport(answering(answers))) as callr:
        patient = wind(callr.with_options(max_retries=0), clock)
        working = threading.Thread(target=work)
        working.start()
        assert clock.waiting.wait(PATIENCE)
        began = time.monotonic()
        (callr if closes == "the client" else patient).close()
        working.join(PATIENCE)
    check_closed(errors, began, helper, known, failed=failed)


@POLLS
@pytest.mark.anyio
async def test_closing_ends_a_poll_of_a_task(
    helper: str, arguments: dict[str, Any], answers: list[Response], known: object, *, failed: bool
) -> None:
    errors: list[CallrError] = []
    clock = StoppingClock(waits_of(helper, answers))
    transport = AsyncMockTransport(answering(answers))
    callr = wind(AsyncCallr("me", "secret", transport=transport, max_retries=0), clock)

    async def work() -> None:
        try:
            await getattr(callr.sms, helper)(**arguments, timeout=LONG)
        except CallrError as error:
            errors.append(error)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work)
        await anyio.to_thread.run_sync(clock.waiting.wait, PATIENCE)
        began = time.monotonic()
        await callr.aclose()
    check_closed(errors, began, helper, known, failed=failed)


class LateClosing(WoundClock):
    """Closes the client after a wait, before the next request."""

    close: Callable[[], None]

    def monotonic(self) -> float:
        if self.slept:
            self.close()
        return super().monotonic()


def test_a_client_may_be_closed_just_before_the_next_request_of_a_poll() -> None:
    clock = LateClosing()
    callr = wind(Callr("me", "secret", transport=MockTransport([SENT])), clock)
    clock.close = callr.close
    with pytest.raises(ClientClosedError) as caught:
        callr.sms.wait_until_final(HASH)
    assert (caught.value.last_result.status, caught.value.__cause__) == ("SENT", None)


def test_a_poll_whose_request_is_cut_by_the_close_ends() -> None:
    requests: list[Request] = []

    def answer(request: Request) -> Response | CallrError:
        requests.append(request)
        if len(requests) == 1:
            return SENT
        callr.close()
        return CallrConnectionError("the connection broke")

    callr = wind(Callr("me", "secret", transport=MockTransport(answer)), WoundClock())
    with pytest.raises(ClientClosedError, match=r"^sms\.wait_until_final: the client was closed") as caught:
        callr.sms.wait_until_final(HASH)
    assert (caught.value.last_result.status, len(requests)) == ("SENT", 2)
    assert str(caught.value.__cause__) == "sms.get: the connection broke"


def test_what_came_while_the_client_was_closed_counts() -> None:
    def answer(_: Request) -> Response:
        callr.close()
        return Response(200, {}, success(SMS))

    callr = Callr("me", "secret", transport=MockTransport(answer))
    assert callr.sms.wait_until_final(HASH).status == "RECEIVED"


def test_closing_ends_an_iteration() -> None:
    transport = MockTransport([LISTED, NOTHING])
    callr = Callr("me", "secret", transport=transport)
    found = callr.sms.iterate(type="OUT", from_=SINCE["since"], to=SINCE["since"] + timedelta(hours=4))
    assert next(found).hash == HASH
    callr.close()
    with pytest.raises(ClientClosedError) as caught:
        next(found)
    assert str(caught.value) == "sms.iterate: the client was closed before all of the time was listed"
    assert len(transport.requests) == 1


@pytest.mark.anyio
async def test_closing_ends_an_iteration_of_a_task() -> None:
    transport = AsyncMockTransport([LISTED, NOTHING])
    callr = AsyncCallr("me", "secret", transport=transport)
    found = callr.sms.iterate(type="OUT", from_=SINCE["since"], to=SINCE["since"] + timedelta(hours=4))
    assert (await anext(found)).hash == HASH
    await callr.aclose()
    with pytest.raises(ClientClosedError, match=r"^sms\.iterate: the client was closed before"):
        await anext(found)
    assert len(transport.requests) == 1


@pytest.mark.parametrize(
    "begin_helper",
    [
        lambda sms: sms.wait_until_final(HASH),
        lambda sms: sms.reconcile(**FOUND, **SINCE),
        lambda sms: next(
            sms.iterate(type="OUT", from_=SINCE["since"], to=SINCE["since"] + timedelta(hours=4))
        ),
    ],
    ids=["wait_until_final", "reconcile", "iterate"],
)
def test_a_client_that_was_closed_before_is_used_wrongly(begin_helper: Callable[[Any], object]) -> None:
    callr = Callr("me", "secret", transport=MockTransport([]))
    callr.close()
    with pytest.raises(ConfigurationError, match=r"^sms\.\w+: the client is closed$"):
        begin_helper(callr.sms)
