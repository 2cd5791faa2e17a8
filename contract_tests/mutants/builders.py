"""Builders of lies. Each returns a maker, which a proxy calls for a lie with a state of its own."""

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
    Forward,
    Json,
    Lie,
    Request,
    Response,
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


def on_request(rewrite: Callable[[Request], Request]) -> Maker:
    """Change the request before the right server gets it."""
    return lambda: lambda request, forward: forward(rewrite(request))


def on_reply(change: Callable[[Response, Request], Response]) -> Maker:
    """Change the response of the right server."""
    return lambda: lambda request, forward: change(forward(request), request)


def on_error(change: Callable[[Response], Response], *statuses: int) -> Maker:
    """Change responses with these statuses (default: every error), except those to HEAD."""

    def tell(reply: Response, _: Request) -> Response:
        is_meant = reply.status in statuses if statuses else reply.status >= 400
        return change(reply) if is_meant and reply.body else reply

    return on_reply(tell)


def on_success(change: Callable[[Response], Response], *operations: str) -> Maker:
    """Change successful responses of these operations (default: all)."""
    return on_reply(
        lambda reply, request: (
            change(reply) if reply.status == OK and request.operation in (operations or ALL) else reply
        )
    )


ALL: Final = (LIST, SEND, SEND_BY_QUERY, READ)


def on_envelope(change: Callable[[Json], object], *operations: str) -> Maker:
    """Change the envelope of successes in place."""
    return on_success(lambda reply: edited(reply, change), *operations)


def on_result(change: Callable[[Any], Any], *operations: str) -> Maker:
    """Replace the `data` of successes."""
    return on_envelope(lambda envelope: envelope.update(data=change(envelope["data"])), *operations)


def on_error_data(change: Callable[[Json], object]) -> Maker:
    """Change the `data` of errors in place."""
    return on_error(lambda reply: edited(reply, lambda envelope: change(envelope["data"])))


def edited(reply: Response, change: Callable[[Json], object]) -> Response:
    """Return `reply` with its JSON object changed; unchanged when the body is no JSON object."""
    document = reply.json()
    if not isinstance(document, dict):
        return reply
    change(document)
    return reply.with_json(document)


def on_sms(change: Callable[[Json], object], *operations: str) -> Maker:
    """Change each SMS that is read or listed in place."""

    def each(data: Any) -> Any:  # noqa: ANN401 - JSON
        for sms in data if isinstance(data, list) else [data]:
            change(sms)
        return data

    return on_result(each, *(operations or (LIST, READ)))


def put(name: str, change: Callable[[Any], Any]) -> Maker:
    """Change a property of each SMS."""
    return on_sms(lambda sms: sms.update({name: change(sms[name])}))


def on_list(change: Callable[[list[Json]], list[Json]]) -> Maker:
    """Change a list."""
    return on_result(change, LIST)


def with_state(make: Callable[[], Callable[[Request, Forward], Response]]) -> Maker:
    """Make a lie with a state."""
    return make


# --- too lax: the right server is asked something valid, and what was asked is shown again --------------


def accepts(mend: Callable[[Json], object], *operations: str) -> Maker:
    """Accept sends that `mend` changes in place, and show them as they were sent."""

    def make() -> Lie:
        sent: dict[str, Json] = {}

        def lie(request: Request, forward: Forward) -> Response:
            if request.operation not in (operations or SENDS):
                return _shown_as_sent(forward(request), sent)
            message = message_of(request)
            mended = copy.deepcopy(message)
            if mended is not None:
                mend(mended)
            if message is None or mended is None or dump(mended) == dump(message):  # 1 == True
                return forward(request)
            reply = forward(with_message(request, mended))
            if isinstance(reply.result, str):
                sent[reply.result] = message
            return reply

        return lie

    return make


def _shown_as_sent(reply: Response, sent: dict[str, Json]) -> Response:
    found = reply.result
    listed = found if isinstance(found, list) else [found] if isinstance(found, dict) else []
    known = [sms for sms in listed if sms["hash"] in sent]
    for sms in known:
        _show(sms, sent[sms["hash"]])
    return reply.with_json({"status": "success", "data": found}) if known else reply


def _show(sms: Json, message: Json) -> None:
    for name, shown in (("from", "from"), ("to", "to"), ("body", "text")):
        if isinstance(message.get(name), str):
            sms[shown] = message[name]
    options = message.get("options")
    if isinstance(options, dict):
        sms["options"] = options


def accepts_raw(mend: Callable[[Request], Request], *operations: str) -> Maker:
    """Mend requests of these operations (default: all) before the right server judges them."""
    return on_request(lambda request: mend(request) if request.operation in (operations or ALL) else request)


