"""Clients as objects: faked in tests, referenced weakly, copied, and run under `python -OO`."""

from __future__ import annotations

import copy
import pickle
import re
import subprocess
import sys
import weakref
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from callr_sms_client import (
    AsyncCallr,
    AsyncDefaultTransport,
    AsyncMockTransport,
    Callr,
    DefaultTransport,
    MockTransport,
    RawResponse,
    Response,
)
from tests.client.support import HASH, SMS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.client.support import NotingTransport

TO = "+33612345678"
SENT = Response.of_json({"status": "success", "data": HASH})

# For arguments that a type checker would refuse.
autospec: Callable[..., Any] = mock.create_autospec


def test_a_method_is_patched_on_the_instance(offline: Callr, transport: NotingTransport) -> None:
    with mock.patch.object(offline.sms, "send", return_value="faked") as send:
        assert offline.sms.send(to=TO, body="Hello") == "faked"
    send.assert_called_once_with(to=TO, body="Hello")
    assert transport.requests == []
    assert offline.sms.send(to=TO, body="Hello") == HASH
    assert len(transport.requests) == 1


def test_a_method_of_raw_responses_is_patched_on_the_instance(
    offline: Callr, transport: NotingTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the same object each time, so that a fake is not bypassed by the real one, which sends."""
    monkeypatch.setattr(offline.sms.with_raw_response, "send", lambda **_: "faked")
    assert offline.sms.with_raw_response.send(to=TO, body="Hello") == "faked"  # type: ignore[comparison-overlap]  # the fake
    monkeypatch.setattr(offline, "sms", mock.Mock())
    offline.sms.send(to=TO, body="Hello")
    assert transport.requests == []


@pytest.mark.anyio
async def test_an_asynchronous_method_is_patched_on_the_instance() -> None:
    async with AsyncCallr("login", "password", transport=AsyncMockTransport([])) as callr:
        with mock.patch.object(callr.sms, "send", return_value="faked") as send:
            assert await callr.sms.send(to=TO, body="Hello") == "faked"
    send.assert_awaited_once_with(to=TO, body="Hello")


def test_a_fake_of_the_class_checks_calls() -> None:
    for fake in (autospec(Callr)("login", "password"), autospec(Callr, instance=True)):
        fake.sms.send.return_value = HASH
        assert fake.sms.send(to=TO, body="Hello") == HASH
        fake.sms.with_raw_response.get(HASH)
        with pytest.raises(TypeError, match="missing"):
            fake.sms.send(number=TO)
        with pytest.raises(TypeError, match="missing"):
            fake.sms.with_raw_response.get()
        with pytest.raises(AttributeError):
            fake.sms.transmit()


@pytest.mark.anyio
async def test_a_fake_of_the_asynchronous_class_is_awaited() -> None:
    fake = autospec(AsyncCallr, instance=True)
    fake.sms.send.return_value = HASH
    assert await fake.sms.send(to=TO, body="Hello") == HASH
    with pytest.raises(TypeError, match="missing"):
        await fake.sms.with_raw_response.get()


def test_clients_are_referenced_weakly() -> None:
    callr = Callr("login", "password", transport=MockTransport([SENT]))
    others = AsyncCallr("login", "password", transport=AsyncMockTransport([]))
    for each in (callr, callr.sms, callr.sms.with_raw_response, others, others.sms):
        assert weakref.ref(each)() is each


def test_a_copy_is_the_same_client(transport: NotingTransport) -> None:
    callr = Callr("login", "password", transport=transport)
    assert copy.copy(callr).sms.send(to=TO, body="Hello") == HASH
    assert isinstance(copy.copy(callr.sms).with_raw_response.send(to=TO, body="Hello"), RawResponse)
    callr.close()
    assert transport.closed == 1


@pytest.mark.parametrize("give", [pickle.dumps, copy.deepcopy])
def test_a_client_that_cannot_leave_its_process_says_so(give: Callable[[object], object]) -> None:
    callr = Callr("login", "password", transport=MockTransport([]))
    others = AsyncCallr("login", "password", transport=AsyncMockTransport([]))
    for each in (callr, callr.sms, callr.sms.with_raw_response, others, others.sms):
        with pytest.raises(TypeError, match=r"a client cannot be pickled .*Create one in each process"):
            give(each)


@pytest.mark.parametrize("give", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_default_transport_stays_in_its_process(give: Callable[[object], object]) -> None:
    """It may hold the password of a proxy."""
    for kind in (DefaultTransport, AsyncDefaultTransport):
        with pytest.raises(TypeError, match=r"^a transport cannot be pickled or copied: "):
            give(kind(proxy="http://me:canary@127.0.0.1:1"))


WITHOUT_DOCSTRINGS = """
import asyncio, runpy, sys
from callr_sms_client import *

assert False, "-OO removes this line"
sms = Sms.from_dict({sms!r})
answers = [Response.of_json({{"status": "success", "data": data}}) for data in ({hash!r}, sms.to_dict(), [])]
callr = Callr("login", "password", transport=MockTransport(answers))
print(callr.sms.send(to="+33612345678", body="Hello", options=SmsOptions(nature="ALERTING"), max_parts=1))
print(callr.sms.wait_until_final({hash!r}).status)
print(callr.sms.list(type="OUT", from_=sms.date_creation, to=sms.date_creation))
try:
    callr.sms.send(to="x", body="Hello")
except ArgumentError as error:
    print(error.parameter)

async def main():
    async with AsyncCallr("login", "password", transport=AsyncMockTransport(answers[:1])) as callr:
        print(await callr.sms.send(to="+33612345678", body="Hello"))

asyncio.run(main())
sys.argv = ["callr-sms", "--help"]
runpy.run_module("callr_sms_client", run_name="__main__")
"""


def test_without_docstrings_and_assertions() -> None:
    """Everything in one interpreter: import, calls, and the command line as a module."""
    code = WITHOUT_DOCSTRINGS.format(sms=SMS, hash=HASH)
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-OO", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.returncode == 0
    said, _, shown = done.stdout.partition("Usage:")
    assert said.split() == [HASH, "RECEIVED", "[]", "to", HASH]
    assert "callr-sms [OPTIONS] COMMAND" in shown
    assert "\n  Send SMS through CALLR, read their status and list them.\n" in shown
    described = re.findall(r"^  (send|get|list|wait|estimate) +[A-Z][a-z]+ .*\.$", shown, re.MULTILINE)
    assert described == ["send", "get", "list", "wait", "estimate"]
