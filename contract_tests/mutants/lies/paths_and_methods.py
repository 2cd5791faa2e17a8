"""Servers that are wrong about paths and methods."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from mutants.builders import (
    Maker,
    Mutant,
)
from mutants.messages import (
    OK,
    Forward,
    Request,
    Response,
)

# --- what nearly exists ---------------------------------------------------------------------------------


def otherwise(mend: Callable[[Request], Request], *statuses: int) -> Maker:
    """Mend and repeat a request that is refused with one of these statuses; return a success only."""

    def lie(request: Request, forward: Forward) -> Response:
        reply = forward(request)
        mended = mend(request) if reply.status in statuses else request
        again = forward(mended) if mended != request else reply
        return again if again.status == OK else reply

    return lambda: lie


def _path(mend: Callable[[str], str]) -> Maker:
    def rewrite(request: Request) -> Request:
        below, mark, query = request.target.removeprefix(request.base_path).partition("?")
        return replace(request, target=f"{request.base_path}{mend(below)}{mark}{query}")

    return otherwise(rewrite, 404)


def _method(taken: str, below: str) -> Maker:
    def rewrite(request: Request) -> Request:
        if request.method != taken or not re.fullmatch(below, request.path.removeprefix(request.base_path)):
            return request
        return replace(request, method="GET", body=b"").with_header("Content-Type", None)

    return otherwise(rewrite, 405)


def _to_the_list(request: Request) -> Request:
    is_send = request.method == "POST" and request.path == f"{request.base_path}/sms/send"
    return replace(request, target=f"{request.base_path}/sms") if is_send else request


PATHS: Final = (
    Mutant("slash-after-list", "too lax", "a list is had at /sms/ too", _path(lambda p: p.rstrip("/"))),
    Mutant("slash-twice", "too lax", "two slashes are one", _path(lambda p: p.replace("//", "/"))),
    Mutant(
        "send-in-capitals",
        "too lax",
        "a send by query is taken at /Sms/Send too",
        _path(lambda p: p.lower() if p.lower() == "/sms/send" else p),
    ),
    Mutant(
        "reads-below-hash",
        "too lax",
        "what follows a hash and a slash is ignored",
        _path(lambda p: "/".join(p.split("/")[:3])),
    ),
    Mutant(
        "reads-with-suffix",
        "too lax",
        "a hash is read with .json after it",
        _path(lambda p: p.removesuffix(".json")),
    ),
    Mutant(
        "reads-look-alikes",
        "too lax",
        "O and I in a hash are taken for 0 and 1",
        _path(lambda p: "/sms/" + p[5:].translate(str.maketrans("OI", "01"))),
    ),
    Mutant("head-reads", "methods", "HEAD of an SMS answers 200", _method("HEAD", "/sms/[0-9A-Z]{8}")),
    Mutant("head-lists", "methods", "HEAD of a list answers 200", _method("HEAD", "/sms")),
    Mutant("post-reads", "methods", "POST of an SMS reads it", _method("POST", "/sms/[0-9A-Z]{8}")),
    Mutant("body-sent-to-send", "methods", "POST /sms/send takes a body", otherwise(_to_the_list, 405)),
)
