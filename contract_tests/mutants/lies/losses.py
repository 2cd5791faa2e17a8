"""Lies about what becomes of a send: loss, doubles, races."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count

from mutants.builders import SENDS, Maker, Mutant, on_list, on_result, on_sms, tells, units
from mutants.messages import (
    LIST,
    OK,
    READ,
    SEND,
    SEND_BY_QUERY,
    Asked,
    Forward,
    Json,
    Lie,
    Told,
    error,
    message_of,
    success,
)


@dataclass
class _Lossy:
    """Some of what is sent is gone: a hash comes back and nothing stands under it."""

    when: Callable[[Json, int], object]
    from_list: bool = True
    from_reads: bool = True
    lost: set[str] = field(default_factory=set)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __call__(self, asked: Asked, forward: Forward) -> Told:
        if asked.operation == READ and self.from_reads and asked.hash in self.lost:
            told = forward(asked)
            return (
                error(404, "PROPERTY_VALUE_ERROR [id]: no SMS has this hash") if told.status == OK else told
            )
        told = forward(asked)
        found = told.result
        if isinstance(found, str) and self.when(message_of(asked) or {}, next(self.numbers)):
            self.lost.add(found)
        if isinstance(found, list) and self.from_list:
            return told.with_json(
                {"status": "success", "data": [sms for sms in found if sms["hash"] not in self.lost]}
            )
        return told


def _loses(when: Callable[[Json, int], object], *, from_list: bool = True, from_reads: bool = True) -> Maker:
    def make() -> Lie:
        return _Lossy(when, from_list, from_reads)

    return make


@dataclass
class _SometimesBlind:
    """Every so many reads of what is there answer 404."""

    every: int
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __call__(self, asked: Asked, forward: Forward) -> Told:
        told = forward(asked)
        if asked.operation == READ and told.status == OK and next(self.numbers) % self.every == 0:
            return error(404, "PROPERTY_VALUE_ERROR [id]: no SMS has this hash")
        return told


def _is_long(message: Json, _: int) -> bool:
    return units(str(message.get("body"))) > 160


@dataclass
class _Former:
    """A read gives the SMS that was sent before the one asked for."""

    sent: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked, forward: Forward) -> Told:
        if asked.operation == READ and asked.hash in self.sent[1:]:
            former = self.sent[self.sent.index(asked.hash) - 1]
            told = forward(replace(asked, target=asked.target.replace(asked.hash, former, 1)))
            if isinstance(told.result, dict):
                return success({**told.result, "hash": asked.hash})
            return told
        told = forward(asked)
        if isinstance(told.result, str):
            self.sent.append(told.result)
        return told


def _phantom(listed: list[Json]) -> list[Json]:
    if not listed:
        return listed
    last = listed[-1]
    return [*listed, {**last, "hash": f"{last['hash'][:7]}Z"}] if last["hash"][7] != "Z" else listed


@dataclass
class _WithoutQuerySends:
    """What was sent by query is in no list."""

    sent: set[str] = field(default_factory=set)

    def __call__(self, asked: Asked, forward: Forward) -> Told:
        told = forward(asked)
        if asked.operation == SEND_BY_QUERY and isinstance(told.result, str):
            self.sent.add(told.result)
        if asked.operation == LIST and isinstance(told.result, list):
            return told.with_json(
                {"status": "success", "data": [sms for sms in told.result if sms["hash"] not in self.sent]}
            )
        return told


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
    """A send is made twice."""

    def lie(asked: Asked, forward: Forward) -> Told:
        told = forward(asked)
        if asked.operation in operations and told.status == OK:
            forward(asked)
        return told

    return lambda: lie


@dataclass
class _Reusing:
    """A send like a former one, by `key`, answers the former hash and sends nothing."""

    key: Callable[[Json], object]
    sent: dict[object, Told] = field(default_factory=dict)

    def __call__(self, asked: Asked, forward: Forward) -> Told:
        message = message_of(asked) if asked.operation in SENDS else None
        known = self.sent.get(self.key(message)) if message is not None else None
        if known is not None:
            return known
        told = forward(asked)
        if message is not None and told.status == OK:
            self.sent[self.key(message)] = told
        return told


@dataclass
class _Repeating:
    """Every so many sends answer the hash of the send before."""

    every: int
    last: Told | None = None
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __call__(self, asked: Asked, forward: Forward) -> Told:
        told = forward(asked)
        if not isinstance(told.result, str):
            return told
        former, self.last = self.last, told
        return former if former is not None and next(self.numbers) % self.every == 0 else told


def _other_hash(told: Told, asked: Asked) -> Told:
    found = told.result
    if asked.operation != READ or not isinstance(found, dict):
        return told
    return success({**found, "hash": "BBBBBBBB" if asked.hash == "AAAAAAAA" else "AAAAAAAA"})


DOUBLES = (
    Mutant("read-of-another-hash", "doubles", "the SMS that is read has another hash", tells(_other_hash)),
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
    """What is sent is visible only after `seconds`."""

    seconds: float
    in_reads: bool
    in_lists: bool
    since: dict[str, float] = field(default_factory=dict)

    def _is_hidden(self, found: str) -> bool:
        return time.monotonic() - self.since.get(found, -self.seconds) < self.seconds

    def __call__(self, asked: Asked, forward: Forward) -> Told:
        told = forward(asked)
        found = told.result
        if isinstance(found, str):
            self.since[found] = time.monotonic()
        if asked.operation == READ and self.in_reads and found and self._is_hidden(asked.hash):
            return error(404, "PROPERTY_VALUE_ERROR [id]: no SMS has this hash")
        if isinstance(found, list) and self.in_lists:
            return success([sms for sms in found if not self._is_hidden(sms["hash"])])
        return told


@dataclass
class _Stale:
    """The first answer to a request is the answer to it ever after."""

    operation: str
    known: dict[str, Told] = field(default_factory=dict)

    def __call__(self, asked: Asked, forward: Forward) -> Told:
        told = forward(asked)
        if asked.operation != self.operation or told.status != OK:
            return told
        return self.known.setdefault(asked.target, told)


@dataclass
class _Racing:
    """Of sends at the same time only one is made; `lose` says what the others are told."""

    is_lost: bool
    lock: threading.Lock = field(default_factory=threading.Lock)
    busy: int = 0
    last: Told | None = None
    lost: set[str] = field(default_factory=set)

    def __call__(self, asked: Asked, forward: Forward) -> Told:
        if asked.operation not in SENDS:
            return self._hide(forward(asked), asked)
        with self.lock:
            self.busy += 1
            is_second = self.busy > 1
        try:
            told = forward(asked)
        finally:
            with self.lock:
                self.busy -= 1
        return self._second(told) if is_second and isinstance(told.result, str) else self._first(told)

    def _first(self, told: Told) -> Told:
        if isinstance(told.result, str):
            self.last = told
        return told

    def _second(self, told: Told) -> Told:
        if self.is_lost:
            self.lost.add(told.result)
            return told
        return self.last or told

    def _hide(self, told: Told, asked: Asked) -> Told:
        if asked.operation == READ and asked.hash in self.lost and told.status == OK:
            return error(404, "PROPERTY_VALUE_ERROR [id]: no SMS has this hash")
        if asked.operation == LIST and isinstance(told.result, list) and self.lost:
            return success([sms for sms in told.result if sms["hash"] not in self.lost])
        return told


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
