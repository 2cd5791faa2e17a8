"""Servers that answer or push too often, or the same to all."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final

from mutants.builders import (
    SENDS,
    Maker,
    Mutant,
    on_success,
    options_of,
    text_of,
)
from mutants.lies.spellings import _TO
from mutants.messages import (
    OK,
    READ,
    Asked,
    Forward,
    Json,
    Told,
    message_of,
    with_message,
)

# --- one SMS too many -----------------------------------------------------------------------------------


@dataclass
class _Again:
    """Every so many sends are made again, without `user_data` where they are said to be unmarked."""

    every: int
    unmarked: bool
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __call__(self, asked: Asked, forward: Forward) -> Told:
        told = forward(asked)
        message = message_of(asked) if asked.operation in SENDS and told.status == OK else None
        if message is not None and next(self.numbers) % self.every == 0:
            forward(with_message(asked, _without_mark(message)) if self.unmarked else asked)
        return told


def _without_mark(message: Json) -> Json:
    options = {name: value for name, value in options_of(message).items() if name != "user_data"}
    return {**{name: value for name, value in message.items() if name != "options"}, "options": options}


def _all_the_same(status: int, mend: Callable[[Asked, str], Asked]) -> Maker:
    """A send that is answered with `status` is made all the same."""

    def make() -> _Insisting:
        return _Insisting(status, mend)

    return make


@dataclass
class _Insisting:
    status: int
    mend: Callable[[Asked, str], Asked]
    right: str = ""

    def __call__(self, asked: Asked, forward: Forward) -> Told:
        told = forward(asked)
        if told.status == OK:
            self.right = asked.header("authorization")
        if told.status == self.status and asked.operation in SENDS and self.right:
            forward(self.mend(asked, self.right))
        return told


def _valid(asked: Asked, _: str) -> Asked:
    message = message_of(asked) or {}
    return with_message(asked, {"to": _TO, "body": text_of(message)[:100] or "x"})


REPEATED: Final = (
    Mutant(
        "sends-again-unmarked",
        "doubles",
        "a send is made again without user_data",
        lambda: _Again(1, unmarked=True),
    ),
    Mutant(
        "sends-every-20th-again",
        "doubles",
        "every twentieth send is made twice",
        lambda: _Again(20, unmarked=False),
    ),
    Mutant(
        "sends-what-it-refused",
        "doubles",
        "a send that answers 400 is made all the same",
        _all_the_same(400, _valid),
    ),
    Mutant(
        "sends-for-strangers",
        "doubles",
        "a send that answers 401 is made all the same",
        _all_the_same(401, lambda asked, right: asked.with_header("Authorization", right)),
    ),
)

REPEATED_PROPERTIES: Final = (
    Mutant(
        "parts-given-twice",
        "envelope",
        "an SMS that is read has its parts twice, first wrongly",
        on_success(
            lambda told: replace(told, body=told.body.replace(b'"parts":', b'"parts":99,"parts":')), READ
        ),
    ),
)
