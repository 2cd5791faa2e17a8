"""What is kept of one try of a delivery, to be looked at."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator._webhooks.errors import Mark  # noqa: TC001 - msgspec reads the annotation when it runs

if TYPE_CHECKING:
    from callr_sms_emulator._http_client import HttpResponse

_TAKEN = range(200, 300)
_WITHHELD = {"lose": "lost on purpose", "reorder": "held on purpose until the next event has been told"}


class Detail(msgspec.Struct, omit_defaults=True):
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
    fault: Mark | None = None


_encode = msgspec.json.Encoder().encode


def write_answered(shown: str, answer: HttpResponse, duration: int, mark: Mark | None = None) -> bytes:
    """Write a try that was answered."""
    start = answer.start.decode("utf-8", "replace")
    return _encode(Detail(duration, shown, answer.status, start, answer.flaw, mark))


def write_failed(shown: str, error: str, duration: int, mark: Mark | None = None) -> bytes:
    """Write a try that had no answer."""
    return _encode(Detail(duration, shown, error=error, fault=mark))


def write_withheld(mark: Mark) -> bytes:
    """Write that a fault kept an event back: nothing was sent."""
    return _encode(Detail(error=_WITHHELD[mark.webhook], fault=mark))


@lru_cache(maxsize=256)
def write_unreachable(error: str) -> bytes:
    """Write a try for which there was no connection: nothing was sent."""
    return _encode(Detail(error=error))


def read_detail(detail: bytes) -> Detail:
    """Read what one of the others wrote."""
    return msgspec.json.decode(detail, type=Detail)


def is_taken(status: int) -> bool:
    """Tell whether a receiver took the event: any 2xx (webhooks)."""
    return status in _TAKEN
