"""Servers that send, answer or push twice, or answer all requests alike."""

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
    Forward,
    Json,
    Request,
    Response,
    message_of,
    with_message,
)

# --- one SMS too many -----------------------------------------------------------------------------------


@dataclass
class _Again:
    """Repeat every nth send, without `user_data` if unmarked."""

    every: int
    unmarked: bool
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __call__(self, request: Request, forward: Forward) -> Response:
        reply = forward(request)
        message = message_of(request) if request.operation in SENDS and reply.status == OK else None
        if message is not None and next(self.numbers) % self.every == 0:
            forward(with_message(request, _without_mark(message)) if self.unmarked else request)
        return reply


def _without_mark(message: Json) -> Json:
    options = {name: value for name, value in options_of(message).items() if name != "user_data"}
    return {**{name: value for name, value in message.items() if name != "options"}, "options": options}


def _all_the_same(status: int, mend: Callable[[Request, str], Request]) -> Maker:
    """Send although the response has `status`."""

    def make() -> _Insisting:
        return _Insisting(status, mend)

    return make


@dataclass
class _Insisting:
    status: int
    mend: Callable[[Request, str], Request]
    right: str = ""

    def __call__(self, request: Request, forward: Forward) -> Response:
        reply = forward(request)
        if reply.status == OK:
            self.right = request.header("authorization")
        if reply.status == self.status and request.operation in SENDS and self.right:
            forward(self.mend(request, self.right))
        return reply


def _valid(request: Request, _: str) -> Request:
    message = message_of(request) or {}
    return with_message(request, {"to": _TO, "body": text_of(message)[:100] or "x"})


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
        "an SMS is sent although the response is 400",
        _all_the_same(400, _valid),
    ),
    Mutant(
        "sends-for-strangers",
        "doubles",
        "an SMS is sent although the response is 401",
        _all_the_same(401, lambda request, right: request.with_header("Authorization", right)),
    ),
)

REPEATED_PROPERTIES: Final = (
    Mutant(
        "parts-given-twice",
        "envelope",
        "an SMS that is read has its parts twice, first wrongly",
        on_success(
            lambda reply: replace(reply, body=reply.body.replace(b'"parts":', b'"parts":99,"parts":')), READ
        ),
    ),
)
