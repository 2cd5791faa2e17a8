"""Servers that lose or double a send, alone or in a race."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count

from mutants.builders import SENDS, Maker, Mutant, on_list, on_reply, on_result, on_sms, units
from mutants.messages import (
    LIST,
    OK,
    READ,
    SEND,
    SEND_BY_QUERY,
    Forward,
    Json,
    Lie,
    Request,
    Response,
    error,
    message_of,
    success,
)


@dataclass
class _Lossy:
    """Lose some sends: a hash comes back, and no SMS has it."""

    when: Callable[[Json, int], object]
    from_list: bool = True
    from_reads: bool = True
    lost: set[str] = field(default_factory=set)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __call__(self, request: Request, forward: Forward) -> Response:
        if request.operation == READ and self.from_reads and request.hash in self.lost:
            reply = forward(request)
            return (
                error(404, "PROPERTY_VALUE_ERROR [id]: no SMS has this hash") if reply.status == OK else reply
            )
        reply = forward(request)
        found = reply.result
        if isinstance(found, str) and self.when(message_of(request) or {}, next(self.numbers)):
            self.lost.add(found)
        if isinstance(found, list) and self.from_list:
            return reply.with_json(
                {"status": "success", "data": [sms for sms in found if sms["hash"] not in self.lost]}
            )
        return reply


def _loses(when: Callable[[Json, int], object], *, from_list: bool = True, from_reads: bool = True) -> Maker:
    def make() -> Lie:
        return _Lossy(when, from_list, from_reads)

    return make


@dataclass
class _SometimesBlind:
    """Answer every nth read with 404."""

    every: int
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __call__(self, request: Request, forward: Forward) -> Response:
        reply = forward(request)
        if request.operation == READ and reply.status == OK and next(self.numbers) % self.every == 0:
            return error(404, "PROPERTY_VALUE_ERROR [id]: no SMS has this hash")
        return reply


def _is_long(message: Json, _: int) -> bool:
    return units(str(message.get("body"))) > 160


@dataclass
class _Former:
    """Answer a read with the SMS that was sent before."""

    sent: list[str] = field(default_factory=list)

    def __call__(self, request: Request, forward: Forward) -> Response:
        if request.operation == READ and request.hash in self.sent[1:]:
            former = self.sent[self.sent.index(request.hash) - 1]
            reply = forward(replace(request, target=request.target.replace(request.hash, former, 1)))
            if isinstance(reply.result, dict):
                return success({**reply.result, "hash": request.hash})
            return reply
        reply = forward(request)
        if isinstance(reply.result, str):
            self.sent.append(reply.result)
        return reply


def _phantom(listed: list[Json]) -> list[Json]:
    if not listed:
        return listed
    last = listed[-1]
    return [*listed, {**last, "hash": f"{last['hash'][:7]}Z"}] if last["hash"][7] != "Z" else listed


@dataclass
class _WithoutQuerySends:
    """Leave SMS that were sent by query out of lists."""

    sent: set[str] = field(default_factory=set)

    def __call__(self, request: Request, forward: Forward) -> Response:
        reply = forward(request)
        if request.operation == SEND_BY_QUERY and isinstance(reply.result, str):
            self.sent.add(reply.result)
        if request.operation == LIST and isinstance(reply.result, list):
            return reply.with_json(
                {"status": "success", "data": [sms for sms in reply.result if sms["hash"] not in self.sent]}
            )
        return reply


LOSS = (
    Mutant(
        "list-without-network",
        "loss",
        "the network of a listed SMS is empty",
        on_sms(lambda sms: sms.update(network=""), LIST),
    ),
    Mutant(
        "loses-every-7th",
        "loss",
        "every seventh SMS is lost after its hash was given",
        _loses(lambda _, n: n % 7 == 0),
    ),
    Mutant(
        "loses-every-40th",
        "loss",
        "every fortieth SMS is lost after its hash was given",
        _loses(lambda _, n: n % 40 == 0),
    ),
    Mutant("loses-long-texts", "loss", "an SMS of more than 160 characters is lost", _loses(_is_long)),
    Mutant("loses-all", "loss", "nothing that is sent is found", _loses(lambda *_: True)),
    Mutant(
        "reads-nothing-listed",
        "loss",
        "what was sent is listed and cannot be read",
        _loses(lambda *_: True, from_list=False),
    ),
    Mutant(
        "unlisted-every-5th",
        "loss",
        "every fifth SMS can be read and is not listed",
        _loses(lambda _, n: n % 5 == 0, from_reads=False),
    ),
    Mutant("blind-every-9th-read", "loss", "every ninth read finds nothing", lambda: _SometimesBlind(9)),
    Mutant("list-loses-last", "loss", "a list leaves out its last SMS", on_list(lambda listed: listed[:-1])),
    Mutant(
        "list-loses-first",
        "loss",
        "a list of several leaves out its first SMS",
        on_list(lambda listed: listed[1:] if len(listed) > 1 else listed),
    ),
    Mutant("list-always-empty", "loss", "a list is empty", on_list(lambda _: [])),
    Mutant("query-sends-unlisted", "loss", "what is sent by query is in no list", _WithoutQuerySends),
)


def _twice(*operations: str) -> Maker:
    """Send twice."""

    def lie(request: Request, forward: Forward) -> Response:
        reply = forward(request)
        if request.operation in operations and reply.status == OK:
            forward(request)
        return reply

    return lambda: lie


@dataclass
class _Reusing:
    """Answer a send with the key of a former one with the former hash, without sending."""

    key: Callable[[Json], object]
    sent: dict[object, Response] = field(default_factory=dict)

    def __call__(self, request: Request, forward: Forward) -> Response:
        message = message_of(request) if request.operation in SENDS else None
        known = self.sent.get(self.key(message)) if message is not None else None
        if known is not None:
            return known
        reply = forward(request)
        if message is not None and reply.status == OK:
            self.sent[self.key(message)] = reply
        return reply


@dataclass
class _Repeating:
    """Answer every nth send with the hash of the send before."""

    every: int
    last: Response | None = None
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __call__(self, request: Request, forward: Forward) -> Response:
        reply = forward(request)
        if not isinstance(reply.result, str):
            return reply
        former, self.last = self.last, reply
        return former if former is not None and next(self.numbers) % self.every == 0 else reply


def _other_hash(reply: Response, request: Request) -> Response:
    found = reply.result
    if request.operation != READ or not isinstance(found, dict):
        return reply
    return success({**found, "hash": "BBBBBBBB" if request.hash == "AAAAAAAA" else "AAAAAAAA"})


DOUBLES = (
    Mutant("read-of-another-hash", "doubles", "the SMS that is read has another hash", on_reply(_other_hash)),
    Mutant("sends-twice", "doubles", "POST /sms sends twice", _twice(SEND)),
    Mutant("query-sends-twice", "doubles", "GET /sms/send sends twice", _twice(SEND_BY_QUERY)),
    Mutant(
        "lists-last-twice",
        "doubles",
        "a list has its last SMS twice",
        on_list(lambda listed: [*listed, *listed[-1:]]),
    ),
    Mutant(
        "lists-each-twice",
        "doubles",
        "a list has each SMS twice",
        on_list(lambda listed: [sms for each in listed for sms in (each, each)]),
    ),
    Mutant(
        "same-message-same-hash",
        "doubles",
        "the same message again answers the former hash",
        lambda: _Reusing(lambda m: json.dumps(m, sort_keys=True)),
    ),
    Mutant(
        "same-recipient-same-hash",
        "doubles",
        "another message to the same recipient answers the former hash",
        lambda: _Reusing(lambda m: str(m.get("to")) + str(len(str(m.get("body"))))),
    ),
    Mutant(
        "repeats-hash-every-10th",
        "doubles",
        "every tenth send answers the hash of the one before",
        lambda: _Repeating(10),
    ),
    Mutant("reads-former", "doubles", "a read gives the SMS that was sent before the one asked for", _Former),
    Mutant(
        "hash-always-same",
        "doubles",
        "every send answers one hash",
        on_result(lambda _: "AAAAAAAA", SEND, SEND_BY_QUERY),
    ),
    Mutant("list-with-phantom", "doubles", "a list has an SMS that cannot be read", on_list(_phantom)),
)


@dataclass
class _Late:
    """Show an SMS only `seconds` after it was sent."""

    seconds: float
    in_reads: bool
    in_lists: bool
    since: dict[str, float] = field(default_factory=dict)

    def _is_hidden(self, found: str) -> bool:
        return time.monotonic() - self.since.get(found, -self.seconds) < self.seconds

    def __call__(self, request: Request, forward: Forward) -> Response:
        reply = forward(request)
        found = reply.result
        if isinstance(found, str):
            self.since[found] = time.monotonic()
        if request.operation == READ and self.in_reads and found and self._is_hidden(request.hash):
            return error(404, "PROPERTY_VALUE_ERROR [id]: no SMS has this hash")
        if isinstance(found, list) and self.in_lists:
            return success([sms for sms in found if not self._is_hidden(sms["hash"])])
        return reply


@dataclass
class _Stale:
    """Repeat the first response to a request forever."""

    operation: str
    known: dict[str, Response] = field(default_factory=dict)

    def __call__(self, request: Request, forward: Forward) -> Response:
        reply = forward(request)
        if request.operation != self.operation or reply.status != OK:
            return reply
        return self.known.setdefault(request.target, reply)


@dataclass
class _Racing:
    """Make one of several simultaneous sends; `lose` makes the response to the others."""

    is_lost: bool
    lock: threading.Lock = field(default_factory=threading.Lock)
    busy: int = 0
    last: Response | None = None
    lost: set[str] = field(default_factory=set)

    def __call__(self, request: Request, forward: Forward) -> Response:
        if request.operation not in SENDS:
            return self._hide(forward(request), request)
        with self.lock:
            self.busy += 1
            is_second = self.busy > 1
        try:
            reply = forward(request)
        finally:
            with self.lock:
                self.busy -= 1
        return self._second(reply) if is_second and isinstance(reply.result, str) else self._first(reply)

    def _first(self, reply: Response) -> Response:
        if isinstance(reply.result, str):
            self.last = reply
        return reply

    def _second(self, reply: Response) -> Response:
        if self.is_lost:
            self.lost.add(reply.result)
            return reply
        return self.last or reply

    def _hide(self, reply: Response, request: Request) -> Response:
        if request.operation == READ and request.hash in self.lost and reply.status == OK:
            return error(404, "PROPERTY_VALUE_ERROR [id]: no SMS has this hash")
        if request.operation == LIST and isinstance(reply.result, list) and self.lost:
            return success([sms for sms in reply.result if sms["hash"] not in self.lost])
        return reply


RACES = (
    Mutant(
        "read-late",
        "races",
        "an SMS can be read only a second after its send",
        lambda: _Late(1, in_reads=True, in_lists=False),
    ),
    Mutant(
        "listed-late",
        "races",
        "an SMS is listed only two seconds after its send",
        lambda: _Late(2, in_reads=False, in_lists=True),
    ),
    Mutant("reads-stale", "races", "an SMS stays as it was first read", lambda: _Stale(READ)),
    Mutant("lists-stale", "races", "a window stays as it was first listed", lambda: _Stale(LIST)),
    Mutant(
        "parallel-sends-lose",
        "races",
        "of two sends at the same time one is lost",
        lambda: _Racing(is_lost=True),
    ),
    Mutant(
        "parallel-sends-share",
        "races",
        "two sends at the same time get one hash",
        lambda: _Racing(is_lost=False),
    ),
)
