"""Lies that only a memory of the account notices: each answer is one that the contract allows."""

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.contract_tests.lies import LIST, READ, SEND, SEND_BY_QUERY, Lie, in_success
from tests.contract_tests.lying_proxy import Asked, Told

MODEL = "account_model"


def _lie(name: str, rule: str, change: Callable[[dict[str, Any]], None]) -> Lie:
    return Lie(name, MODEL, (SEND, READ, LIST), tell=in_success(change), rule=rule)


def _in_lists(change: Callable[[list[dict[str, Any]]], object]) -> Callable[[Told, Asked], Told]:
    """Change the list of each answer that holds one."""

    def tell(told: Told, _: Asked) -> Told:
        document = told.json()
        if told.status == 200 and isinstance(document["data"], list):
            change(document["data"])
            return told.with_json(document)
        return told

    return tell


def _list_lie(name: str, rule: str, change: Callable[[list[dict[str, Any]]], object]) -> Lie:
    return Lie(name, MODEL, (SEND, LIST), tell=_in_lists(change), rule=rule)


def _first_hash_again() -> Callable[[Told, Asked], Told]:
    first: list[str] = []

    def tell(told: Told, _: Asked) -> Told:
        document = told.json()
        if told.status == 200 and isinstance(document["data"], str):
            first.append(document["data"])
            return told.with_json({**document, "data": first[0]})
        return told

    return tell


def _every_other_time(change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    turns = itertools.cycle((False, True))
    return lambda sms: change(sms) if next(turns) else None


def _without_end(to: str) -> Callable[[Told, Asked], Told]:
    """Leave out of a list what was created at its first or last second."""

    def tell(told: Told, asked: Asked) -> Told:
        document = told.json()
        if told.status != 200 or not isinstance(document["data"], list):
            return told
        end = dict(asked.pairs)[to]
        kept = [sms for sms in document["data"] if sms["date_creation"] != end]
        return told.with_json({**document, "data": kept})

    return tell


def _one_second_more(asked: Asked) -> Asked:
    values = dict(asked.pairs)
    if not asked.path.endswith("/sms") or len(values) != 3 or values["to"] >= "9999":
        return asked
    later = datetime.fromisoformat(values["to"]) + timedelta(seconds=1) if values["to"][:2] == "20" else None
    return asked if later is None else asked.with_pairs([*{**values, "to": later.isoformat(" ")}.items()])


def _any_type(asked: Asked) -> Asked:
    return asked.with_pairs([(name, "OUT" if value == "IN" else value) for name, value in asked.pairs])


def _days_apart(sms: dict[str, Any]) -> None:
    day = int(sms["hash"], 36) % 28 + 1
    sms["date_creation"] = f"2020-02-{day:02} 00:00:00"


def _later(member: str) -> Callable[[dict[str, Any]], None]:
    def change(sms: dict[str, Any]) -> None:
        if not sms[member].startswith("0000"):
            sms[member] = (datetime.fromisoformat(sms[member]) + timedelta(seconds=1)).isoformat(" ")

    return change


def _without_history(sms: dict[str, Any]) -> None:
    sms.update(status_history=[], status="CREATED")


def _skipping(sms: dict[str, Any]) -> None:
    history = sms["status_history"]
    if len(history) > 2:
        history[0]["new_status"] = history[1]["new_status"]
        del history[1]


def _set(**members: Any) -> Callable[[dict[str, Any]], None]:  # noqa: ANN401 - JSON
    return lambda sms: sms.update(members)


MODEL_LIES = (
    Lie("one hash for all", MODEL, (SEND, READ), tell=_first_hash_again(), rule="hash-unique"),
    _lie("the text is trimmed", "sent-comes-back", lambda sms: sms.update(text=sms["text"].strip() or "x")),
    _lie("the text is in capitals", "sent-comes-back", lambda sms: sms.update(text=sms["text"].upper())),
    _lie("the options are lost", "sent-comes-back", _set(options=None, nature="MARKETING")),
    _lie("user data is lost", "sent-comes-back", _set(user_data="")),
    _lie(
        "an empty sender is filled in",
        "sent-comes-back",
        lambda sms: sms.update({"from": sms["from"] or "CALLR"}),
    ),
    _lie("an option that was not sent", "sent-comes-back", _set(options={"flash_message": False})),
    Lie(
        "a query is decoded twice",
        MODEL,
        (SEND_BY_QUERY, READ),
        rewrite=lambda asked: asked.with_pairs(
            [(k, v.replace("+", " ") if k == "body" else v) for k, v in asked.pairs]
        ),
        rule="sent-comes-back",
    ),
    _lie(
        "the STOP number is not put in",
        "stop-number",
        lambda sms: sms.update(text=sms["text"].replace("36111", "%STOPNUM%")),
    ),
    _lie("everything is GSM", "encoding-follows-text", _set(encoding="GSM")),
    _lie("everything is UNICODE", "encoding-follows-text", _set(encoding="UNICODE")),
    _lie("everything is one part", "parts-count", _set(parts=1)),
    _lie("everything is ALERTING", "nature-as-asked", _set(nature="ALERTING")),
    _lie("every SMS costs the same", "debit-follows-parts", _set(b_customer_debit="7.80")),
    _lie("days are made up", "creation-follows-sends", _days_apart),
    Lie(
        "the mode changes from read to read",
        MODEL,
        (SEND, READ),
        tell=in_success(_every_other_time(_set(b_customer_mode="PREPAID"))),
        rule="members-fixed",
    ),
    Lie(
        "a history is lost again",
        MODEL,
        (SEND, READ),
        tell=in_success(_every_other_time(_without_history)),
        rule="history-grows",
    ),
    _lie("the status is behind the history", "status-follows-life", _set(status="CREATED")),
    _lie("a status is skipped", "status-follows-life", _skipping),
    _lie("an error without an error", "status-follows-life", _set(status_error="none")),
    _lie("received before it was sent", "dates-in-order", _set(date_received="2001-01-01 00:00:00")),
    _lie("updated a second too late", "dates-match-history", _later("date_update")),
    _lie("sent a second too late", "dates-match-history", _later("date_sent")),
    _list_lie("a list of at most 100", "list-complete", lambda found: found.__delitem__(slice(100, None))),
    _list_lie("the last SMS is listed twice", "list-complete", lambda found: found.extend(found[-1:])),
    _list_lie("newest first", "list-order", lambda found: found.reverse()),
    _list_lie(
        "a list by hash", "list-order", lambda found: found.sort(key=lambda sms: str(sms["hash"])[::-1])
    ),
    Lie("a list for any type", MODEL, (SEND, LIST), rewrite=_any_type, rule="list-type"),
    Lie(
        "a list without its first second",
        MODEL,
        (SEND, LIST),
        tell=_without_end("from"),
        rule="list-window-inclusive",
    ),
    Lie(
        "a list without its last second",
        MODEL,
        (SEND, LIST),
        tell=_without_end("to"),
        rule="list-window-inclusive",
    ),
    Lie(
        "a list of a second more", MODEL, (SEND, LIST), rewrite=_one_second_more, rule="list-window-inclusive"
    ),
    Lie(
        "a list hides the network",
        MODEL,
        (SEND, READ, LIST),
        tell=_in_lists(lambda found: [sms.update(network="") for sms in found]),
        rule="list-equals-read",
    ),
)
