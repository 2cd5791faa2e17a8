"""The record of one attempt to deliver, as the control API shows it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator._webhooks.errors import FaultMark  # noqa: TC001 - msgspec reads the annotation when it runs

if TYPE_CHECKING:
    from callr_sms_emulator._http_client import HttpResponse

_ACCEPTED = range(200, 300)
_WITHHELD = {"lose": "lost on purpose", "reorder": "held on purpose until the next event has been delivered"}


class AttemptDetail(msgspec.Struct, omit_defaults=True):
    """One attempt: the heads as they were on the wire, and why it failed.

    Attributes:
        duration: Microseconds of real time.
        request: The head of the request, without credentials; empty when nothing was sent.
        status: HTTP status of the response; 0 without one.
        answer: The first bytes of the response, head included.
        error: Why it failed, or what was wrong after the head of the response.
        fault: The fault that was applied to it.
    """

    duration: int = 0
    request: str = ""
    status: int = 0
    answer: str = ""
    error: str = ""
    fault: FaultMark | None = None


_encode = msgspec.json.Encoder().encode


def encode_response(
    head: str, response: HttpResponse, duration: int, fault: FaultMark | None = None
) -> bytes:
    """Return the record of an attempt that got a response."""
    start = response.start.decode("utf-8", "replace")
    return _encode(AttemptDetail(duration, head, response.status, start, response.flaw, fault))


def encode_failure(head: str, error: str, duration: int, fault: FaultMark | None = None) -> bytes:
    """Return the record of an attempt without a response."""
    return _encode(AttemptDetail(duration, head, error=error, fault=fault))


def encode_withheld(fault: FaultMark) -> bytes:
    """Return the record of an attempt that a fault withheld: nothing was sent."""
    return _encode(AttemptDetail(error=_WITHHELD[fault.webhook], fault=fault))


@lru_cache(maxsize=256)
def encode_unreachable(error: str) -> bytes:
    """Return the record of an attempt without a connection: nothing was sent."""
    return _encode(AttemptDetail(error=error))


def decode_detail(detail: bytes) -> AttemptDetail:
    """Return the attempt of a record."""
    return msgspec.json.decode(detail, type=AttemptDetail)


def is_accepted(status: int) -> bool:
    """Return whether a receiver accepted the event: any 2xx (webhooks)."""
    return status in _ACCEPTED
