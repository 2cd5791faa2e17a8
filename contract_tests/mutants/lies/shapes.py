"""Servers that show an SMS in a wrong shape: types, formats, missing properties."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any, Final

from mutants.builders import (
    ZERO,
    Maker,
    Mutant,
    later,
    moment_of,
    on_result,
    on_sms,
    stamp,
    window_of,
)
from mutants.messages import LIST, READ, SEND, SEND_BY_QUERY, Forward, Json, Lie, Request, Response

MEMBERS: Final = (
    "type",
    "hash",
    "from",
    "to",
    "text",
    "options",
    "encoding",
    "user_data",
    "b_customer_mode",
    "b_customer_debit",
    "network",
    "status",
    "status_error",
    "parts",
    "nature",
    "date_creation",
    "date_update",
    "date_sent",
    "date_received",
    "status_history",
)
_DATES: Final = ("date_creation", "date_update", "date_sent", "date_received")


def put(name: str, change: Callable[[Any], Any], *operations: str) -> Maker:
    """The member `name` of each SMS becomes something else."""
    return on_sms(lambda sms: sms.update({name: change(sms[name])}), *operations)


def _dates(change: Callable[[str], Any], *names: str) -> Maker:
    """Change all dates of each SMS but the zero datetime."""

    def each(sms: Json) -> None:
        for name in names or _DATES:
            if sms[name] != ZERO:
                sms[name] = change(sms[name])

    return on_sms(each)


def _history(change: Callable[[Json], object]) -> Maker:
    """Change each entry of the history in place."""

    def each(sms: Json) -> None:
        for entry in sms["status_history"]:
            change(entry)

    return on_sms(each)


def _put_at(change: Callable[[str], str]) -> Maker:
    return _history(lambda entry: entry.update(updated_at=change(entry["updated_at"])))


def _seconds(text: str) -> int:
    moment = moment_of(text)
    return int(moment.replace(tzinfo=UTC).timestamp()) if moment else 0


def _php_array(value: object) -> object:
    return value or []


def _flash(change: Callable[[bool], object]) -> Maker:
    def each(sms: Json) -> None:
        if sms["options"] and "flash_message" in sms["options"]:
            sms["options"]["flash_message"] = change(sms["options"]["flash_message"])

    return on_sms(each)


TYPES = (
    Mutant("parts-string", "types", "parts is a string", put("parts", str)),
    Mutant("debit-number", "types", "the debit is a number", put("b_customer_debit", float)),
    Mutant("debit-null", "types", "the debit is null", put("b_customer_debit", lambda _: None)),
    Mutant("from-null", "types", "an empty sender is null", put("from", lambda v: v or None)),
    Mutant(
        "user-data-null",
        "types",
        "missing user_data is null",
        put("user_data", lambda v: v or None),
    ),
    Mutant(
        "status-error-null",
        "types",
        "an empty status_error is null",
        put("status_error", lambda v: v or None),
    ),
    Mutant("network-number", "types", "network is a number", put("network", lambda v: int(v or 0))),
    Mutant(
        "options-php-array",
        "types",
        "options is an empty array when there are none",
        put("options", _php_array),
    ),
    Mutant("options-string", "types", "options is JSON in a string", put("options", json.dumps)),
    Mutant("history-null", "types", "an empty history is null", put("status_history", lambda v: v or None)),
    Mutant(
        "history-object",
        "types",
        "the history is an object by number",
        put("status_history", lambda v: {str(i): e for i, e in enumerate(v)}),
    ),
    Mutant("flash-number", "types", "flash_message comes back as 0 or 1", _flash(int)),
    Mutant("flash-word", "types", "flash_message comes back as a word", _flash(lambda v: str(v).lower())),
    Mutant(
        "zero-date-null",
        "types",
        "a date that is not yet is null",
        on_sms(lambda sms: sms.update({n: None for n in _DATES if sms[n] == ZERO})),
    ),
    Mutant(
        "zero-date-empty",
        "types",
        "a date that is not yet is empty",
        on_sms(lambda sms: sms.update({n: "" for n in _DATES if sms[n] == ZERO})),
    ),
    Mutant("date-seconds", "types", "dates are seconds since 1970", _dates(_seconds)),
    Mutant(
        "hash-number",
        "types",
        "a send answers a number",
        on_result(lambda data: int(data, 36), SEND, SEND_BY_QUERY),
    ),
    Mutant(
        "list-by-hash",
        "types",
        "a list is an object by hash",
        on_result(lambda data: {sms["hash"]: sms for sms in data}, LIST),
    ),
    Mutant("type-lower-case", "types", "the type is in lower case", put("type", str.lower)),
    Mutant(
        "encoding-name",
        "types",
        "the encoding UNICODE is called UCS2",
        put("encoding", lambda v: v.replace("UNICODE", "UCS2")),
    ),
    Mutant("status-lower-case", "types", "the status is in lower case", put("status", str.lower)),
    Mutant("status-with-space", "types", "the status has spaces", put("status", lambda v: f"{v} ")),
    Mutant(
        "mode-lower-case", "types", "the billing mode is in lower case", put("b_customer_mode", str.lower)
    ),
    Mutant("always-incoming", "types", "the type of an SMS is IN", put("type", lambda _: "IN")),
    Mutant(
        "encoding-null",
        "types",
        "the encoding is null when none was forced",
        on_sms(lambda sms: sms.update(encoding=(sms["options"] or {}).get("force_encoding"))),
    ),
)


# --- formats --------------------------------------------------------------------------------------------


def _everywhere(show: Callable[[str], str], read: Callable[[str], str]) -> Maker:
    """Write hashes another way, and read them that way too."""

    def lie(request: Request, forward: Forward) -> Response:
        if request.operation == READ:
            start, _, last = request.target.rpartition("/")
            found, mark, query = last.partition("?")
            request = replace(request, target=f"{start}/{read(found)}{mark}{query}")
        return _show_hashes(forward(request), show)

    return lambda: lie


def _show_hashes(reply: Response, show: Callable[[str], str]) -> Response:
    found = reply.result
    if isinstance(found, str):
        return reply.with_json({"status": "success", "data": show(found)})
    listed = found if isinstance(found, list) else [found] if isinstance(found, dict) else []
    for sms in listed:
        sms["hash"] = show(sms["hash"])
    return reply if found is None else reply.with_json({"status": "success", "data": found})


def _in_zone(hours: int) -> Maker:
    """Show all dates, and read those of requests, in a zone of that many hours."""

    def make() -> Lie:
        shown = timedelta(hours=hours).total_seconds()

        def change(text: str) -> str:
            moment = moment_of(text[:19])
            return stamp(later(moment, shown)) + text[19:] if moment else text

        def each(sms: Json) -> None:
            sms.update({name: change(sms[name]) for name in _DATES if sms[name] != ZERO})
            for entry in sms["status_history"]:
                entry["updated_at"] = change(entry["updated_at"])

        tell = on_sms(each)()

        def lie(request: Request, forward: Forward) -> Response:
            window = window_of(request)
            if window:
                request = window.put(
                    request, start=later(window.start, -shown), end=later(window.end, -shown)
                )
            return tell(request, forward)

        return lie

    return make


FORMATS = (
    Mutant("dates-rfc3339", "formats", "dates are RFC 3339", _dates(lambda v: v.replace(" ", "T") + "Z")),
    Mutant("dates-with-t", "formats", "dates have a T", _dates(lambda v: v.replace(" ", "T"))),
    Mutant("dates-with-offset", "formats", "dates have an offset", _dates(lambda v: f"{v}+00:00")),
    Mutant("dates-with-milliseconds", "formats", "dates have milliseconds", _dates(lambda v: f"{v}.000")),
    Mutant("dates-with-slashes", "formats", "dates have slashes", _dates(lambda v: v.replace("-", "/"))),
    Mutant("dates-without-seconds", "formats", "dates have no seconds", _dates(lambda v: v[:-3])),
    Mutant("dates-local", "formats", "all dates are two hours ahead of UTC, windows too", _in_zone(2)),
    Mutant(
        "date-30-february",
        "formats",
        "an update is on a day that the calendar does not know",
        _dates(lambda v: f"{v[:5]}02-30{v[10:]}", "date_update"),
    ),
    Mutant(
        "zero-date-1970",
        "formats",
        "a date that is not yet is in 1970",
        on_sms(lambda sms: sms.update({n: "1970-01-01 00:00:00" for n in _DATES if sms[n] == ZERO})),
    ),
    Mutant(
        "history-without-milliseconds",
        "formats",
        "the history has no milliseconds",
        _put_at(lambda v: v[:-4]),
    ),
    Mutant(
        "history-with-microseconds", "formats", "the history has microseconds", _put_at(lambda v: f"{v}000")
    ),
    Mutant(
        "history-with-comma",
        "formats",
        "the history has a comma before the milliseconds",
        _put_at(lambda v: v.replace(".", ",")),
    ),
    Mutant(
        "history-rfc3339",
        "formats",
        "the history is in RFC 3339",
        _put_at(lambda v: v.replace(" ", "T") + "Z"),
    ),
    Mutant(
        "hash-lower-case", "formats", "hashes are in lower case everywhere", _everywhere(str.lower, str.upper)
    ),
    Mutant(
        "hash-9-characters",
        "formats",
        "hashes have 9 characters everywhere",
        _everywhere(lambda v: f"{v}X", lambda v: v[:8]),
    ),
    Mutant(
        "hash-with-dash",
        "formats",
        "hashes have a dash everywhere",
        _everywhere(lambda v: f"{v[:4]}-{v[4:]}", lambda v: v.replace("-", "")),
    ),
    Mutant(
        "number-without-plus",
        "formats",
        "the recipient comes back without its plus",
        put("to", lambda v: v.lstrip("+")),
    ),
    Mutant(
        "number-with-00",
        "formats",
        "the recipient comes back with 00 for the plus",
        put("to", lambda v: v.replace("+", "00")),
    ),
    Mutant(
        "number-with-spaces",
        "formats",
        "the recipient comes back with spaces",
        put("to", lambda v: f"{v[:3]} {v[3:]}"),
    ),
    Mutant(
        "debit-with-comma",
        "formats",
        "the debit has a comma",
        put("b_customer_debit", lambda v: v.replace(".", ",")),
    ),
    Mutant(
        "debit-with-currency",
        "formats",
        "the debit names a currency",
        put("b_customer_debit", lambda v: f"{v} EUR"),
    ),
    Mutant(
        "debit-scientific",
        "formats",
        "the debit has an exponent",
        put("b_customer_debit", lambda v: f"{float(v):e}"),
    ),
    Mutant(
        "network-with-dash",
        "formats",
        "the network has a dash",
        put("network", lambda v: f"{v[:3]}-{v[3:]}"),
    ),
    Mutant(
        "status-with-dash",
        "formats",
        "REMOTE_QUEUED is written REMOTE-QUEUED",
        put("status", lambda v: v.replace("_", "-")),
    ),
    Mutant(
        "hash-with-space",
        "formats",
        "the hash that a send answers ends with a space",
        on_result(lambda data: f"{data} ", SEND, SEND_BY_QUERY),
    ),
)


# --- members --------------------------------------------------------------------------------------------


def _without(name: str, *operations: str) -> Maker:
    return on_sms(lambda sms: sms.pop(name), *operations)


def _without_in_history(name: str) -> Maker:
    return _history(lambda entry: entry.pop(name))


MISSING = (
    *(
        Mutant(f"{name.replace('_', '-')}-missing", "missing", f"an SMS has no {name}", _without(name))
        for name in MEMBERS
    ),
    Mutant("list-without-text", "missing", "a listed SMS has no text", _without("text", LIST)),
    Mutant(
        "list-without-history", "missing", "a listed SMS has no history", _without("status_history", LIST)
    ),
    Mutant("read-without-nature", "missing", "a read SMS has no nature", _without("nature", READ)),
    *(
        Mutant(
            f"history-without-{name.replace('_', '-')}",
            "missing",
            f"a history entry has no {name}",
            _without_in_history(name),
        )
        for name in ("old_status", "new_status", "updated_at")
    ),
)
