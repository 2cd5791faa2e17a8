"""What lies are built from: each function gives a maker, and each proxy makes its lie anew, state and all."""

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

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
    with_message,
)

Maker = Callable[[], Lie]
SENDS: Final = frozenset({SEND, SEND_BY_QUERY})
ZERO: Final = "0000-00-00 00:00:00"
FORM: Final = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Mutant:
    """One deviation from the contract, and nothing else."""

    name: str
    kind: str
    summary: str
    """What the wrong server does, for people."""
    make: Maker
    """Makes the lie with a state of its own."""


# --- answers --------------------------------------------------------------------------------------------


def asks(rewrite: Callable[[Asked], Asked]) -> Maker:
    """The right server is asked something else."""
    return lambda: lambda asked, forward: forward(rewrite(asked))


def tells(change: Callable[[Told, Asked], Told]) -> Maker:
    """Its answer is changed."""
    return lambda: lambda asked, forward: change(forward(asked), asked)


def on_error(change: Callable[[Told], Told], *statuses: int) -> Maker:
    """Answers of these statuses are changed, those of every error when none is named; never those to HEAD."""

    def tell(told: Told, _: Asked) -> Told:
        is_meant = told.status in statuses if statuses else told.status >= 400
        return change(told) if is_meant and told.body else told

    return tells(tell)


def on_success(change: Callable[[Told], Told], *operations: str) -> Maker:
    """Successful answers of these operations are changed; of every one when none is named."""
    return tells(
        lambda told, asked: (
            change(told) if told.status == OK and asked.operation in (operations or ALL) else told
        )
    )


ALL: Final = (LIST, SEND, SEND_BY_QUERY, READ)


def on_envelope(change: Callable[[Json], object], *operations: str) -> Maker:
    """The envelope of successes is changed in place."""
    return on_success(lambda told: edited(told, change), *operations)


def on_result(change: Callable[[Any], Any], *operations: str) -> Maker:
    """The `data` of successes is replaced."""
    return on_envelope(lambda envelope: envelope.update(data=change(envelope["data"])), *operations)


def on_error_data(change: Callable[[Json], object]) -> Maker:
    """The `data` of errors is changed in place."""
    return on_error(lambda told: edited(told, lambda envelope: change(envelope["data"])))


def edited(told: Told, change: Callable[[Json], object]) -> Told:
    """`told` with its JSON object changed in place; as it is when it is none."""
    document = told.json()
    if not isinstance(document, dict):
        return told
    change(document)
    return told.with_json(document)


def on_sms(change: Callable[[Json], object], *operations: str) -> Maker:
    """Each SMS that is read or listed is changed in place."""

    def each(data: Any) -> Any:  # noqa: ANN401 - JSON
        for sms in data if isinstance(data, list) else [data]:
            change(sms)
        return data

    return on_result(each, *(operations or (LIST, READ)))


def put(name: str, change: Callable[[Any], Any]) -> Maker:
    """A property of each SMS is shown changed."""
    return on_sms(lambda sms: sms.update({name: change(sms[name])}))


def on_list(change: Callable[[list[Json]], list[Json]]) -> Maker:
    """What is listed is changed."""
    return on_result(change, LIST)


def with_state(make: Callable[[], Callable[[Asked, Forward], Told]]) -> Maker:
    """A lie that remembers."""
    return make


# --- too lax: the right server is asked something valid, and what was asked is shown again --------------


def accepts(mend: Callable[[Json], object], *operations: str) -> Maker:
    """Sends that `mend` would have to change in place are taken, and shown as they were sent."""

    def make() -> Lie:
        sent: dict[str, Json] = {}

        def lie(asked: Asked, forward: Forward) -> Told:
            if asked.operation not in (operations or SENDS):
                return _shown_as_sent(forward(asked), sent)
            message = message_of(asked)
            mended = copy.deepcopy(message)
            if mended is not None:
                mend(mended)
            if message is None or mended is None or dump(mended) == dump(message):  # 1 == True
                return forward(asked)
            told = forward(with_message(asked, mended))
            if isinstance(told.result, str):
                sent[told.result] = message
            return told

        return lie

    return make


def _shown_as_sent(told: Told, sent: dict[str, Json]) -> Told:
    found = told.result
    listed = found if isinstance(found, list) else [found] if isinstance(found, dict) else []
    known = [sms for sms in listed if sms["hash"] in sent]
    for sms in known:
        _show(sms, sent[sms["hash"]])
    return told.with_json({"status": "success", "data": found}) if known else told


def _show(sms: Json, message: Json) -> None:
    for name, shown in (("from", "from"), ("to", "to"), ("body", "text")):
        if isinstance(message.get(name), str):
            sms[shown] = message[name]
    options = message.get("options")
    if isinstance(options, dict):
        sms["options"] = options


def accepts_raw(mend: Callable[[Asked], Asked], *operations: str) -> Maker:
    """Requests of these operations, of every one when none is named, are mended before they are judged."""
    return asks(lambda asked: mend(asked) if asked.operation in (operations or ALL) else asked)


