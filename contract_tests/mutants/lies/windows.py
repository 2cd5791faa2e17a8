"""Servers with wrong lists: filters, boundaries, order."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from mutants.builders import (
    Maker,
    Mutant,
    later,
    on_list,
    on_reply,
    on_request,
    on_window,
    window_of,
)
from mutants.messages import OK, READ, Forward, Json, Request, Response, success

FIRST: Final = datetime(1, 1, 1)  # noqa: DTZ001 - the API's dates have no zone
LAST: Final = datetime(9999, 12, 31, 23, 59, 59)  # noqa: DTZ001 - as above
_DAY: Final = 86400


def _key(sms: Json) -> tuple[str, str]:
    return sms["date_creation"], sms["hash"]


def _without(when: Callable[[Json], object]) -> Maker:
    """Leave some SMS out of every list."""
    return on_list(lambda listed: [sms for sms in listed if not when(sms)])


def _type_ignored(request: Request, forward: Forward) -> Response:
    window = window_of(request)
    reply = forward(request)
    if window is None or not isinstance(reply.result, list):
        return reply
    other = forward(window.put(request, type="IN" if window.type == "OUT" else "OUT"))
    return reply.with_json({"status": "success", "data": sorted([*reply.result, *other.result], key=_key)})


def _query_counts(request: Request) -> Request:
    found = dict(request.pairs).get("hash", "")
    if request.operation != READ or not re.fullmatch("[0-9A-Z]{8}", found) or found == request.hash:
        return request
    return replace(request, target=f"{request.base_path}/sms/{found}")


def _one_second_empty(reply: Response, request: Request) -> Response:
    window = window_of(request)
    return success([]) if window and window.start == window.end and reply.status == OK else reply


FILTERS = (
    Mutant("type-ignored", "filters", "a list has SMS of both types", lambda: _type_ignored),
    Mutant(
        "type-always-out",
        "filters",
        "the list of incoming SMS holds outgoing ones",
        on_window(lambda a, w: w.put(a, type="OUT")),
    ),
    Mutant(
        "type-out-empty",
        "filters",
        "the list of outgoing SMS holds incoming ones",
        on_window(lambda a, w: w.put(a, type="IN")),
    ),
    Mutant("from-ignored", "filters", "from is ignored", on_window(lambda a, w: w.put(a, start=FIRST))),
    Mutant("to-ignored", "filters", "to is ignored", on_window(lambda a, w: w.put(a, end=LAST))),
    Mutant(
        "window-ignored",
        "filters",
        "from and to are ignored",
        on_window(lambda a, w: w.put(a, start=FIRST, end=LAST)),
    ),
    Mutant(
        "window-of-days",
        "filters",
        "the time of day in a window is ignored",
        on_window(
            lambda a, w: w.put(
                a,
                start=w.start.replace(hour=0, minute=0, second=0),
                end=w.end.replace(hour=23, minute=59, second=59),
            )
        ),
    ),
    Mutant(
        "window-of-minutes",
        "filters",
        "the seconds in a window are ignored",
        on_window(lambda a, w: w.put(a, start=w.start.replace(second=0), end=w.end.replace(second=59))),
    ),
    Mutant(
        "list-without-unicode",
        "filters",
        "a list leaves out UNICODE",
        _without(lambda sms: sms["encoding"] == "UNICODE"),
    ),
    Mutant(
        "list-without-final",
        "filters",
        "a list leaves out what has come to its end",
        _without(lambda sms: sms["status"] in {"RECEIVED", "ERROR", "FAILED", "EXPIRED"}),
    ),
    Mutant(
        "list-without-pending",
        "filters",
        "a list leaves out what is on its way",
        _without(lambda sms: sms["status"] in {"CREATED", "PENDING", "SENT"}),
    ),
    Mutant(
        "list-without-long",
        "filters",
        "a list leaves out what takes more than one part",
        _without(lambda sms: sms["parts"] > 1),
    ),
    Mutant(
        "list-without-senderless",
        "filters",
        "a list leaves out what has no sender",
        _without(lambda sms: not sms["from"]),
    ),
    Mutant(
        "list-without-flash",
        "filters",
        "a list leaves out flash messages",
        on_list(lambda listed: [s for s in listed if not (s["options"] or {}).get("flash_message")]),
    ),
    Mutant(
        "query-hash-counts",
        "filters",
        "the hash in the query of a read counts, not the path",
        on_request(_query_counts),
    ),
)


def _exclusive(at: Callable[[Request], str]) -> Maker:
    def lie(request: Request, forward: Forward) -> Response:
        reply, window = forward(request), window_of(request)
        if window is None or not isinstance(reply.result, list):
            return reply
        edge = at(request)
        kept = [sms for sms in reply.result if sms["date_creation"] != edge]
        return reply.with_json({"status": "success", "data": kept})

    return lambda: lie


def _pair(name: str) -> Callable[[Request], str]:
    return lambda request: dict(request.pairs)[name]


def _capped(limit: int, *, newest: bool = False) -> Maker:
    return on_list(lambda listed: listed[-limit:] if newest else listed[:limit])


def _at_most(seconds: int) -> Maker:
    """Shorten a window silently."""
    return on_window(lambda a, w: w.put(a, start=max(w.start, later(w.end, -seconds))))


BOUNDARIES = (
    Mutant(
        "from-exclusive", "boundaries", "an SMS of the second from is not listed", _exclusive(_pair("from"))
    ),
    Mutant("to-exclusive", "boundaries", "an SMS of the second to is not listed", _exclusive(_pair("to"))),
    Mutant(
        "from-a-second-early",
        "boundaries",
        "an SMS of the second before from is listed",
        on_window(lambda a, w: w.put(a, start=later(w.start, -1))),
    ),
    Mutant(
        "to-a-second-late",
        "boundaries",
        "an SMS of the second after to is listed",
        on_window(lambda a, w: w.put(a, end=later(w.end, 1))),
    ),
    Mutant("list-capped-at-10", "boundaries", "a list has at most 10 SMS, the oldest", _capped(10)),
    Mutant(
        "list-capped-at-50", "boundaries", "a list has at most 50 SMS, the newest", _capped(50, newest=True)
    ),
    Mutant("list-capped-at-100", "boundaries", "a list has at most 100 SMS, the oldest", _capped(100)),
    Mutant(
        "list-capped-at-1000",
        "boundaries",
        "a list has at most 1,000 SMS, the newest",
        _capped(1000, newest=True),
    ),
    Mutant(
        "window-capped-at-hour", "boundaries", "a window of more than an hour is shortened", _at_most(3600)
    ),
    Mutant(
        "window-capped-at-month",
        "boundaries",
        "a window of more than 31 days is shortened",
        _at_most(31 * _DAY),
    ),
    Mutant("one-second-empty", "boundaries", "a window of one second is empty", on_reply(_one_second_empty)),
)


def _seconds_reversed(listed: list[Json]) -> list[Json]:
    return sorted(
        sorted(listed, key=lambda sms: str(sms["hash"]), reverse=True),
        key=lambda sms: str(sms["date_creation"]),
    )


ORDER = (
    Mutant("newest-first", "order", "a list is newest first", on_list(lambda listed: listed[::-1])),
    Mutant(
        "by-hash",
        "order",
        "a list is sorted by hash alone",
        on_list(lambda listed: sorted(listed, key=lambda sms: str(sms["hash"]))),
    ),
    Mutant(
        "ties-reversed", "order", "SMS of one second are in the reverse order", on_list(_seconds_reversed)
    ),
    Mutant(
        "by-recipient",
        "order",
        "a list is sorted by recipient",
        on_list(lambda listed: sorted(listed, key=lambda sms: str(sms["to"]))),
    ),
    Mutant(
        "last-two-swapped",
        "order",
        "the last two of a list are swapped",
        on_list(lambda listed: [*listed[:-2], *listed[:-3:-1]]),
    ),
    Mutant(
        "by-update",
        "order",
        "a list is sorted by update",
        on_list(lambda listed: sorted(listed, key=lambda sms: (str(sms["date_update"]), str(sms["hash"])))),
    ),
)
