"""Servers that are wrong about statuses and envelopes."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count

from mutants.builders import (
    SENDS,
    Maker,
    Mutant,
    edited,
    on_envelope,
    on_error,
    on_error_data,
    on_reply,
    on_result,
    on_success,
    window_of,
)
from mutants.messages import (
    LIST,
    OK,
    READ,
    SEND,
    SEND_BY_QUERY,
    Forward,
    Json,
    Request,
    Response,
    error,
    success,
)

UNAUTHORIZED, NOT_FOUND, BAD_REQUEST, NOT_ALLOWED = 401, 404, 400, 405


def _as_status(status: int, *statuses: int, operations: frozenset[str] | None = None) -> Maker:
    """Change the status of responses with `statuses`, in HTTP and in the envelope."""

    def change(reply: Response, request: Request) -> Response:
        if reply.status not in statuses or (operations and request.operation not in operations):
            return reply
        if status < BAD_REQUEST:
            return replace(reply, status=status)
        return replace(edited(reply, lambda envelope: envelope["data"].update(code=status)), status=status)

    return on_reply(change)


def _null_for_nothing(reply: Response, request: Request) -> Response:
    return success(None) if reply.status == NOT_FOUND and request.operation == READ else reply


def _without_body(reply: Response) -> Response:
    return replace(reply, body=b"")


def _not_found_for_nothing(reply: Response, request: Request) -> Response:
    return (
        error(404, "NOT_FOUND [type]: no SMS") if request.operation == LIST and reply.result == [] else reply
    )


def _no_content(reply: Response, request: Request) -> Response:
    return Response(204) if request.operation == LIST and reply.result == [] else reply


def _about(name: str, status: int) -> Maker:
    """Change the status of a 400 whose message names `name`."""

    def change(reply: Response) -> Response:
        document = reply.json()
        if f"[{name}]" not in document["data"]["message"]:
            return reply
        return replace(edited(reply, lambda envelope: envelope["data"].update(code=status)), status=status)

    return on_error(change, BAD_REQUEST)


def _wrong_type(reply: Response, request: Request) -> Response:
    kind = request.header("content-type").partition(";")[0].strip().lower()
    if reply.status == BAD_REQUEST and request.operation == SEND and kind != "application/json":
        return error(415, "UNSUPPORTED_MEDIA_TYPE")
    return reply


def _bad_window_is_empty(reply: Response, request: Request) -> Response:
    if reply.status == BAD_REQUEST and request.operation == LIST and window_of(request) is None:
        pairs = dict(request.pairs)
        if len(pairs) == len(request.pairs) == 3 and pairs.get("from", "") > pairs.get("to", ""):
            return success([])
    return reply


@dataclass
class _Every:
    """Answer every nth request with an error, or not at all."""

    every: int
    status: int
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __call__(self, request: Request, forward: Forward) -> Response:
        if next(self.numbers) % self.every:
            return forward(request)
        if not self.status:
            raise ConnectionAbortedError
        return error(self.status, "TRY_AGAIN_LATER")


def _redirected(reply: Response, request: Request) -> Response:
    if request.operation == LIST and reply.status == OK:
        return Response(301, (("Location", f"{request.path}/?{request.target.partition('?')[2]}"),))
    return reply


def _to_login(reply: Response, _: Request) -> Response:
    return Response(302, (("Location", "/login"),)) if reply.status == 401 else reply


def _page(reply: Response, request: Request) -> Response:
    below = request.path.removeprefix(request.base_path)
    if reply.status == 404 and not below.startswith("/sms"):
        return Response(OK, (("Content-Type", "text/html"),), b"<html></html>")
    return reply


def _bad_method(reply: Response, _: Request) -> Response:
    return error(400, "METHOD_NOT_ALLOWED") if reply.status == 405 else reply


def _names(wrong: str, other: str) -> Callable[[Json], object]:
    return lambda data: data.update(message=data["message"].replace(f"[{wrong}]", f"[{other}]"))


STATUS = (
    Mutant(
        "send-201", "status", "a send answers 201 Created", _as_status(201, OK, operations=frozenset({SEND}))
    ),
    Mutant(
        "query-send-202",
        "status",
        "a send by query answers 202 Accepted",
        _as_status(202, OK, operations=frozenset({SEND_BY_QUERY})),
    ),
    Mutant(
        "errors-200",
        "status",
        "an error comes with HTTP 200",
        on_error(lambda reply: replace(reply, status=OK)),
    ),
    Mutant(
        "unknown-hash-500",
        "status",
        "an unknown hash answers 500",
        _as_status(500, NOT_FOUND, operations=frozenset({READ})),
    ),
    Mutant(
        "unknown-hash-400",
        "status",
        "an unknown hash answers 400",
        _as_status(400, NOT_FOUND, operations=frozenset({READ})),
    ),
    Mutant("unknown-hash-null", "status", "an unknown hash is 200 and null", on_reply(_null_for_nothing)),
    Mutant("unauthorized-403", "status", "wrong credentials answer 403", _as_status(403, UNAUTHORIZED)),
    Mutant("unauthorized-404", "status", "wrong credentials answer 404", _as_status(404, UNAUTHORIZED)),
    Mutant("invalid-422", "status", "an invalid request answers 422", _as_status(422, BAD_REQUEST)),
    Mutant(
        "invalid-500", "status", "an invalid send answers 500", _as_status(500, BAD_REQUEST, operations=SENDS)
    ),
    Mutant("invalid-sender-500", "status", "an invalid sender answers 500", _about("from", 500)),
    Mutant("wrong-method-404", "status", "a wrong method answers 404", _as_status(404, NOT_ALLOWED)),
    Mutant("wrong-method-501", "status", "a wrong method answers 501", _as_status(501, NOT_ALLOWED)),
    Mutant(
        "wrong-content-type-415",
        "status",
        "a body of another content type is a 415",
        on_reply(_wrong_type),
    ),
    Mutant("empty-list-404", "status", "an empty list answers 404", on_reply(_not_found_for_nothing)),
    Mutant("empty-list-204", "status", "an empty list answers 204", on_reply(_no_content)),
    Mutant(
        "backward-window-empty",
        "status",
        "a window that ends before it begins is an empty list",
        on_reply(_bad_window_is_empty),
    ),
    Mutant("long-text-413", "status", "a text of 256 parts answers 413", _about("body", 413)),
    Mutant("list-redirected", "status", "a list is redirected to another path", on_reply(_redirected)),
    Mutant("login-page", "status", "wrong credentials are redirected to a page", on_reply(_to_login)),
    Mutant("busy-every-50th", "status", "every fiftieth request answers 503", lambda: _Every(50, 503)),
    Mutant("limited-every-80th", "status", "every eightieth request answers 429", lambda: _Every(80, 429)),
    Mutant("silent-every-70th", "status", "every seventieth request is not answered", lambda: _Every(70, 0)),
    Mutant("wrong-method-400", "status", "a wrong method answers 400", on_reply(_bad_method)),
    Mutant("unknown-path-page", "status", "an unknown path answers 200 and a page", on_reply(_page)),
)


def _bare(reply: Response) -> Response:
    return reply.with_json(reply.json()["data"])


def _doubly_encoded(reply: Response) -> Response:
    return reply.with_json(json.dumps(reply.json()))


def _html(reply: Response) -> Response:
    return replace(reply.with_header("Content-Type", "text/html"), body=b"<h1>Error</h1>")


def _renamed(old: str, new: str) -> Maker:
    return on_envelope(lambda envelope: envelope.update({new: envelope.pop(old)}))


def _error_word(word: object) -> Maker:
    return on_error(lambda reply: edited(reply, lambda envelope: envelope.update(status=word)))


def _as_problem(reply: Response) -> Response:
    data = reply.json()["data"]
    document = {"type": "about:blank", "title": data["message"], "status": data["code"]}
    return reply.with_json(document).with_header("Content-Type", "application/problem+json")


def _text_for_data(envelope: Json) -> None:
    envelope["data"] = envelope["data"]["message"]


def _dropping(name: str) -> Maker:
    return on_error_data(lambda data: data.pop(name))


ENVELOPE = (
    Mutant("bare-result", "envelope", "a result comes without its envelope", on_success(_bare)),
    Mutant("bare-list", "envelope", "a list comes without its envelope", on_success(_bare, LIST)),
    Mutant("bare-error", "envelope", "an error comes without its envelope", on_error(_bare)),
    Mutant(
        "success-word-ok",
        "envelope",
        "the envelope of a result says ok",
        on_envelope(lambda e: e.update(status="ok")),
    ),
    Mutant(
        "success-word-upper",
        "envelope",
        "the envelope of a result says SUCCESS",
        on_envelope(lambda e: e.update(status="SUCCESS")),
    ),
    Mutant(
        "success-word-true",
        "envelope",
        "the status of a result is true",
        on_envelope(lambda e: e.update(status=True)),
    ),
    Mutant("error-word-success", "envelope", "the envelope of an error says success", _error_word("success")),
    Mutant("error-word-fail", "envelope", "the envelope of an error says fail", _error_word("fail")),
    Mutant(
        "data-missing",
        "envelope",
        "the envelope of a send has no data",
        on_envelope(lambda e: e.pop("data"), SEND),
    ),
    Mutant("data-renamed", "envelope", "the result is called result", _renamed("data", "result")),
    Mutant(
        "envelope-without-status",
        "envelope",
        "the envelope has no status",
        on_envelope(lambda e: e.pop("status")),
    ),
    Mutant("data-nested", "envelope", "data is nested twice", on_result(lambda data: {"data": data})),
    Mutant(
        "hash-in-object",
        "envelope",
        "a send answers an object with the hash",
        on_result(lambda data: {"hash": data}, SEND),
    ),
    Mutant(
        "query-hash-in-array",
        "envelope",
        "a send by query answers an array with the hash",
        on_result(lambda data: [data], SEND_BY_QUERY),
    ),
    Mutant(
        "list-in-object",
        "envelope",
        "a list is an object with items",
        on_result(lambda data: {"items": data}, LIST),
    ),
    Mutant(
        "read-in-array", "envelope", "a read answers an array of one", on_result(lambda data: [data], READ)
    ),
    Mutant(
        "empty-list-null", "envelope", "an empty list is null", on_result(lambda data: data or None, LIST)
    ),
    Mutant("doubly-encoded", "envelope", "the answer is JSON in a JSON string", on_success(_doubly_encoded)),
    Mutant(
        "code-string",
        "envelope",
        "the code of an error is a string",
        on_error_data(lambda d: d.update(code=str(d["code"]))),
    ),
    Mutant(
        "code-vendor-number",
        "envelope",
        "the code of an error is 151",
        on_error_data(lambda d: d.update(code=151)),
    ),
    Mutant(
        "code-always-400",
        "envelope",
        "the code of every error is 400",
        on_error_data(lambda d: d.update(code=400)),
    ),
    Mutant("code-missing", "envelope", "an error has no code", _dropping("code")),
    Mutant("message-missing", "envelope", "an error has no message", _dropping("message")),
    Mutant(
        "message-null",
        "envelope",
        "the message of an error is null",
        on_error_data(lambda d: d.update(message=None)),
    ),
    Mutant(
        "message-array",
        "envelope",
        "the message of an error is an array",
        on_error_data(lambda d: d.update(message=[d["message"]])),
    ),
    Mutant(
        "error-text",
        "envelope",
        "the data of an error is its message alone",
        on_error(lambda reply: edited(reply, _text_for_data)),
    ),
    Mutant(
        "error-html", "envelope", "an invalid request is answered with a page", on_error(_html, BAD_REQUEST)
    ),
    Mutant("error-empty", "envelope", "an error has no body", on_error(_without_body)),
    Mutant("error-problem-json", "envelope", "errors are RFC 9457 problems", on_error(_as_problem)),
    Mutant(
        "message-empty",
        "envelope",
        "the message of an error is empty",
        on_error_data(lambda d: d.update(message="")),
    ),
    Mutant(
        "error-in-array",
        "envelope",
        "the data of an error is an array",
        on_error(lambda reply: reply.with_json({"status": "error", "data": [reply.json()["data"]]})),
    ),
    Mutant(
        "blames-the-text",
        "envelope",
        "the message of a wrong recipient names the text",
        on_error_data(_names("to", "body")),
    ),
    Mutant(
        "blames-nobody",
        "envelope",
        "messages name no parameter",
        on_error_data(lambda data: data.update(message=re.sub(r" \[.*?\]", "", data["message"]))),
    ),
    Mutant(
        "message-in-small-letters",
        "envelope",
        "messages do not open with a code word",
        on_error_data(lambda data: data.update(message=data["message"].lower())),
    ),
)
