"""The effect of a fault on a response, as a rule or a header of the request describes it."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._clock import read_duration
from callr_sms_emulator._http import FAULT_HEADER

When = Literal["before", "after"]
Garbage = Literal[
    "bytes", "html", "empty", "truncated_json", "other_json", "wrong_type", "not_utf8"
]  # their bytes are in `_injection.responses`

BODILESS = (204, 205, 304)
"""Statuses of responses that have no body (RFC 9110, 15)."""

LONGEST_DELAY_S = 3600.0
"""Seconds. No client waits longer, and a delayed request occupies its connection."""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")  # the name of a header (RFC 9110, 5.6.2)
# The emulator sets these: the end of the response, and the name of its fault.
_RESERVED = ("content-length", "transfer-encoding", FAULT_HEADER.decode())


class Effect(msgspec.Struct, omit_defaults=True, frozen=True):
    """The effect of a fault on a response.

    Attributes:
        when: Whether it happens before or after the operation. Before it, the operation is only performed if
            its own response is needed. None means after if that response is needed, otherwise before.
        status: The HTTP status of a response with the API's error envelope.
        message: The `data.message` of that response.
        headers: More headers of that response.
        delay: How long the response is delayed, in real time.
        cut: How much of the body is sent before the connection is closed: bytes, or a share like `50%`.
        reset: Whether the connection is reset; with `cut`, after that part of the body.
        garbage: What is sent instead of a response of the API.
        silence: Whether there is never a response.
    """

    when: When | None = None
    status: int | None = None
    message: str | None = None
    headers: dict[str, str] | None = None
    delay: float | str | None = None
    cut: int | str | None = None
    reset: bool = False
    garbage: Garbage | None = None
    silence: bool = False

    @property
    def makes_response(self) -> bool:
        """Whether the response is one of the fault, not of the operation."""
        return self.status is not None or self.garbage is not None

    @property
    def is_after(self) -> bool:
        """Whether the operation is performed first."""
        return self.when == "after" or (
            self.when is None and self.cut is not None and not self.makes_response
        )

    @property
    def delay_s(self) -> float:
        """The delay of the response, in seconds."""
        return 0.0 if self.delay is None else (read_duration(self.delay) or 0) / 1000

    def describe(self) -> str:
        """Describe the effect for the log, without its texts."""
        parts = [f"status {self.status}"] if self.status is not None else []
        parts += [f"garbage {self.garbage}"] if self.garbage is not None else []
        parts += [f"delay of {self.delay_s:g} s"] if self.delay is not None else []
        parts += ["cut"] if self.cut is not None else []
        parts += ["reset"] if self.reset else []
        parts += ["silence"] if self.silence else []
        return ", ".join([*parts, f"{'after' if self.is_after else 'before'} the operation"])


def has_effect(effect: Effect) -> bool:
    """Return whether the effect changes anything."""
    found = (effect.status, effect.delay, effect.cut, effect.garbage)
    return effect.reset or effect.silence or any(each is not None for each in found)


def check_effect(effect: Effect) -> None:
    """Check what the schema of a rule cannot say.

    Raises:
        InvalidRequestError: The effect contradicts itself, or a value is malformed. The message names the
            field and what was expected.
    """
    delay = 0 if effect.delay is None else read_duration(effect.delay)
    if delay is None or delay > LONGEST_DELAY_S * 1000:
        raise _errors.bad_value(
            "delay", effect.delay, "seconds as a number, or a text like 2s or 250ms, at most 1 hour"
        )
    if effect.cut is not None:
        _check_cut(effect)
    if effect.headers is not None:
        _check_headers(effect, effect.headers)
    if effect.silence and (effect.makes_response or effect.delay is not None or effect.reset):
        raise _errors.bad_fault("silence", "has no response", "only `when` with it")
    if effect.message is not None and effect.status is None:
        raise _errors.bad_fault("message", "is for the response of a fault", "`status` with it")
    if effect.message is not None and (effect.garbage is not None or effect.status in BODILESS):
        raise _errors.bad_fault(
            "message", "needs an error envelope", "a `status` with a body, and no `garbage`"
        )
    if effect.garbage == "bytes" and effect.status is not None:
        raise _errors.bad_fault(
            "status", "cannot be sent with bytes that are not HTTP", "no `status` with `garbage` bytes"
        )
    if effect.reset and effect.cut is None and effect.makes_response:
        raise _errors.bad_fault(
            "reset", "leaves no response", "`cut` with it, or neither `status` nor `garbage`"
        )


def cut_at(cut: int | str, length: int) -> int:
    """Return how many bytes of a body are sent. At least one is left out."""
    wanted = cut if isinstance(cut, int) else length * int(cut.removesuffix("%")) // 100
    return max(0, min(wanted, length - 1))


def _check_cut(effect: Effect) -> None:
    if effect.silence or effect.garbage in {"bytes", "empty"} or effect.status in BODILESS:
        raise _errors.bad_fault("cut", "needs a body to cut", "a response that has a body")
    if effect.when == "before" and not effect.makes_response:
        raise _errors.bad_fault(
            "when", "there is no body to cut before the operation", "after, or a `status`"
        )


def _check_headers(effect: Effect, headers: dict[str, str]) -> None:
    if not effect.makes_response or effect.garbage == "bytes":
        raise _errors.bad_fault("headers", "are for the response of a fault", "`status` with them")
    for name in headers:
        if not _TOKEN.fullmatch(name) or name.lower() in _RESERVED:
            expected = f"the name of a header other than {', '.join(_RESERVED)}"
            raise _errors.bad_value("headers", name, expected)
