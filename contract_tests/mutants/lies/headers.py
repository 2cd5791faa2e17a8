"""Lies about headers and methods."""

import json
from dataclasses import replace
from typing import Any, Final

from mutants.builders import Maker, Mutant, asks, on_error, on_success, tells
from mutants.messages import SEND_BY_QUERY, Asked, Told, success

UNAUTHORIZED, NOT_FOUND, NOT_ALLOWED = 401, 404, 405


def _without(name: str, *statuses: int) -> Maker:
    return tells(lambda told, _: told.with_header(name, None) if told.status in statuses else told)


def _with(name: str, text: str, *statuses: int) -> Maker:
    return tells(lambda told, _: told.with_header(name, text) if told.status in statuses else told)


def _cut(told: Told) -> Told:
    return replace(told, body=told.body[:-1]) if told.body else told


def _more_allowed(told: Told, _: Asked) -> Told:
    return (
        told.with_header("Allow", f"{told.header('allow')}, DELETE") if told.status == NOT_ALLOWED else told
    )


def _latin_1(told: Told) -> Told:
    text = json.dumps(told.json(), ensure_ascii=False)
    return replace(told, body=text.encode("latin-1", "replace"))


def _with_mark(told: Told) -> Told:
    return replace(told, body=b"\xef\xbb\xbf" + told.body)


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
    Mutant("allow-too-much", "headers", "the Allow of a 405 names DELETE too", tells(_more_allowed)),
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
        tells(lambda t, _: t.with_header("Allow", t.header("allow").lower()) if t.status == 405 else t),
    ),
    Mutant(
        "unauthorized-html",
        "headers",
        "a 401 is sent as text/html",
        on_error(lambda t: t.with_header("Content-Type", "text/html"), 401),
    ),
)


def _as(method: str, taken: str, tail: str = "") -> Maker:
    """The method `taken` is treated as `method` on paths that end so."""

    def rewrite(asked: Asked) -> Asked:
        is_meant = asked.method == taken and asked.path.endswith(tail)
        return (
            replace(asked, method=method, body=b"" if method == "GET" else asked.body) if is_meant else asked
        )

    return asks(rewrite)


def _deletes(told: Told, asked: Asked) -> Told:
    is_one = asked.method == "DELETE" and not asked.path.endswith(("/sms", "/send"))
    return success(None) if is_one and told.status == NOT_ALLOWED else told


def _options(told: Told, asked: Asked) -> Told:
    if asked.method == "OPTIONS" and told.status == NOT_ALLOWED:
        return Told(204, (("Allow", told.header("allow")),))
    return told


def _open_path(told: Told, asked: Asked) -> Told:
    below: Any = asked.path.removeprefix(asked.base_path)
    return success([]) if told.status == NOT_FOUND and below.count("/") > 2 else told


METHODS: Final = (
    Mutant("delete-accepted", "methods", "DELETE of an SMS answers 200", tells(_deletes)),
    Mutant("query-send-by-post", "methods", "POST /sms/send sends too", _as("GET", "POST", "/sms/send")),
    Mutant("put-sends", "methods", "PUT /sms sends too", _as("POST", "PUT", "/sms")),
    Mutant("patch-reads", "methods", "PATCH reads", _as("GET", "PATCH")),
    Mutant("head-accepted", "methods", "HEAD answers 200", _as("GET", "HEAD", "/sms")),
    Mutant("options-accepted", "methods", "OPTIONS answers 204", tells(_options)),
)