def accepts_pair(mend: Callable[[str, str], tuple[str, str] | None], *operations: str) -> Maker:
    """Mend query parameters one by one; None removes one."""

    def rewrite(request: Request) -> Request:
        pairs = request.pairs
        mended = [kept for name, value in pairs if (kept := mend(name, value))]
        return request if mended == pairs else request.with_pairs(mended)

    return accepts_raw(rewrite, *(operations or (LIST,)))


# --- too strict: what is valid never reaches the right server -------------------------------------------


def refuses(when: Callable[[Json], bool], parameter: str, status: int = 400) -> Maker:
    """Refuse valid sends for which `when` is true."""

    def when_asked(request: Request) -> bool:
        message = message_of(request) if request.operation in SENDS else None
        return message is not None and when(message)

    return refuses_request(when_asked, parameter, status)


def refuses_request(when: Callable[[Request], bool], parameter: str, status: int = 400) -> Maker:
    """Refuse requests with the right credentials for which `when` is true."""

    def lie(request: Request, forward: Forward) -> Response:
        if not when(request):
            return forward(request)
        reply = forward(_without_effect(request))
        return reply if reply.status == 401 else error(status, f"PROPERTY_VALUE_ERROR [{parameter}]: refused")

    return lambda: lie


def _without_effect(request: Request) -> Request:
    """Return a read with the same credentials, which shows whether they are right."""
    return replace(request, method="GET", target=f"{request.base_path}/sms/ZZZZZZZZ", body=b"").with_header(
        "content-type", None
    )


def text_of(message: Json) -> str:
    """Return the text of a message; empty when it is not a string."""
    body = message.get("body")
    return body if isinstance(body, str) else ""


def sender_of(message: Json) -> str:
    """Return its sender; empty by default."""
    sender = message.get("from")
    return sender if isinstance(sender, str) else ""


def recipient_of(message: Json) -> str:
    """Return its recipient; empty by default."""
    recipient = message.get("to")
    return recipient if isinstance(recipient, str) else ""


def options_of(message: Json) -> Json:
    """Return its options; empty by default."""
    options = message.get("options")
    return options if isinstance(options, dict) else {}


# --- windows --------------------------------------------------------------------------------------------

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


@dataclass(frozen=True)
class Window:
    """The window and the type of a valid list."""

    type: str
    start: datetime
    end: datetime

    def put(self, request: Request, **changes: Any) -> Request:  # noqa: ANN401 - a type or a moment
        """Return `request` with this window and the changes."""
        found = replace(self, **changes)
        pairs = [("type", found.type), ("from", stamp(found.start)), ("to", stamp(found.end))]
        return request.with_pairs(pairs)


def stamp(moment: datetime) -> str:
    """Return `moment` as the API writes it, with four digits for any year."""
    return f"{moment.year:04}-{moment:%m-%d %H:%M:%S}"


def moment_of(text: object) -> datetime | None:
    """Return the moment of the API's `text`; None when it is not a datetime."""
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def window_of(request: Request) -> Window | None:
    """Return the window of a valid list; None for every other request, which then stays unchanged."""
    pairs = dict(request.pairs)
    if request.operation != LIST or len(request.pairs) != len(pairs) or set(pairs) != {"type", "from", "to"}:
        return None
    start, end = moment_of(pairs["from"]), moment_of(pairs["to"])
    if start is None or end is None or start > end or pairs["type"] not in {"IN", "OUT"}:
        return None
    return Window(pairs["type"], start, end)


def on_window(change: Callable[[Request, Window], Request]) -> Maker:
    """Ask for another window."""

    def rewrite(request: Request) -> Request:
        window = window_of(request)
        return change(request, window) if window else request

    return on_request(rewrite)


def later(moment: datetime, seconds: float) -> datetime:
    """Return `moment` moved by `seconds`, within the calendar."""
    try:
        return moment + timedelta(seconds=seconds)
    except OverflowError:
        return moment


# --- parts and money ------------------------------------------------------------------------------------


def units(text: str) -> int:
    """Return the number of UTF-16 code units."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def split(length: int, alone: int, each: int) -> int:
    """Return how many parts a text of `length` takes."""
    return 1 if length <= alone else -(-length // each)


def put_parts(sms: Json, parts: int) -> None:
    """Change the parts of `sms`, and the debit with them."""
    price = Decimal(sms["b_customer_debit"]) / sms["parts"]
    sms["parts"] = max(1, min(parts, 255))
    sms["b_customer_debit"] = str(price * sms["parts"])


def on_parts(count: Callable[[Json], int | None]) -> Maker:
    """Count parts another way; None leaves them."""

    def change(sms: Json) -> None:
        parts = count(sms)
        if parts is not None:
            put_parts(sms, parts)

    return on_sms(change)


def dump(document: object) -> bytes:
    """Return JSON as the lies write it."""
    return json.dumps(document).encode()
