"""A request of the journal, parsed when it is read and not when it is made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from callr_sms_emulator import _errors
from callr_sms_emulator._api import METHOD_OPERATIONS, METHODS, find_route, is_json_rpc
from callr_sms_emulator._clock import format_milliseconds
from callr_sms_emulator._http import is_too_deep, read_query
from callr_sms_emulator._sms import SearchableSms

if TYPE_CHECKING:
    from callr_sms_emulator._accounts import LoggedRequest

_SENDS = ("sendSms", "sendSmsByQuery")
_BAD_REQUEST = 400
_FAILURES: dict[int, _errors.Rule] = {500: "internal", 503: "stopping"}


@dataclass(frozen=True)
class ParsedRequest:
    """An entry of the journal, parsed."""

    entry: LoggedRequest

    @cached_property
    def operation(self) -> str | None:
        """The operation; None if the request is not an operation of the API."""
        if self._call is not None:
            return METHOD_OPERATIONS.get(str(self._call.get("method")))
        try:
            return find_route(self.entry.method, self.entry.path).endpoint.value
        except _errors.ApiError:
            return None

    @cached_property
    def parameters(self) -> dict[str, object] | None:
        """The parameters by name, including secrets; None if they cannot be read."""
        if self._call is not None:
            names, given = METHODS.get(str(self._call.get("method"))), self._call.get("params", [])
            if names is None or not isinstance(given, list):
                return None
            return dict(zip(names, cast("list[object]", given), strict=False))
        if self.entry.body is not None:
            found = self.document
            return cast("dict[str, object]", found) if isinstance(found, dict) else None
        try:
            return dict(read_query(self.entry.query))
        except _errors.ApiError:
            return None

    @cached_property
    def sms(self) -> SearchableSms | None:
        """What criteria compare of the SMS to send, as far as it was given; None for another operation."""
        if self.operation not in _SENDS or self.parameters is None:
            return None
        given = {name: self.parameters.get(name) for name in ("from", "to", "body")}
        sender, to, text = ("" if each is None else str(each) for each in given.values())
        return SearchableSms("OUT", "", sender, to, text, "", "", "")

    @cached_property
    def moment(self) -> str:
        """The time of the response."""
        return format_milliseconds(self.entry.moment)

    @property
    def is_refused(self) -> bool:
        """Whether the response was an error, or there was no response."""
        return self.rule is not None or self.entry.status is None or self.entry.status >= _BAD_REQUEST

    @cached_property
    def broken(self) -> _errors.Broken | None:
        """The rule that it broke, and how; None if it broke no rule."""
        return None if self.entry.refusal is None else _errors.Broken(*self.entry.refusal)

    @property
    def rule(self) -> _errors.Rule | None:
        """The name of the rule that it broke."""
        if self.broken is not None:
            return self.broken.rule
        if self.entry.fault is not None:
            return "fault" if self.entry.status is None or self.entry.status >= _BAD_REQUEST else None
        return _FAILURES.get(self.entry.status or 0)

    @cached_property
    def refusal(self) -> tuple[int | None, str | None]:
        """The code and the message of an error response."""
        answer = self._answer
        found: Any = answer.get("error", answer.get("data")) if self.is_refused else None
        return (found["code"], found["message"]) if isinstance(found, dict) else (None, None)

    @cached_property
    def sms_hash(self) -> str | None:
        """The hash of the SMS that was sent, read, or not found."""
        if self.operation in _SENDS:
            done = self._answer if self.entry.done is None else _decode_object(self.entry.done)
            found = done.get("data", done.get("result"))
            return found if isinstance(found, str) else self.entry.kept
        if self.operation != "getSms":
            return None
        if self._call is not None:
            return str((self.parameters or {}).get("id"))
        return find_route(self.entry.method, self.entry.path).sms_hash

    @cached_property
    def is_json_rpc(self) -> bool:
        """Whether it was made through JSON-RPC."""
        return is_json_rpc(self.entry.method, self.entry.path)

    @cached_property
    def document(self) -> object:
        """The JSON of the body, including secrets; None if it is not JSON."""
        return _decode(self.entry.body or b"")

    @cached_property
    def _call(self) -> dict[str, object] | None:
        if not self.is_json_rpc:
            return None
        return _decode_object(self.entry.body or b"")

    @cached_property
    def _answer(self) -> dict[str, Any]:
        return _decode_object(self.entry.answer)


def _decode_object(body: bytes) -> dict[str, Any]:
    found = _decode(body)
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _decode(body: bytes) -> object:
    """Return the JSON of a body; None if it cannot be decoded."""
    try:
        found = cast("object", json.loads(body.decode()))
    except (ValueError, RecursionError):
        return None
    return None if is_too_deep(body, found) else found
