"""Servers whose webhooks have a wrong shape, or a wrong request around it."""

import copy
import json
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from mutants.builders import Maker, Mutant
from mutants.lies.webhooks import KIND, carries, pushes
from mutants.messages import Json
from mutants.webhook_proxy import Deliver, Push


@dataclass
class _Stale:
    """Show the SMS in each event as in the event before."""

    last: dict[str, Json] = field(default_factory=dict)

    def __call__(self, pushed: Push, send: Deliver) -> int:
        name = pushed.event["data"]["hash"]
        before = self.last.get(name, pushed.event["data"])
        if pushed.event["try"] == 0:
            self.last[name] = pushed.event["data"]
        return send(pushed.having(data=before))


@dataclass
class _Another:
    """Show the SMS of the event before in each event."""

    last: Json | None = None

    def __call__(self, pushed: Push, send: Deliver) -> int:
        before, self.last = self.last or pushed.event["data"], pushed.event["data"]
        return send(pushed.having(data=before))


def _shows(change: Callable[[Json], Any]) -> Maker:
    """Change the SMS in the event."""

    def changed(pushed: Push) -> Push:
        data = copy.deepcopy(pushed.event["data"])
        change(data)
        return pushed.having(data=data)

    return pushes(changed)


def _rfc3339(data: Json) -> None:
    for name in ("date_creation", "date_update", "date_sent", "date_received"):
        data[name] = f"{data[name].replace(' ', 'T')}Z"


def _at_push(pushed: Push) -> Push:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return pushed.having(event_at=now.replace("+00:00", "Z"))


DATA = (
    Mutant("hook-data-stale", KIND, "an event shows the SMS as it was before the change", carries(_Stale)),
    Mutant("hook-data-of-another", KIND, "an event shows another SMS", carries(_Another)),
    Mutant("hook-data-rfc3339", KIND, "the dates in an event are those of RFC 3339", _shows(_rfc3339)),
    Mutant(
        "hook-data-text",
        KIND,
        "the text in an event has lost its last character",
        _shows(lambda data: data.update(text=data["text"][:-1])),
    ),
    Mutant(
        "hook-data-number",
        KIND,
        "the number in an event has no plus",
        _shows(lambda data: data.update(to=data["to"][1:])),
    ),
    Mutant(
        "hook-data-other-number",
        KIND,
        "an event shows another recipient",
        _shows(lambda data: data.update(to=f"{data['to'][:-1]}0")),
    ),
    Mutant(
        "hook-data-no-options",
        KIND,
        "an event shows no options",
        _shows(lambda data: data.update(options=None)),
    ),
    Mutant(
        "hook-data-user-data",
        KIND,
        "an event shows no user_data",
        _shows(lambda data: data.update(user_data="")),
    ),
    Mutant(
        "hook-data-parts-string",
        KIND,
        "parts is a string in an event",
        _shows(lambda data: data.update(parts=str(data["parts"]))),
    ),
    Mutant(
        "hook-data-no-history",
        KIND,
        "an event shows no history",
        _shows(lambda data: data.pop("status_history")),
    ),
    Mutant(
        "hook-data-last-change",
        KIND,
        "an event shows only the last entry of the history",
        _shows(lambda data: data.update(status_history=data["status_history"][-1:])),
    ),
    Mutant(
        "hook-data-status",
        KIND,
        "the status in an event is in lower case",
        _shows(lambda data: data.update(status=data["status"].lower())),
    ),
    Mutant(
        "hook-data-brief",
        KIND,
        "an event shows the hash and the status alone",
        _shows(lambda data: [data.pop(name) for name in data.keys() - {"hash", "status"}]),
    ),
    Mutant(
        "hook-at-without-zone",
        KIND,
        "event_at is written like the dates of an SMS",
        pushes(lambda pushed: pushed.having(event_at=pushed.event["event_at"][:19].replace("T", " "))),
    ),
    Mutant(
        "hook-at-seconds",
        KIND,
        "event_at has no milliseconds",
        pushes(lambda pushed: pushed.having(event_at=f"{pushed.event['event_at'][:19]}Z")),
    ),
    Mutant("hook-at-push", KIND, "event_at is the moment of the push", pushes(_at_push)),
    Mutant(
        "hook-at-number",
        KIND,
        "event_at is seconds since 1970",
        pushes(lambda pushed: pushed.having(event_at=1710816088)),
    ),
    Mutant(
        "hook-hash-given",
        KIND,
        "hook_hash is not null",
        pushes(lambda pushed: pushed.having(hook_hash="C4BZ9XKQ")),
    ),
    Mutant(
        "hook-type-short",
        KIND,
        "the type of an event is sms.status",
        pushes(lambda pushed: pushed.having(type="sms.status")),
    ),
    Mutant(
        "hook-no-try",
        KIND,
        "an event has no try",
        pushes(
            lambda pushed: replace(
                pushed, event={name: value for name, value in pushed.event.items() if name != "try"}
            )
        ),
    ),
)


def _as_form(pushed: Push) -> Push:
    event = {name: json.dumps(value) for name, value in pushed.event.items()}
    kind = "application/x-www-form-urlencoded"
    return replace(pushed, kind=kind, body=urllib.parse.urlencode(event).encode())


def _without_query(pushed: Push) -> Push:
    return replace(pushed, hook=replace(pushed.hook, endpoint=pushed.hook.endpoint.partition("?")[0]))


TRANSPORT = (
    Mutant(
        "hook-put", KIND, "events are sent with PUT", pushes(lambda pushed: replace(pushed, method="PUT"))
    ),
    Mutant(
        "hook-get",
        KIND,
        "events are sent with GET, without a body",
        pushes(lambda pushed: replace(pushed, method="GET", body=b"")),
    ),
    Mutant(
        "hook-text-plain",
        KIND,
        "events are sent as text/plain",
        pushes(lambda pushed: replace(pushed, kind="text/plain")),
    ),
    Mutant(
        "hook-no-type",
        KIND,
        "events have no content type",
        pushes(lambda pushed: replace(pushed, kind=None)),
    ),
    Mutant("hook-form", KIND, "events are sent as a form", pushes(_as_form)),
    Mutant(
        "hook-agent",
        KIND,
        "events name another user agent",
        pushes(lambda pushed: replace(pushed, agent="curl/8")),
    ),
    Mutant(
        "hook-no-agent",
        KIND,
        "events name no user agent",
        pushes(lambda pushed: replace(pushed, agent=None)),
    ),
    Mutant("hook-without-query", KIND, "the query of an endpoint is left out", pushes(_without_query)),
    Mutant(
        "hook-enveloped",
        KIND,
        "events come in the envelope of answers",
        pushes(
            lambda pushed: replace(
                pushed, body=json.dumps({"status": "success", "data": pushed.event}).encode()
            )
        ),
    ),
    Mutant(
        "hook-batched",
        KIND,
        "events come in a list",
        pushes(lambda pushed: replace(pushed, body=json.dumps([pushed.event]).encode())),
    ),
    Mutant(
        "hook-latin",
        KIND,
        "events are written in Latin 1",
        pushes(
            lambda pushed: replace(
                pushed, body=json.dumps(pushed.event, ensure_ascii=False).encode("latin-1", "replace")
            )
        ),
    ),
)

EVENT_SHAPES = (*DATA, *TRANSPORT)