def accepts_pair(mend: Callable[[str, str], tuple[str, str] | None], *operations: str) -> Maker:
    """Query parameters are mended one by one; None takes one away."""

    def rewrite(asked: Asked) -> Asked:
        pairs = asked.pairs
        mended = [kept for name, value in pairs if (kept := mend(name, value))]
        return asked if mended == pairs else asked.with_pairs(mended)

    return accepts_raw(rewrite, *(operations or (LIST,)))


# --- too strict: what is valid never reaches the right server -------------------------------------------


def refuses(when: Callable[[Json], bool], parameter: str, status: int = 400) -> Maker:
    """Valid sends that `when` is true of are refused."""

    def when_asked(asked: Asked) -> bool:
        message = message_of(asked) if asked.operation in SENDS else None
        return message is not None and when(message)

    return refuses_request(when_asked, parameter, status)


def refuses_request(when: Callable[[Asked], bool], parameter: str, status: int = 400) -> Maker:
    """Requests with the right credentials that `when` is true of are refused."""

    def lie(asked: Asked, forward: Forward) -> Told:
        if not when(asked):
            return forward(asked)
        told = forward(_without_effect(asked))
        return told if told.status == 401 else error(status, f"PROPERTY_VALUE_ERROR [{parameter}]: refused")

    return lambda: lie


def _without_effect(asked: Asked) -> Asked:
    """A read with the same credentials: it tells whether they are right."""
    return replace(asked, method="GET", target=f"{asked.base_path}/sms/ZZZZZZZZ", body=b"").with_header(
        "content-type", None
    )


def text_of(message: Json) -> str:
    """The text of a message; empty when it is none."""
    body = message.get("body")
    return body if isinstance(body, str) else ""


def sender_of(message: Json) -> str:
    """Its sender; empty when there is none."""
    sender = message.get("from")
    return sender if isinstance(sender, str) else ""


def recipient_of(message: Json) -> str:
    """Its recipient; empty when there is none."""
    recipient = message.get("to")
    return recipient if isinstance(recipient, str) else ""


def options_of(message: Json) -> Json:
    """Its options; empty when there are none."""
    options = message.get("options")
    return options if isinstance(options, dict) else {}


# --- windows --------------------------------------------------------------------------------------------

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


@dataclass(frozen=True)
class Window:
    """What a valid list asks for."""

    type: str
    start: datetime
    end: datetime

    def put(self, asked: Asked, **changes: Any) -> Asked:  # noqa: ANN401 - a type or a moment
        """`asked` with this window, but for the changes."""
        found = replace(self, **changes)
        pairs = [("type", found.type), ("from", stamp(found.start)), ("to", stamp(found.end))]
        return asked.with_pairs(pairs)


def stamp(moment: datetime) -> str:
    """`moment` as the API writes it, with four digits for any year."""
    return f"{moment.year:04}-{moment:%m-%d %H:%M:%S}"


def moment_of(text: object) -> datetime | None:
    """What the API's `text` means; None when it is no moment."""
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def window_of(asked: Asked) -> Window | None:
    """The window of a valid list; None for every other request, which is then left alone."""
    pairs = dict(asked.pairs)
    if asked.operation != LIST or len(asked.pairs) != len(pairs) or set(pairs) != {"type", "from", "to"}:
        return None
    start, end = moment_of(pairs["from"]), moment_of(pairs["to"])
    if start is None or end is None or start > end or pairs["type"] not in {"IN", "OUT"}:
        return None
    return Window(pairs["type"], start, end)


def on_window(change: Callable[[Asked, Window], Asked]) -> Maker:
    """Another window is asked for."""

    def rewrite(asked: Asked) -> Asked:
        window = window_of(asked)
        return change(asked, window) if window else asked

    return asks(rewrite)


def later(moment: datetime, seconds: float) -> datetime:
    """`moment` moved by `seconds`; at the ends of the calendar it stays."""
    try:
        return moment + timedelta(seconds=seconds)
    except OverflowError:
        return moment


# --- parts and money ------------------------------------------------------------------------------------


def units(text: str) -> int:
    """UTF-16 code units."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def split(length: int, alone: int, each: int) -> int:
    """How many parts something of `length` takes."""
    return 1 if length <= alone else -(-length // each)


def put_parts(sms: Json, parts: int) -> None:
    """Change the parts of `sms` and let the debit follow them."""
    price = Decimal(sms["b_customer_debit"]) / sms["parts"]
    sms["parts"] = max(1, min(parts, 255))
    sms["b_customer_debit"] = str(price * sms["parts"])


def on_parts(count: Callable[[Json], int | None]) -> Maker:
    """Parts are counted another way; None leaves them."""

    def change(sms: Json) -> None:
        parts = count(sms)
        if parts is not None:
            put_parts(sms, parts)

    return on_sms(change)


def dump(document: object) -> bytes:
    """JSON as the lies write it."""
    return json.dumps(document).encode()
