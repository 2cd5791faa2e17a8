"""Lies that a wrong server could tell, each the only thing wrong with it."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tests.contract_tests.lying_proxy import Asked, Told

LIST, SEND, SEND_BY_QUERY, READ = "listSms", "sendSms", "sendSmsByQuery", "getSms"


@dataclass(frozen=True)
class Lie:
    """One lie, the smallest run that meets it, and the check that has to notice."""

    name: str
    check: str
    operations: tuple[str, ...]
    phases: tuple[str, ...] = ("examples",)
    rewrite: Callable[[Asked], Asked] = field(default=lambda asked: asked, repr=False)
    tell: Callable[[Told, Asked], Told] = field(default=lambda told, _: told, repr=False)
    rule: str | None = None
    """The rule of the contract that the failure has to name."""


def in_success(change: Callable[[Any], None]) -> Callable[[Told, Asked], Told]:
    """Change the data of each successful answer that holds SMS."""

    def tell(told: Told, _: Asked) -> Told:
        document = told.json()
        if told.status == 200:
            found = document["data"]
            for sms in found if isinstance(found, list) else [found]:
                if isinstance(sms, dict):
                    change(sms)
            return told.with_json(document)
        return told

    return tell


def _envelope(change: Callable[[dict[str, Any]], None], *, errors: bool) -> Callable[[Told, Asked], Told]:
    def tell(told: Told, _: Asked) -> Told:
        document = told.json()
        if document is None or (told.status >= 400) is not errors:
            return told
        change(document)
        return told.with_json(document)

    return tell


def _without_header(name: str) -> Callable[[Told, Asked], Told]:
    def tell(told: Told, _: Asked) -> Told:
        return replace(told, headers={key: text for key, text in told.headers.items() if key.lower() != name})

    return tell


def _in_message(change: Callable[[dict[str, Any]], None]) -> Callable[[Asked], Asked]:
    """Change what is sent before the right server sees it: so it comes to accept what it should not."""

    def rewrite(asked: Asked) -> Asked:
        message = asked.json()
        if asked.method == "POST" and isinstance(message, dict):
            change(message)
            return replace(asked, body=json.dumps(message).encode())
        return asked

    return rewrite


def _in_pairs(change: Callable[[str, str], tuple[str, str] | None]) -> Callable[[Asked], Asked]:
    def rewrite(asked: Asked) -> Asked:
        return asked.with_pairs([kept for name, value in asked.pairs if (kept := change(name, value))])

    return rewrite


def _created(told: Told, asked: Asked) -> Told:
    return replace(told, status=201) if told.status == 200 and asked.method == "POST" else told


def _html(told: Told, _: Asked) -> Told:
    if told.status != 400:
        return told
    return Told(400, {**told.headers, "content-type": "text/html"}, b"<h1>Bad Request</h1>")


def _not_found(told: Told, asked: Asked) -> Told:
    is_read = asked.method == "GET" and not asked.path.endswith(("/sms", "/send"))
    if told.status != 200 or not is_read:
        return told
    body = b'{"status": "error", "data": {"code": 404, "message": "PROPERTY_VALUE_ERROR [id]"}}'
    return Told(404, told.headers, body)


def _server_error(told: Told, asked: Asked) -> Told:
    if asked.method != "POST" or told.status != 400:
        return told
    return Told(500, told.headers, b'{"status": "error", "data": {"code": 500, "message": "INTERNAL_ERROR"}}')


def _as_date_time(sms: dict[str, Any]) -> None:
    sms["date_creation"] = sms["date_creation"].replace(" ", "T") + "Z"


def _ordered(asked: Asked) -> Asked:
    values = dict(asked.pairs)
    if len(asked.pairs) == len(values) == 3 and values.get("from", "") > values.get("to", ""):
        return asked.with_pairs([("type", values["type"]), ("from", values["to"]), ("to", values["from"])])
    return asked


def _once(asked: Asked) -> Asked:
    return asked.with_pairs(list(dict(asked.pairs).items()))


def _authorized(asked: Asked) -> Asked:
    token = base64.b64encode(b"emulator:emulator").decode()
    kept = {name: value for name, value in asked.headers.items() if name.lower() != "authorization"}
    return replace(asked, headers={**kept, "Authorization": f"Basic {token}"})


def _with_name(message: dict[str, Any]) -> None:
    if str(message.get("from", "")).isdigit():
        message["from"] = "SMS"


def _known_options(message: dict[str, Any]) -> None:
    if isinstance(message.get("options"), dict):
        message["options"].pop("priority", None)


def _fewer_parts(message: dict[str, Any]) -> None:
    if isinstance(message.get("body"), str):
        message["body"] = message["body"][: 255 * 33]


def _something(message: dict[str, Any]) -> None:
    message["body"] = message.get("body") or "x"


def _stripped(message: dict[str, Any]) -> None:
    if isinstance(message.get("to"), str):
        message["to"] = message["to"].rstrip("\n")


def _as_json(asked: Asked) -> Asked:
    kept = {name: value for name, value in asked.headers.items() if name.lower() != "content-type"}
    return replace(asked, headers={**kept, "Content-Type": "application/json"}) if asked.body else asked


def _no_allow_of_post(told: Told, _: Asked) -> Told:
    return replace(told, headers={**told.headers, "allow": "GET"}) if told.status == 405 else told


def _refuses_shared_sender(told: Told, asked: Asked) -> Told:
    message = asked.json()
    if told.status != 200 or not isinstance(message, dict) or message.get("from", "") != "":
        return told
    body = b'{"status": "error", "data": {"code": 400, "message": "PROPERTY_VALUE_ERROR [from]"}}'
    return Told(400, told.headers, body)


def _same_hash(told: Told, asked: Asked) -> Told:
    document = told.json()
    if told.status == 200 and isinstance(document["data"], dict):
        document["data"]["hash"] = "AAAAAAAA" if asked.path[-8:] != "AAAAAAAA" else "BBBBBBBB"
        return told.with_json(document)
    return told


def _microseconds(sms: dict[str, Any]) -> None:
    for change in sms.get("status_history") or ():
        change["updated_at"] += "000"


def _is_read(asked: Asked) -> bool:
    return asked.method == "GET" and not asked.path.endswith(("/sms", "/send"))


def _reads_anyhow(asked: Asked) -> Asked:
    return replace(asked, target=asked.path) if _is_read(asked) else asked


def _reads_in_upper_case(asked: Asked) -> Asked:
    if not _is_read(asked):
        return asked
    start, _, found = asked.path.rpartition("/")
    return replace(asked, target=f"{start}/{found.upper()}")


def _credentials(asked: Asked) -> tuple[str, str, str]:
    header = next((text for name, text in asked.headers.items() if name.lower() == "authorization"), "")
    scheme, _, token = header.partition(" ")
    try:
        login, _, password = base64.b64decode(token, validate=True).decode().partition(":")
    except ValueError:
        return scheme, "", ""
    return scheme, login, password


def _any_password(asked: Asked) -> Asked:
    return _authorized(asked) if _credentials(asked)[1] == "emulator" else asked


def _any_login(asked: Asked) -> Asked:
    return _authorized(asked) if _credentials(asked)[2] == "emulator" else asked


def _exact_scheme(told: Told, asked: Asked) -> Told:
    return UNAUTHORIZED if _credentials(asked)[0] in {"basic", "BASIC"} else told


UNAUTHORIZED = Told(
    401,
    {"content-type": "application/json", "www-authenticate": 'Basic realm="x"'},
    b'{"status": "error", "data": {"code": 401, "message": "BAD_CREDENTIALS"}}',
)

STATUS, SCHEMA, HEADERS = "verdict_on_the_wire", "answer_schema_with_formats", "answer_headers"
ENVELOPE, MODEL, ASKED = "answer_envelope", "account_model", "hash_asked_for"

LIES = (
    Lie("201 after a send", STATUS, (SEND,), tell=_created),
    Lie(
        "the envelope of an error says success",
        ENVELOPE,
        (LIST,),
        tell=_envelope(lambda e: e.update(status="success"), errors=True),
    ),
    Lie(
        "the envelope of a result says ok",
        ENVELOPE,
        (LIST,),
        tell=_envelope(lambda e: e.update(status="ok"), errors=False),
    ),
    Lie(
        "data.code is not the status",
        ENVELOPE,
        (LIST,),
        tell=_envelope(lambda e: e["data"].update(code=422), errors=True),
    ),
    Lie(
        "data.code is a string",
        SCHEMA,
        (LIST,),
        tell=_envelope(lambda e: e["data"].update(code="400"), errors=True),
    ),
    Lie(
        "a member is missing",
        SCHEMA,
        (SEND, READ),
        ("stateful",),
        tell=in_success(lambda sms: sms.pop("parts")),
    ),
    Lie(
        "the zero datetime is null",
        SCHEMA,
        (SEND, READ),
        ("stateful",),
        tell=in_success(lambda sms: sms.update(date_received=None)),
    ),
    Lie("answers with RFC 3339 dates", SCHEMA, (SEND, READ), ("stateful",), tell=in_success(_as_date_time)),
    Lie(
        "answers with a day that does not exist",
        SCHEMA,
        (SEND, READ),
        ("stateful",),
        tell=in_success(lambda sms: sms.update(date_update="2023-02-29 00:00:00")),
    ),
    Lie(
        "money is a number",
        SCHEMA,
        (SEND, READ),
        ("stateful",),
        tell=in_success(lambda sms: sms.update(b_customer_debit=7.8)),
    ),
    Lie("a sent hash is not found", MODEL, (SEND, READ), tell=_not_found, rule="sent-is-found"),
    Lie("another SMS comes back", ASKED, (SEND, READ), ("stateful",), tell=_same_hash),
    Lie(
        "takes RFC 3339 dates",
        STATUS,
        (LIST,),
        rewrite=_in_pairs(lambda k, v: (k, v.replace("T", " ").replace("Z", "") if k != "type" else v)),
    ),
    Lie(
        "takes a window that ends before it begins",
        STATUS,
        (LIST,),
        rewrite=_ordered,
        rule="list-window-order",
    ),
    Lie("takes a repeated parameter", STATUS, (LIST,), rewrite=_once, rule="parameters-known"),
    Lie(
        "takes an unknown parameter",
        STATUS,
        (LIST,),
        rewrite=_in_pairs(lambda k, v: (k, v) if k != "limit" else None),
        rule="parameters-known",
    ),
    Lie(
        "takes a sender of digits", STATUS, (SEND,), rewrite=_in_message(_with_name), rule="sender-shortcode"
    ),
    Lie(
        "takes a sender of digits in a query",
        STATUS,
        (SEND_BY_QUERY,),
        rewrite=_in_pairs(lambda k, v: (k, "SMS" if k == "from" and v.isdigit() else v)),
        rule="sender-shortcode",
    ),
    Lie("takes an unknown option", STATUS, (SEND,), rewrite=_in_message(_known_options)),
    Lie("takes 256 parts", STATUS, (SEND,), rewrite=_in_message(_fewer_parts), rule="body-parts-limit"),
    Lie("takes an empty body", STATUS, (SEND,), rewrite=_in_message(_something)),
    Lie("takes a line feed after a number", STATUS, (SEND,), rewrite=_in_message(_stripped)),
    Lie("takes any content type", STATUS, (SEND,), rewrite=_as_json, rule="body-json"),
    Lie(
        "takes a webhook in a query",
        STATUS,
        (SEND_BY_QUERY,),
        rewrite=_in_pairs(lambda k, v: None if k.startswith("options.webhook.") else (k, v)),
        rule="parameters-known",
    ),
    Lie("refuses a shared sender", STATUS, (SEND,), tell=_refuses_shared_sender),
    Lie("an HTML error page", ENVELOPE, (LIST,), tell=_html),
    Lie("500 for a wrong request", STATUS, (SEND,), tell=_server_error),
    Lie("405 without Allow", HEADERS, (LIST,), ("coverage",), tell=_without_header("allow")),
    Lie("405 with an incomplete Allow", HEADERS, (LIST,), ("coverage",), tell=_no_allow_of_post),
    Lie("401 without WWW-Authenticate", HEADERS, (LIST,), tell=_without_header("www-authenticate")),
    Lie("needs no credentials", STATUS, (LIST,), rewrite=_authorized),
    Lie("takes any password of a login", STATUS, (LIST,), rewrite=_any_password),
    Lie("takes any login of a password", STATUS, (LIST,), rewrite=_any_login),
    Lie("takes the scheme in one case only", STATUS, (LIST,), tell=_exact_scheme),
    Lie("reads with any parameters", STATUS, (SEND, READ), rewrite=_reads_anyhow, rule="hash-in-query"),
    Lie("reads a hash in lower case", STATUS, (SEND, READ), rewrite=_reads_in_upper_case),
    Lie("a send by query may be cached", HEADERS, (SEND_BY_QUERY,), tell=_without_header("cache-control")),
)

MICROSECONDS = in_success(_microseconds)
"""Told of every SMS that has a history."""
