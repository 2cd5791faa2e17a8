"""What can become of an answer, as it is asked for: by a rule, or by a header of the request itself."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._clock import read_duration
from callr_sms_emulator._http import FAULT_HEADER

When = Literal["before", "after"]
Garbage = Literal[
    "bytes", "html", "empty", "truncated_json", "other_json", "wrong_type", "not_utf8"
]  # what each is stands in `_injection.responses`

BODILESS = (204, 205, 304)
"""Statuses of answers that have no body (RFC 9110, 15)."""

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
"""The name of a header (RFC 9110, 5.6.2)."""

LONGEST_DELAY_S = 3600.0
"""Seconds; no client waits longer, and a request that is delayed keeps its connection."""

_Status = Annotated[int, msgspec.Meta(ge=200, le=599)]
_Message = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
_MOST_HEADERS = 20
_VALUE = re.compile(r"[\x20-\x7e]{0,1000}")
# They say where the answer ends, or that it is no fault's.
_OURS = ("content-length", "transfer-encoding", FAULT_HEADER.decode())
_PERCENT = re.compile(r"(100|[0-9]{1,2})%")
_MOST_BYTES = 1_000_000_000


class Effect(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, frozen=True):
    """What happens to an answer.

    Attributes:
        when: Whether that is before the operation, which is then not done unless its own answer is needed, or
            after it. None: after where its answer is needed, else before.
        status: HTTP status of an answer in the API's error envelope.
        message: Its `data.message`.
        headers: More headers of it.
        delay: How long the answer is held back, in real time.
        cut: How much of the body is sent before the connection is closed: bytes, or a share like `50%`.
        reset: Whether the connection is reset, with `cut` behind so much of the body.
        garbage: What comes instead of an answer of the API.
        silence: Whether no answer ever comes.
    """

    when: When | None = None
    status: _Status | None = None
    message: _Message | None = None
    headers: dict[str, str] | None = None
    delay: float | str | None = None
    cut: int | str | None = None
    reset: bool = False
    garbage: Garbage | None = None
    silence: bool = False

    @property
    def makes_answer(self) -> bool:
        """Whether there is an answer that is not the operation's."""
        return self.status is not None or self.garbage is not None

    @property
    def is_after(self) -> bool:
        """Whether the operation is done first."""
        return self.when == "after" or (self.when is None and self.cut is not None and not self.makes_answer)

    @property
    def delay_s(self) -> float:
        """How long the answer is held back, in seconds."""
        return 0.0 if self.delay is None else (read_duration(self.delay) or 0) / 1000

    def describe(self) -> str:
        """Give the effect in words without anything that was given as text."""
        parts = [f"status {self.status}"] if self.status is not None else []
        parts += [f"garbage {self.garbage}"] if self.garbage is not None else []
        parts += [f"delay of {self.delay_s:g} s"] if self.delay is not None else []
        parts += ["cut"] if self.cut is not None else []
        parts += ["reset"] if self.reset else []
        parts += ["silence"] if self.silence else []
        return ", ".join([*parts, "after the operation" if self.is_after else "before it"])


def has_effect(effect: Effect) -> bool:
    """Tell whether anything happens at all."""
    found = (effect.status, effect.delay, effect.cut, effect.garbage)
    return effect.reset or effect.silence or any(each is not None for each in found)


def check_effect(effect: Effect) -> None:
    """Refuse what contradicts itself.

    Raises:
        InvalidRequestError: The message names the field, and what was expected.
    """
    _errors.refuse_lone_surrogate("message", effect.message or "")
    _check_delay(effect.delay)
    _check_cut(effect)
    _check_headers(effect)
    if effect.silence and (effect.makes_answer or effect.delay is not None or effect.reset):
        raise _errors.bad_fault("silence", "never answers", "`when` alone beside it")
    if effect.message is not None and effect.status is None:
        raise _errors.bad_fault("message", "belongs to an answer of the fault's own", "`status` beside it")
    if effect.message is not None and (effect.garbage is not None or effect.status in BODILESS):
        raise _errors.bad_fault(
            "message", "has no envelope to stand in", "a `status` with a body, no `garbage`"
        )
    if effect.garbage == "bytes" and effect.status is not None:
        raise _errors.bad_fault(
            "status", "cannot be told with what is no HTTP", "no status with garbage bytes"
        )
    if effect.reset and effect.cut is None and effect.makes_answer:
        raise _errors.bad_fault("reset", "leaves no answer", "`cut` beside it, or no `status` and `garbage`")


def cut_at(cut: int | str, length: int) -> int:
    """Give how many bytes of a body are sent: never all of them, for then nothing would be missing."""
    wanted = cut if isinstance(cut, int) else length * int(cut.removesuffix("%")) // 100
    return max(0, min(wanted, length - 1))


def _check_delay(delay: float | str | None) -> None:
    found = 0 if delay is None else read_duration(delay)
    if found is None or found > LONGEST_DELAY_S * 1000:
        raise _errors.bad_value(
            "delay", delay, "seconds as a number, or a text like 2s or 250ms; at most 1 hour"
        )


def _check_cut(effect: Effect) -> None:
    cut = effect.cut
    if cut is None:
        return
    if not (0 <= cut <= _MOST_BYTES if isinstance(cut, int) else _PERCENT.fullmatch(cut)):
        raise _errors.bad_value("cut", cut, 'a number of bytes from 0, or a share like "50%"')
    if effect.silence or effect.garbage in {"bytes", "empty"} or effect.status in BODILESS:
        raise _errors.bad_fault("cut", "needs a body to cut", "an answer that has one")
    if effect.when == "before" and not effect.makes_answer:
        raise _errors.bad_fault("when", "before it there is no body to cut", "after, or a `status`")


def _check_headers(effect: Effect) -> None:
    headers = effect.headers
    if headers is None:
        return
    if not effect.makes_answer or effect.garbage == "bytes":
        raise _errors.bad_fault("headers", "belong to an answer of the fault's own", "`status` beside them")
    if len(headers) > _MOST_HEADERS:
        raise _errors.bad_value("headers", len(headers), f"at most {_MOST_HEADERS} of them")
    for name, value in headers.items():
        if not TOKEN.fullmatch(name) or name.lower() in _OURS:
            expected = f"the name of a header, none of {', '.join(_OURS)}"
            raise _errors.bad_value("headers", name, expected)
        if not _VALUE.fullmatch(value):
            raise _errors.bad_value(f"headers.{name}", value, "at most 1000 characters of printable ASCII")
