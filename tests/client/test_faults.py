"""An exchange that breaks at any byte, in any way: one send at most, our errors only, the right outcome."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from callr_sms_client import (
    ApiError,
    AsyncCallr,
    Callr,
    CallrConnectionError,
    CallrError,
    CallrTimeoutError,
    ProtocolError,
    Timeout,
)
from tests.client.breaker import HOWS, PATIENCE, Break, Breaker, Case, How
from tests.client.clocks import WoundClock, wind
from tests.client.support import HASH, SMS, failure, http_answer, success

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TO = "+33612345678"
PATIENT = Timeout(total=None, connect=20, read=20, write=20)
# A stall is over when a read has waited this long; nothing else is in a hurry, however slow the machine.
HASTY = Timeout(total=None, connect=60, read=0.02, write=60)
WORKERS = 8
REFUSALS = (400, 401, 403, 404, 405, 429)
REPEATED = (408, 429, 500, 502, 503, 504)

SENT = http_answer(success(HASH)).replace(b"Connection: close\r\n", b"")
FOUND = http_answer(success(SMS)).replace(b"Connection: close\r\n", b"")

CALLS: dict[str, tuple[Callable[[Any], Any], bytes]] = {
    "send": (lambda callr: callr.sms.send(to=TO, body="Hello"), SENT),
    "send_by_query": (lambda callr: callr.sms.send_by_query(to=TO, body="Hello"), SENT),
    "get": (lambda callr: callr.sms.get(HASH), FOUND),
}
SENDS = ("send", "send_by_query")


def timeout_of(server: Breaker) -> Timeout:
    planned = server.case.plan[0]
    whole = planned.phase == "answer" and planned.at == len(planned.answer)
    return HASTY if planned.how == "stall" and not whole else PATIENT


def call(server: Breaker, name: str) -> object:
    """What comes of a call: its result, or its error."""
    client = Callr("login", "password", base_url=server.base_url, timeout=timeout_of(server))
    with wind(client, WoundClock()) as callr:
        try:
            return CALLS[name][0](callr)
        except CallrError as error:
            return error
        finally:
            server.case.over.set()


def call_asynchronously(server: Breaker, name: str) -> object:
    """As above, in an event loop for all calls to the server: making a loop takes longer than a call."""

    async def run() -> object:
        client = AsyncCallr("login", "password", base_url=server.base_url, timeout=timeout_of(server))
        async with wind(client, WoundClock()) as callr:
            try:
                return await CALLS[name][0](callr)
            except CallrError as error:
                return error
            finally:
                server.case.over.set()

    return server.loop.run(run())


def in_parallel(check: Callable[[Breaker, Break], None], breaks: Iterable[Break]) -> None:
    """Try all breaks, by some threads with a server each: most of the time they wait."""
    cases = list(breaks)

    def work(number: int) -> None:
        with Breaker() as server:
            for planned in cases[number::WORKERS]:
                check(server, planned)

    with ThreadPoolExecutor(WORKERS) as pool:
        for _ in pool.map(work, range(WORKERS)):
            pass


def length_of_request(name: str) -> int:
    with Breaker() as server:
        case = server.begin(*[Break("answer", 0, "close")] * 3)
        call(server, name)
        return len(case.delivered[0])


def breaks_of(name: str, caller: Callable[[Breaker, str], object]) -> list[Break]:
    answer, length = CALLS[name][1], length_of_request(name)
    breaks = [
        *(Break("request", at, how) for how in HOWS for at in range(length)),
        *(Break("answer", at, how, answer) for how in HOWS for at in range(len(answer))),
    ]
    if caller is call_asynchronously:
        # asyncio itself forgets the socket of a connection that is reset while it opens, and Python warns.
        breaks.remove(Break("request", 0, "reset"))
    return breaks


def check_send(made: object, case: Case, planned: Break) -> None:
    assert isinstance(made, CallrConnectionError | ProtocolError), (made, planned)
    assert made.outcome == "unknown", planned
    assert isinstance(made, CallrTimeoutError) == (planned.how == "stall"), (made, planned)
    assert (made.__cause__, made.__context__) == (None, None)
    assert len(case.delivered) <= 1, planned
    assert case.began.wait(PATIENCE)  # not before the time that a stall is waited for, on a busy machine
    if planned.at or planned.how != "reset":
        assert (made.attempts, case.accepted) == (1, 1), planned


@pytest.mark.parametrize("name", SENDS)
@pytest.mark.parametrize("caller", [call, call_asynchronously])
def test_a_send_that_breaks_is_sent_once(name: str, caller: Callable[[Breaker, str], object]) -> None:
    def check(server: Breaker, planned: Break) -> None:
        # A connection that is reset before the first byte left is followed by another one.
        case = server.begin(planned, *[Break("request", 1, "reset")] * 2)
        check_send(caller(server, name), case, planned)

    in_parallel(check, breaks_of(name, caller))


@pytest.mark.parametrize(("caller", "step"), [(call, 1), (call_asynchronously, 4)])
def test_a_read_that_breaks_is_repeated(caller: Callable[[Breaker, str], object], step: int) -> None:
    whole = Break("answer", len(FOUND), "close", FOUND)

    def check(server: Breaker, planned: Break) -> None:
        case = server.begin(planned, whole)
        made = caller(server, "get")
        assert getattr(made, "hash", made) == HASH, planned
        assert case.accepted == 2, planned

    # A stall keeps the server from the next connection: `over` comes with the end of the call.
    breaks = [planned for planned in breaks_of("get", caller) if planned.how != "stall"]
    in_parallel(check, thinned(breaks)[::step])


def thinned(breaks: list[Break]) -> list[Break]:
    """Of the bytes inside the body of an answer, keep every eighth: the sends try all of theirs."""
    inner = range(FOUND.index(b"\r\n\r\n") + 9, len(FOUND) - 8)
    return [each for each in breaks if each.phase == "request" or each.at not in inner or each.at % 8 == 0]


@pytest.mark.parametrize("name", SENDS)
@pytest.mark.parametrize("caller", [call, call_asynchronously])
@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("rest", [b"", SENT, b"x", b"HTTP/1.1 "])
def test_an_answer_that_is_whole_counts(
    name: str, caller: Callable[[Breaker, str], object], how: How, rest: bytes
) -> None:
    """Whatever comes behind it: a second answer, the beginning of one, the end of the connection."""
    with Breaker() as server:
        case = server.begin(Break("answer", len(SENT + rest), how, SENT + rest))
        made = caller(server, name)
        if how == "reset" and isinstance(made, CallrError):
            check_send(made, case, Break("answer", 0, how))  # the reset was faster than the answer
        else:
            assert made == HASH
        assert (case.accepted, len(case.delivered)) == (1, 1)


@pytest.mark.parametrize(("name", "caller"), [*product(SENDS, [call]), ("send", call_asynchronously)])
def test_every_status_of_a_send(name: str, caller: Callable[[Breaker, str], object]) -> None:
    def check(server: Breaker, planned: Break) -> None:
        case = server.begin(planned)
        made, status = caller(server, name), int(planned.answer[9:12])
        assert isinstance(made, ApiError if 400 <= status < 600 else ProtocolError), (made, status)
        assert made.outcome == ("refused" if status in REFUSALS else "unknown"), status
        assert (made.attempts, case.accepted, len(case.delivered)) == (1, 1, 1)

    in_parallel(check, (answer_of(status) for status in range(100, 1000) if status != 200))


def answer_of(status: int) -> Break:
    answer = http_answer(failure(status, "PROPERTY_VALUE_ERROR [to]: no"), f"{status} Whatever")
    return Break("answer", len(answer), "close", answer)


def test_every_status_of_a_read() -> None:
    def check(server: Breaker, planned: Break) -> None:
        case = server.begin(planned, planned, planned)
        made, status = call(server, "get"), int(planned.answer[9:12])
        assert isinstance(made, ApiError if 400 <= status < 600 else ProtocolError), (made, status)
        # An interim answer and then nothing is a cut answer.
        repeated = status in REPEATED or status < 200
        assert made.attempts == case.accepted == (3 if repeated else 1), status

    in_parallel(check, (answer_of(status) for status in range(100, 1000) if status != 200))
