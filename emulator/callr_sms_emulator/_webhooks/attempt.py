"""What is kept of one try of a delivery, to be looked at."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator._webhooks.errors import FaultMark  # noqa: TC001 - msgspec reads the annotation when it runs

if TYPE_CHECKING:
    from callr_sms_emulator._http_client import HttpResponse

_TAKEN = range(200, 300)
_WITHHELD = {"lose": "lost on purpose", "reorder": "held on purpose until the next event has been told"}


class AttemptDetail(msgspec.Struct, omit_defaults=True):
    """One try: the heads as they went over the wire, and why it failed.

    Attributes:
        duration: Microseconds of real time.
        request: The head of the request, without credentials; empty when nothing was sent.
        status: HTTP status of the answer; 0 when there was none.
        answer: How the answer began, head included.
        error: Why it failed, or what was wrong behind the head of the answer.
        fault: The fault that it met.
    """

    duration: int = 0
    request: str = ""
    status: int = 0
    answer: str = ""
    error: str = ""
    fault: FaultMark | None = None


_encode = msgspec.json.Encoder().encode


def encode_response(shown: str, answer: HttpResponse, duration: int, mark: FaultMark | None = None) -> bytes:
    """Write a try that was answered."""
    start = answer.start.decode("utf-8", "replace")
    return _encode(AttemptDetail(duration, shown, answer.status, start, answer.flaw, mark))


def encode_failure(shown: str, error: str, duration: int, mark: FaultMark | None = None) -> bytes:
    """Write a try that had no answer."""
    return _encode(AttemptDetail(duration, shown, error=error, fault=mark))


def encode_withheld(mark: FaultMark) -> bytes:
    """Write that a fault kept an event back: nothing was sent."""
    return _encode(AttemptDetail(error=_WITHHELD[mark.webhook], fault=mark))


@lru_cache(maxsize=256)
def encode_unreachable(error: str) -> bytes:
    """Write a try for which there was no connection: nothing was sent."""
    return _encode(AttemptDetail(error=error))


def decode_detail(detail: bytes) -> AttemptDetail:
    """Read what one of the others wrote."""
    return msgspec.json.decode(detail, type=AttemptDetail)


def is_accepted(status: int) -> bool:
    """Tell whether a receiver took the event: any 2xx (webhooks)."""
    return status in _TAKEN
