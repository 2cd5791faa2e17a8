"""The state machine: thousands of calls that build on one another, each compared with the model.

It sends with both operations, reads what it sent again and again, and lists windows around the seconds in
which its SMS were created. The order of the calls and their values are drawn from the seed.
"""

import math
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from random import Random
from typing import Any, Final, Unpack

from callr_sms_contract import events
from callr_sms_contract.generation import draw, messages
from callr_sms_contract.oracle import OK, Exchange
from callr_sms_contract.phases.follow_up import beside
from callr_sms_contract.phases.phase import Phase, PhaseOver, RunContext
from callr_sms_contract.settings import ACCOUNT_PHASE
from callr_sms_contract.wire import Options, Pairs, Reply, parsed_json

_MESSAGES: Final = 250

_WRONG: Final[tuple[Mapping[str, Any], ...]] = (
    {"to": "0639981234"},
    {"to": None},
    {"body": ""},
    {"from": "+33639981234"},
    {"from": "12345678901"},
    {"options": []},
    {"options": {"priority": 1}},
    {"options": {"nature": "alerting"}},
    {"options": {"flash_message": "true"}},
    {"text": "x"},
)
"""Changes that make any message invalid."""
_LOOK_ALIKES: Final = str.maketrans("0O1I", "O0I1")
"""Characters of a hash that look alike."""


class StateMachine(Phase):
    """Calls drawn from the seed, of a server to which SMS may be sent."""

    name = counted_as = ACCOUNT_PHASE

    def __init__(self, context: RunContext) -> None:
        super().__init__(context)
        self._random = Random(self._settings.own_seed)  # noqa: S311 - it draws tests, no secrets
        self._messages: list[dict[str, Any]] = []
        self._hashes: list[str] = []
        self._unjudged: tuple[str, Reply] | None = None
        """The last reply, with the label of its operation; it is judged during the next request."""

    def reason_to_skip(self) -> str | None:
        """Return "" for a live server, and when other phases were selected."""
        return "" if self._context.is_live or ACCOUNT_PHASE not in self._settings.phases else None

    def prepare(self) -> None:
        """Draw the messages to send."""
        self._messages = self._messages or draw(messages(), _MESSAGES, self._settings.own_seed)

    def run(self) -> None:
        """Make the calls of the profile, fewer when they take longer than its limit or the phase's time."""
        found = self._moves()
        if not found:
            return
        moves, weights = zip(*found, strict=True)
        self.prepare()
        self._context.schedule.begin(self.name)  # it takes seconds to draw the messages, and makes no request
        limit = self._settings.profile.account_seconds if self._settings.max_seconds is None else math.inf
        deadline = time.monotonic() + limit
        calls = self._settings.share(self._settings.profile.account_calls)
        with closing(self._client):
            with suppress(PhaseOver):
                for move in self._random.choices(moves, weights, k=calls):
                    self._context.emit(events.BetweenRequests())
                    if time.monotonic() > deadline:
                        self._context.schedule.was_cut()
                        break
                    move()
            self._judge_last()
        self._context.watch.raise_if_stopped()

    def _ask(
        self,
        method: str,
        path: str,
        query: Pairs | str | None = None,
        label: str = "",
        **options: Unpack[Options],
    ) -> Exchange | None:
        """Send a request; its response is judged while the server works on the next one.

        On two cores, the judging thus takes no time of its own. Always returns None.
        """
        self._end_in_time()
        options["meanwhile"] = self._judge_last
        reply = self._client.send(method, path, query, **options)
        self._judge_last()  # when the request could not be written
        self._unjudged = label or f"{method} {path}", reply
        if self._context.watch.is_stopped:
            self._judge_last()
        self._context.watch.raise_if_stopped()
        return None

    def _judge_last(self) -> None:
        if self._unjudged is not None:
            (label, reply), self._unjudged = self._unjudged, None
            self._context.recorder.record(self.counted_as, label, reply)

    def _moves(self) -> list[tuple[Callable[[], None], int]]:
        """Return the calls that the settings allow, with their weights."""
        moves: dict[str, tuple[tuple[Callable[[], None], int], ...]] = {
            "sendSms": ((self._send, 220), (self._send_wrong, 40)),
            "sendSmsByQuery": ((self._send_by_query, 120),),
            "getSms": ((self._read_newest, 200), (self._read_any, 260), (self._read_unknown, 40)),
            "listSms": ((self._list_around, 12), (self._list_nothing, 60), (self._list_swapped, 40)),
        }
        wanted = self._settings.operations or tuple(moves)
        return [move for operation in wanted for move in moves.get(operation, ())]

    def _message(self) -> dict[str, Any]:
        return self._random.choice(self._messages)

    def _send(self) -> None:
        self._ask("POST", "/sms", document=self._message())
        self._note()

    def _send_wrong(self) -> None:
        self._ask("POST", "/sms", document={**self._message(), **self._random.choice(_WRONG)})

    def _send_by_query(self) -> None:
        self._ask("GET", "/sms/send", flat(self._message()))
        self._note()

    def _note(self) -> None:
        """Note the hash in the last response, which the next call may read at once."""
        response = self._unjudged[1][1] if self._unjudged is not None else None
        envelope = parsed_json(response)
        found = envelope.get("data") if isinstance(envelope, dict) else None
        if response is not None and response.status == OK and isinstance(found, str):
            self._hashes.append(found)

    def _known(self) -> str:
        return self._random.choice(self._hashes) if self._hashes else "ZZZZZZZZ"

    def _read_newest(self) -> None:
        self._read(self._hashes[-1] if self._hashes else "ZZZZZZZZ")

    def _read_any(self) -> None:
        self._read(self._known())

    def _read_unknown(self) -> None:
        known = self._known()
        wrong = [known.lower(), known[:-1], f"{known}0", known[::-1], "00000000"]
        self._read(self._random.choice([*wrong, known.translate(_LOOK_ALIKES)]))

    def _second(self) -> str:
        return self._account.creation(self._known()) or "2024-03-19 00:00:00"

    def _list_around(self) -> None:
        """List the second of an SMS, with or without the seconds next to it."""
        second = self._second()
        before, after = beside(second)
        windows = ((second, second), (before, second), (second, after), (before, before), (after, after))
        self._list("OUT", *self._random.choice(windows))

    def _list_nothing(self) -> None:
        second = self._second()
        direction, year = self._random.choice((("IN", second[:4]), ("OUT", "1970"), ("OUT", "2999")))
        self._list(direction, year + second[4:], year + second[4:])

    def _list_swapped(self) -> None:
        before, after = beside(self._second())
        self._list("OUT", after, before)

    def _list(self, direction: str, start: str, end: str) -> None:
        query = [("type", direction), ("from", start), ("to", end)]
        self._random.shuffle(query)
        self._ask("GET", "/sms", query)


def flat(message: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a message as the pairs of a query string."""
    pairs = [(name, str(value)) for name, value in message.items() if name != "options"]
    for name, value in (message.get("options") or {}).items():
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        pairs.append((f"options.{name}", shown))
    return pairs
