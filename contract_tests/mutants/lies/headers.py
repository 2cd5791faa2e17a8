"""Servers that are wrong about headers and methods."""

import json
from dataclasses import replace
from typing import Any, Final

from mutants.builders import Maker, Mutant, on_error, on_reply, on_request, on_success
from mutants.messages import SEND_BY_QUERY, Request, Response, success

UNAUTHORIZED, NOT_FOUND, NOT_ALLOWED = 401, 404, 405


def _without(name: str, *statuses: int) -> Maker:
    return on_reply(lambda reply, _: reply.with_header(name, None) if reply.status in statuses else reply)


def _with(name: str, text: str, *statuses: int) -> Maker:
    return on_reply(lambda reply, _: reply.with_header(name, text) if reply.status in statuses else reply)


def _cut(reply: Response) -> Response:
    return replace(reply, body=reply.body[:-1]) if reply.body else reply


def _more_allowed(reply: Response, _: Request) -> Response:
    return (
        reply.with_header("Allow", f"{reply.header('allow')}, DELETE")
        if reply.status == NOT_ALLOWED
        else reply
    )


def _latin_1(reply: Response) -> Response:
    text = json.dumps(reply.json(), ensure_ascii=False)
    return replace(reply, body=text.encode("latin-1", "replace"))


def _with_mark(reply: Response) -> Response:
    return replace(reply, body=b"\xef\xbb\xbf" + reply.body)


HEADERS = (
    Mutant(
        "content-type-html",
        "headers",
        "results are sent as text/html",
        on_success(lambda t: t.with_header("Content-Type", "text/html; charset=UTF-8")),
    ),
    Mutant(
        "content-type-missing",
        "headers",
        "results have no content type",
        on_success(lambda t: t.with_header("Content-Type", None)),
    ),
    Mutant(
        "errors-as-text",
        "headers",
        "errors are sent as text/plain",
        on_error(lambda t: t.with_header("Content-Type", "text/plain")),
    ),
    Mutant(
        "query-send-cacheable",
        "headers",
        "a send by query may be cached",
        on_success(lambda t: t.with_header("Cache-Control", None), SEND_BY_QUERY),
    ),
    Mutant(
        "query-send-no-cache",
        "headers",
        "a send by query says no-cache, which stores",
        on_success(lambda t: t.with_header("Cache-Control", "no-cache"), SEND_BY_QUERY),
    ),
    Mutant("allow-missing", "headers", "a 405 has no Allow", _without("Allow", NOT_ALLOWED)),
    Mutant(
        "allow-incomplete", "headers", "the Allow of a 405 is GET alone", _with("Allow", "GET", NOT_ALLOWED)
    ),
    Mutant("allow-too-much", "headers", "the Allow of a 405 names DELETE too", on_reply(_more_allowed)),
    Mutant(
        "challenge-missing",
        "headers",
        "a 401 has no WWW-Authenticate",
        _without("WWW-Authenticate", UNAUTHORIZED),
    ),
    Mutant(
        "challenge-bearer",
        "headers",
        "a 401 asks for a Bearer token",
        _with("WWW-Authenticate", "Bearer", UNAUTHORIZED),
    ),
    Mutant("body-cut", "headers", "the last byte of each result is missing", on_success(_cut)),
    Mutant(
        "length-too-long",
        "headers",
        "Content-Length says a byte more than there is",
        on_success(lambda t: replace(t, length=len(t.body) + 1)),
    ),
    Mutant(
        "encoding-gzip",
        "headers",
        "plain JSON is said to be gzip",
        on_success(lambda t: t.with_header("Content-Encoding", "gzip")),
    ),
    Mutant("answers-latin-1", "headers", "results are Latin-1, not UTF-8", on_success(_latin_1)),
    Mutant("byte-order-mark", "headers", "results begin with a byte order mark", on_success(_with_mark)),
    Mutant(
        "allow-lower-case",
        "headers",
        "the methods in Allow are in lower case",
        on_reply(lambda t, _: t.with_header("Allow", t.header("allow").lower()) if t.status == 405 else t),
    ),
    Mutant(
        "unauthorized-html",
        "headers",
        "a 401 is sent as text/html",
        on_error(lambda t: t.with_header("Content-Type", "text/html"), 401),
    ),
)


def _as(method: str, taken: str, tail: str = "") -> Maker:
    """Treat the method `taken` as `method` on paths that end in `tail`."""

    def rewrite(request: Request) -> Request:
        is_meant = request.method == taken and request.path.endswith(tail)
        return (
            replace(request, method=method, body=b"" if method == "GET" else request.body)
            if is_meant
            else request
        )

    return on_request(rewrite)


def _deletes(reply: Response, request: Request) -> Response:
    is_one = request.method == "DELETE" and not request.path.endswith(("/sms", "/send"))
    return success(None) if is_one and reply.status == NOT_ALLOWED else reply


def _options(reply: Response, request: Request) -> Response:
    if request.method == "OPTIONS" and reply.status == NOT_ALLOWED:
        return Response(204, (("Allow", reply.header("allow")),))
    return reply


def _open_path(reply: Response, request: Request) -> Response:
    below: Any = request.path.removeprefix(request.base_path)
    return success([]) if reply.status == NOT_FOUND and below.count("/") > 2 else reply


METHODS: Final = (
    Mutant("delete-accepted", "methods", "DELETE of an SMS answers 200", on_reply(_deletes)),
    Mutant("query-send-by-post", "methods", "POST /sms/send sends too", _as("GET", "POST", "/sms/send")),
    Mutant("put-sends", "methods", "PUT /sms sends too", _as("POST", "PUT", "/sms")),
    Mutant("patch-reads", "methods", "PATCH reads", _as("GET", "PATCH")),
    Mutant("head-accepted", "methods", "HEAD answers 200", _as("GET", "HEAD", "/sms")),
    Mutant("options-accepted", "methods", "OPTIONS answers 204", on_reply(_options)),
)
