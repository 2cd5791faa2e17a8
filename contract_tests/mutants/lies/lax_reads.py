"""Servers that accept lists and reads which the contract refuses: one kind of invalid request each."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from mutants.builders import Maker, Mutant, accepts_pair, accepts_raw, moment_of, stamp
from mutants.messages import LIST, READ, Request


def _moment(mend: Callable[[str], str]) -> Maker:
    return accepts_pair(lambda k, v: (k, mend(v)) if k in {"from", "to"} and moment_of(v) is None else (k, v))


def _rfc3339(text: str) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?", text):
        return text
    found = datetime.fromisoformat(text)
    return stamp(found.astimezone(UTC) if found.tzinfo else found)


def _real_day(text: str) -> str:
    found = re.fullmatch(r"(\d{4}-02)-(29|30|31)( .*)", text)
    return f"{found[1]}-28{found[3]}" if found else text


def _filled(name: str, value: str) -> Maker:
    def mend(request: Request) -> Request:
        return request if name in dict(request.pairs) else request.with_pairs([*request.pairs, (name, value)])

    return accepts_raw(mend, LIST)


def _ordered(request: Request) -> Request:
    values = dict(request.pairs)
    if len(request.pairs) == len(values) == 3 and values.get("from", "") > values.get("to", ""):
        return request.with_pairs([("type", values["type"]), ("from", values["to"]), ("to", values["from"])])
    return request


def _once(request: Request) -> Request:
    values = dict(request.pairs)
    return request if len(values) == len(request.pairs) else request.with_pairs(list(values.items()))


def _hash(mend: Callable[[str], str]) -> Maker:
    return accepts_raw(
        lambda a: replace(a, target=a.target.replace(f"/{a.hash}", f"/{mend(a.hash)}", 1)), READ
    )


READING = (
    Mutant(
        "takes-lower-case-type",
        "too lax",
        "a type in lower case is taken",
        accepts_pair(lambda k, v: (k, v.upper() if k == "type" else v)),
    ),
    Mutant(
        "takes-any-type",
        "too lax",
        "any type is taken for OUT",
        accepts_pair(lambda k, v: (k, "OUT" if k == "type" and v not in {"IN", "OUT"} else v)),
    ),
    Mutant("takes-missing-type", "too lax", "a list without a type is one of OUT", _filled("type", "OUT")),
    Mutant(
        "takes-missing-from",
        "too lax",
        "a list without from begins with the calendar",
        _filled("from", "0001-01-01 00:00:00"),
    ),
    Mutant(
        "takes-missing-window-end",
        "too lax",
        "a list without to ends with the calendar",
        _filled("to", "9999-12-31 23:59:59"),
    ),
    Mutant(
        "takes-empty-window-end",
        "too lax",
        "an empty to is the end of the calendar",
        accepts_pair(lambda k, v: (k, "9999-12-31 23:59:59" if k == "to" and v in {"", "null"} else v)),
    ),
    Mutant(
        "takes-backward-window",
        "too lax",
        "a window that ends before it begins is turned round",
        accepts_raw(_ordered, LIST),
    ),
    Mutant("takes-rfc3339", "too lax", "RFC 3339 dates are taken", _moment(_rfc3339)),
    Mutant(
        "takes-date-alone",
        "too lax",
        "a date without a time is taken",
        _moment(lambda v: f"{v} 00:00:00" if re.fullmatch(r"\d{4}-\d\d-\d\d", v) else v),
    ),
    Mutant(
        "takes-milliseconds",
        "too lax",
        "milliseconds in a window are taken",
        _moment(lambda v: re.sub(r"\.\d+$", "", v)),
    ),
    Mutant("takes-30-february", "too lax", "30 February is taken", _moment(_real_day)),
    Mutant(
        "takes-zero-date",
        "too lax",
        "the zero datetime in a window is taken",
        _moment(lambda v: "0001-01-01 00:00:00" if v == "0000-00-00 00:00:00" else v),
    ),
    Mutant("takes-hour-24", "too lax", "hour 24 is taken", _moment(lambda v: v.replace(" 24:", " 23:"))),
    Mutant("takes-leap-second", "too lax", "second 60 is taken", _moment(lambda v: re.sub(":60$", ":59", v))),
    Mutant("takes-spaces-around-date", "too lax", "spaces around a date are taken", _moment(str.strip)),
    Mutant(
        "takes-unknown-parameter",
        "too lax",
        "an unknown parameter of a list is taken",
        accepts_pair(lambda k, v: (k, v) if k in {"type", "from", "to"} else None),
    ),
    Mutant(
        "takes-repeated-parameter",
        "too lax",
        "a repeated parameter of a list is taken",
        accepts_raw(_once, LIST),
    ),
    Mutant(
        "reads-with-any-query",
        "too lax",
        "a read takes any parameter",
        accepts_raw(lambda a: replace(a, target=a.path), READ),
    ),
    Mutant("reads-lower-case-hash", "too lax", "a hash in lower case is read", _hash(str.upper)),
    Mutant("reads-longer-hash", "too lax", "what follows a hash is ignored", _hash(lambda v: v[:8])),
)
