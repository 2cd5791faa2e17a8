"""A request of the journal as the control API returns it: without secrets, and of a bounded size."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from callr_sms_emulator._control.journal import redaction
from callr_sms_emulator._control.journal.curl import write_curl
from callr_sms_emulator._control.journal.suggestions import find_nearest, find_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from callr_sms_emulator._control.journal.reading import ParsedRequest
    from callr_sms_emulator._errors import Broken

_LONGEST_SHOWN = 16 * 1024
# Parameters are shown whole or not at all.
_LONGEST_READ = 64 * 1024
_EXPECTED = ": expected "


class ShownRequest(msgspec.Struct):
    """A request and its response."""

    id: int
    at: str
    duration_ms: float
    door: str
    operation: str | None
    method: str
    path: str
    query: str
    headers: dict[str, str]
    parameters: object
    body: str | None
    body_bytes: int | None
    status: int | None
    refused: bool
    code: int | None
    message: str | None
    rule: str | None
    parameter: str | None
    value: str | None
    expected: str | None
    nearest: str | None
    hash: str | None
    fault: str | None
    response: str | None
    curl: str


class ShownFor(NamedTuple):
    """What the display of a request depends on, other than the request.

    Attributes:
        number: The number of the account.
        shortcodes: Its shortcodes.
        nearest_hash: The suggestion for an unknown hash.
        login: The account, for a curl command; with its password if that is published.
        origin: Where the emulator is, with its path prefix.
    """

    number: str
    shortcodes: Iterable[str]
    nearest_hash: str | None
    login: str
    origin: str


class _Refusal(msgspec.Struct):
    """The error of a request, without secrets."""

    code: int | None = None
    message: str | None = None
    rule: str | None = None
    parameter: str | None = None
    value: str | None = None
    expected: str | None = None


def show_request(reading: ParsedRequest, shown_for: ShownFor) -> ShownRequest:
    """Return a request for display."""
    entry, refusal = reading.entry, _refusal(reading)
    body, broken = entry.body, reading.broken
    is_long = len(entry.query) + len(body or b"") > _LONGEST_READ
    parameters = None if is_long else reading.parameters
    nearest = shown_for.nearest_hash
    if (
        nearest is None and broken is not None and refusal.value == broken.value
    ):  # else a suggestion would reveal a secret
        nearest = _nearest(reading, broken, shown_for.number, shown_for.shortcodes)
    path = _shorten(redaction.redact_free_text(entry.path.decode("latin-1")))
    query = _shorten(redaction.redact_query(entry.query))
    shown_body = None if body is None else _shorten(_body(reading, body))
    types = [value.decode("latin-1") for name, value in entry.headers if name == b"content-type"]
    return ShownRequest(
        id=entry.number,
        at=reading.moment,
        duration_ms=round((entry.ended - entry.began) * 1000, 3),
        door="json-rpc" if reading.is_json_rpc else "rest",
        operation=reading.operation,
        method=entry.method,
        path=path,
        query=query,
        headers={
            name.decode("latin-1"): redaction.redact_free_text(value.decode("latin-1"))
            for name, value in entry.headers
        },
        parameters=redaction.escape(redaction.redact_value("", parameters)),
        body=shown_body,
        body_bytes=None if body is None else len(body),
        status=entry.status,
        refused=reading.is_refused,
        **msgspec.structs.asdict(refusal),
        nearest=nearest,
        hash=None if reading.sms_hash is None else _shorten(redaction.redact_free_text(reading.sms_hash)),
        fault=entry.fault,
        response=_response(reading, refusal),
        curl=write_curl(
            shown_for.login,
            entry.method,
            shown_for.origin + (f"{path}?{query}" if query else path),
            types,
            shown_body,
        ),
    )


def _response(reading: ParsedRequest, refusal: _Refusal) -> str | None:
    """Return the body of the response; None if it was not kept, or quotes a secret."""
    if not reading.entry.answer or (reading.is_refused and refusal.message != reading.refusal[1]):
        return None
    return _shorten(redaction.redact_free_text(reading.entry.answer.decode("utf-8", "backslashreplace")))


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _body(reading: ParsedRequest, body: bytes) -> str:
    """Return a body as it was sent; if it has a secret, encode it again without it."""
    text = body.decode("utf-8", "backslashreplace")
    found = reading.document
    if found is None:
        return redaction.redact_free_text(text)
    shown = redaction.redact_value("", found)
    return text if shown == found else msgspec.json.encode(redaction.escape(shown)).decode()


def _refusal(reading: ParsedRequest) -> _Refusal:
    if not reading.is_refused:
        return _Refusal()
    code, message = reading.refusal
    broken = reading.broken
    expected = message.rpartition(_EXPECTED)[2] if message and _EXPECTED in message else None
    refusal = _Refusal(code, message, reading.rule, expected=expected)
    if broken is None:
        return refusal
    name = broken.parameter
    refusal.parameter = None if name is None else redaction.redact_name(name)
    refusal.value = _value(broken, reading.entry.query)
    if message is not None and (refusal.parameter, refusal.value) != (name, broken.value):
        word, wanted = message.partition(" ")[0], "" if expected is None else _EXPECTED + expected
        refusal.message = f"{word} {redaction.LEFT_OUT}{wanted}"  # it quotes the redacted value
    return refusal


def _value(broken: Broken, query: bytes) -> str | None:
    """Return the value that was sent. Only a URL may contain the word webhook without being redacted."""
    name, value = broken.parameter or "", broken.value
    if value is None or redaction.is_secret(name) or name.endswith("webhook"):
        return None
    if broken.rule == "percent-encoding" and redaction.LEFT_OUT in redaction.redact_query(query):
        return None  # it may belong to the redacted parameter
    return (
        redaction.escape_text(redaction.redact_text(value))
        if broken.rule == "url"
        else redaction.redact_free_text(value)
    )


def _nearest(reading: ParsedRequest, broken: Broken, number: str, shortcodes: Iterable[str]) -> str | None:
    path = reading.entry.path.decode("latin-1")
    found = find_path(reading.entry.method, path, broken)
    if found is not None:
        return redaction.redact_free_text(found)
    found = find_nearest(broken, number, shortcodes)
    return None if found is None else redaction.escape_text(redaction.redact_text(found))


class Summary(msgspec.Struct):
    """A short form of a request, without its content."""

    id: int
    at: str
    operation: str | None
    method: str
    status: int | None
    rule: str | None
    hash: str | None


def summarise(reading: ParsedRequest) -> Summary:
    """Return the short form of a request, without a hash that does not exist."""
    entry = reading.entry
    sms_hash = None if reading.rule == "hash" else reading.sms_hash
    return Summary(
        entry.number, reading.moment, reading.operation, entry.method, entry.status, reading.rule, sms_hash
    )


def describe(summary: Summary) -> str:
    """Return a request in words."""
    operation = summary.operation or summary.method
    answered = "not answered" if summary.status is None else f"answered {summary.status}"
    parts = [operation, answered, *(each for each in (summary.rule, summary.hash) if each)]
    return f"request {summary.id} ({', '.join(parts)})"
