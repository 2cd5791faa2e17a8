"""The header with which a request asks for a fault: `X-Emulator-Fault: status=503; when=after`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from callr_sms_emulator import _errors
from callr_sms_emulator._faults.effect import Effect, check_effect, has_effect
from callr_sms_emulator._http import FAULT_HEADER
from callr_sms_emulator._schemas import read_struct

if TYPE_CHECKING:
    from callr_sms_emulator._http import Headers

_FLAGS = ("reset", "silence")
_NUMBERS = ("status", "cut", "delay")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_MORE = "header."


def read_header(headers: Headers) -> Effect | None:
    """Return the effect that a request asks for, or None.

    Raises:
        InvalidRequestError: The header is malformed; the message names the part.
    """
    found = [value.decode("latin-1") for name, value in headers if name == FAULT_HEADER]
    if not found:
        return None
    try:
        effect = read_struct(_read("; ".join(found)), Effect, "FaultRule")
        if not has_effect(effect):
            raise _errors.missing_parameter("status", "one of status, delay, cut, reset, garbage, silence")
        check_effect(effect)
    except _errors.InvalidRequestError as error:
        raise _errors.bad_fault_header(error) from None
    return effect


def _read(text: str) -> dict[str, object]:
    found: dict[str, object] = {}
    more: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = (each.strip() for each in part.partition("="))
        if name in found or name.removeprefix(_MORE) in more:
            raise _errors.repeated_parameter(name, "header")
        if name.startswith(_MORE):
            more[name.removeprefix(_MORE)] = value
        elif name:
            found[name] = _value(name, value) if equals else True
    return found | ({"headers": more} if more else {})


def _value(name: str, value: str) -> object:
    if name in _FLAGS:
        return {"true": True, "false": False}.get(value, value)
    if name in _NUMBERS and _NUMBER.fullmatch(value):
        return float(value) if "." in value else int(value)
    return value
