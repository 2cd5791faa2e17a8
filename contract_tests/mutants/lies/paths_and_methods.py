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
    Asked,
    Forward,
    Told,
)

# --- what nearly exists ---------------------------------------------------------------------------------


def otherwise(mend: Callable[[Asked], Asked], *statuses: int) -> Maker:
    """What is refused with one of these statuses is mended and asked again; only a success is told."""

    def lie(asked: Asked, forward: Forward) -> Told:
        told = forward(asked)
        mended = mend(asked) if told.status in statuses else asked
        again = forward(mended) if mended != asked else told
        return again if again.status == OK else told

    return lambda: lie


def _path(mend: Callable[[str], str]) -> Maker:
    def rewrite(asked: Asked) -> Asked:
        below, mark, query = asked.target.removeprefix(asked.base_path).partition("?")
        return replace(asked, target=f"{asked.base_path}{mend(below)}{mark}{query}")

    return otherwise(rewrite, 404)


def _method(taken: str, below: str) -> Maker:
    def rewrite(asked: Asked) -> Asked:
        if asked.method != taken or not re.fullmatch(below, asked.path.removeprefix(asked.base_path)):
            return asked
        return replace(asked, method="GET", body=b"").with_header("Content-Type", None)

    return otherwise(rewrite, 405)


def _to_the_list(asked: Asked) -> Asked:
    is_send = asked.method == "POST" and asked.path == f"{asked.base_path}/sms/send"
    return replace(asked, target=f"{asked.base_path}/sms") if is_send else asked


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
