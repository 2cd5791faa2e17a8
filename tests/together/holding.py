"""Holds the client to the contract: what is asked for, and what goes out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callr_sms_client import ArgumentError
from callr_sms_client._transport import MAX_URL
from callr_sms_contract.contract.document import Contract
from callr_sms_contract.oracle.verdict import Judge, Verdict
from tests.together.asking import BASE_URL, LOGIN, PASSWORD, SHORTCODES, Asked, UnaskableError, read

if TYPE_CHECKING:
    from tests.together.driving import Drive

CONTRACT = Contract.load()
JUDGE = Judge(CONTRACT, BASE_URL, LOGIN, PASSWORD, SHORTCODES)
OPERATIONS = {operation.id: operation for operation in sorted(CONTRACT.operations, key=lambda each: each.id)}
PYTHON_TYPES = {"options.flash_message": bool}
"""Of the parameters of a query; the others are strings."""
ALLOWED, TOO_LONG, REFUSED, SENT_WRONG, UNASKABLE = (
    *("allowed", "too long for a URL", "refused by the client", "refused by the server", "unaskable"),
)


def accepts(verdict: Verdict) -> bool:
    return 200 in verdict.statuses and not verdict.reason.startswith("open")


def is_allowed(asked: Asked) -> bool:
    if not all(type(value) is PYTHON_TYPES.get(name, str) for name, value in asked.query.items()):
        return False
    try:
        return accepts(JUDGE.verdict(asked.written(OPERATIONS[asked.operation])))
    except UnicodeEncodeError:  # no URL holds a lone surrogate
        return False


SOME = settings(deadline=None, suppress_health_check=list(HealthCheck))


def ask(drive: Drive, asked: Asked, *, by_dict: bool) -> str:
    """Ask for it. One request that says the same goes out, or none and there is an error; tells which."""
    allowed = is_allowed(asked)
    try:
        call = asked.call(by_dict=by_dict)
    except UnaskableError:
        assert not allowed
        return UNASKABLE
    except ArgumentError:
        assert not allowed
        return REFUSED
    sent, came = drive(call)
    if isinstance(came, ValueError):
        assert isinstance(came, ArgumentError)
        assert sent == []
        return _refusal(asked, came, allowed=allowed)
    (request,) = sent
    verdict = JUDGE.verdict(request)
    assert accepts(verdict) == allowed, verdict.reason
    assert read(CONTRACT, request).meaning == asked.meaning
    return ALLOWED if allowed else SENT_WRONG


def _refusal(asked: Asked, error: ArgumentError, *, allowed: bool) -> str:
    # In a URL a number is the same as its digits, and the client asks for a string.
    if not allowed or isinstance({**asked.path, **asked.query}.get(error.parameter), int):
        return REFUSED
    # The one thing that is allowed and not sent: the contract has no limit for URLs, servers have.
    assert (asked.operation, error.parameter) == ("sendSmsByQuery", "request")
    assert len(asked.written(OPERATIONS[asked.operation]).url) > MAX_URL - 100
    return TOO_LONG


def ask_all(drive: Drive, asked: st.SearchStrategy[Asked], how: settings) -> Counter[str]:
    """Ask for many; counts what came of them."""
    came: Counter[str] = Counter()

    @how
    @given(asked=asked, by_dict=st.booleans())
    def run(asked: Asked, by_dict: bool) -> None:  # noqa: FBT001 - Hypothesis calls by name
        came[ask(drive, asked, by_dict=by_dict)] += 1

    run()
    return came
