"""The generated client with each fault: `outcome` of a failed send is right, and nothing is sent twice."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest

from callr_sms_client import Callr, CallrError, Timeout

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.emulator.support import Client

TO = "+33612345678"
PATIENT = Timeout(total=None, connect=60, read=60, write=60)
HASTY = Timeout(total=None, connect=60, read=0.2, write=60)

BROKEN: dict[str, dict[str, Any]] = {
    "status 500": {"status": 500},
    "status 503": {"status": 503, "headers": {"Retry-After": "0"}},
    "status 503, cut": {"status": 503, "cut": "50%"},
    "status 200": {"status": 200},
    "status 204": {"status": 204},
    "reset": {"reset": True},
    "reset in the middle": {"status": 200, "cut": 5, "reset": True},
    "not HTTP": {"garbage": "bytes"},
    "html": {"garbage": "html"},
    "html of a gateway": {"garbage": "html", "status": 502},
    "empty": {"garbage": "empty"},
    "truncated JSON": {"garbage": "truncated_json"},
    "other JSON": {"garbage": "other_json"},
    "wrong type": {"garbage": "wrong_type"},
    "not UTF-8": {"garbage": "not_utf8"},
    "silence": {"silence": True},
    "delay": {"delay": "1h"},
    "delay, then 500": {"delay": "1h", "status": 500},
}
"""Faults after which the outcome of a send is unknown."""

SENDS: dict[str, Callable[[Callr], str]] = {
    "sendSms": lambda callr: callr.sms.send(to=TO, body="Hello"),
    "sendSmsByQuery": lambda callr: callr.sms.send_by_query(to=TO, body="Hello"),
}


def callr_of(account: Client, fault: dict[str, Any]) -> Callr:
    login, _, password = b64decode(account.authorization["Authorization"][6:]).decode().partition(":")
    is_hasty = "silence" in fault or "delay" in fault
    return Callr(login, password, base_url=account.url, timeout=HASTY if is_hasty else PATIENT)


@pytest.mark.parametrize("send", SENDS)
@pytest.mark.parametrize(("when", "kept"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("fault", BROKEN.values(), ids=list(BROKEN))
def test_a_send_whose_answer_is_broken_may_have_been_sent(
    account: Client, fault: dict[str, Any], when: str, kept: int, send: str
) -> None:
    rule = account.set("/faults", operation=send, when=when, **fault)["id"]
    with callr_of(account, fault) as callr:
        with pytest.raises(CallrError) as caught:
            SENDS[send](callr)
        assert caught.value.outcome == "unknown"
        assert account.control("GET", f"/faults/{rule}").data["fired"] == 1, "it was asked once"
    assert len(account.find()) == kept


@pytest.mark.parametrize("send", SENDS)
@pytest.mark.parametrize("fault", [{"cut": 10}, {"cut": "50%", "reset": True}, {"cut": 0}], ids=str)
def test_a_send_whose_answer_is_cut_was_sent_once(account: Client, fault: dict[str, Any], send: str) -> None:
    account.set("/faults", operation=send, **fault)
    with callr_of(account, fault) as callr, pytest.raises(CallrError) as caught:
        SENDS[send](callr)
    assert caught.value.outcome == "unknown"
    assert len(account.find()) == 1


@pytest.mark.parametrize("send", SENDS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 429])
def test_a_send_that_is_refused_was_not_sent(account: Client, status: int, send: str) -> None:
    account.set("/faults", operation=send, status=status)
    with callr_of(account, {}) as callr, pytest.raises(CallrError) as caught:
        SENDS[send](callr)
    assert caught.value.outcome == "refused"
    assert account.find() == []


@pytest.mark.parametrize("send", SENDS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_send_that_takes_its_time_is_answered(account: Client, when: str, send: str) -> None:
    account.set("/faults", operation=send, delay="50ms", when=when)
    with callr_of(account, {}) as callr:
        assert SENDS[send](callr) == account.find()[0]["hash"]


@pytest.mark.parametrize("fault", ["status 500", "status 503", "html of a gateway", "reset"])
def test_a_read_is_repeated_until_it_is_answered(account: Client, fault: str) -> None:
    sms_hash = account.send()
    rule = account.set("/faults", operation="getSms", times=1, **BROKEN[fault])["id"]
    with callr_of(account, {}) as callr:
        assert callr.sms.get(sms_hash).hash == sms_hash
    assert account.control("GET", f"/faults/{rule}").data["fired"] == 1
