"""A request as a `curl` line that runs when it is pasted, with the credentials left to the environment."""

import shlex
import string
from typing import Final

from callr_sms_contract.wire.messages import Request, basic_credentials

_LONGEST_BODY: Final = 1500
WRONG: Final = "not-the-one"
"""Stands for a wrong login or password: any other one is as wrong."""
_SAFE: Final = frozenset(string.ascii_letters + string.digits + ' "{}[]:,;.+-_/()')
_PLAIN_METHODS: Final = {"GET": "", "HEAD": " -I"}


def curl(request: Request, login: str, password: str) -> str:
    """Return the line for `request`, with variables for the account's `login` and `password`."""
    method = _PLAIN_METHODS.get(request.method, f" -X {request.method}")
    # curl would interpret dots and brackets in a URL.
    parts = [f"curl -sS -g --path-as-is{method}", credentials_option(request, login, password)]
    parts.append(shlex.quote(request.url))
    if "content-type" in request.headers:
        parts.append(f"-H {shlex.quote('Content-Type: ' + request.headers['content-type'])}")
    elif request.body:
        parts.append("-H 'Content-Type:'")
    parts += chunked_options(request)
    line = " ".join(part for part in parts if part)
    return _with_body(line, request.body) if request.body else line


def chunked_options(request: Request) -> list[str]:
    """Return the option of curl for a body that is sent in chunks."""
    return ["-H 'Transfer-Encoding: chunked'"] if "transfer-encoding" in request.headers else []


def credentials_of(request: Request, login: str, password: str) -> str:
    """Return whose credentials a request has: `account`, `login:no`, `no:password`, `none` or `other`.

    The scheme follows if it is not written `Basic`.
    """
    sent = request.headers.get("authorization")
    if sent is None:
        return "none"
    given, scheme = basic_credentials(sent), sent.partition(" ")[0]
    if given is None:
        return "other"
    halves = given[0] == login.encode(), given[1] == password.encode()
    if not any(halves):
        return "other"
    who = "account" if all(halves) else "login:no" if halves[0] else "no:password"
    return who if scheme == "Basic" else f"{who} {scheme}"


def credentials_option(request: Request, login: str, password: str) -> str:
    """Return the option of curl for the same credentials; those of the account come from the environment."""
    who, _, scheme = credentials_of(request, login, password).partition(" ")
    if who == "none":
        return ""
    if who == "other":
        header = f"Authorization: {request.headers['authorization']}"
        return f"-H {shlex.quote(header)}"
    name = WRONG if who == "no:password" else "$CALLR_LOGIN"
    word = WRONG if who == "login:no" else "$CALLR_PASSWORD"
    if not scheme:
        return f'-u "{name}:{word}"'
    return f'-H "Authorization: {scheme} $(printf %s "{name}:{word}" | base64 | tr -d \'\\n\')"'


def _with_body(line: str, body: bytes) -> str:
    if len(body) > _LONGEST_BODY:
        start = shlex.quote(body[:80].decode("utf-8", "replace"))
        return f"{line} --data-binary @BODY   # BODY: {len(body):,} bytes that begin with {start}"
    text = body.decode("latin-1")
    if text.isascii() and text.isprintable():
        return f"{line} --data-binary {shlex.quote(text)}"
    escapes = "".join(character if character in _SAFE else f"\\{ord(character):03o}" for character in text)
    return f"printf '{escapes}' | {line} --data-binary @-"
