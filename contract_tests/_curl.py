"""A request as a `curl` line that runs when it is pasted, with the credentials left to the environment."""

import shlex
import string
from typing import Final

from contract_tests._wire import Request, basic_credentials

_LONGEST_BODY: Final = 1500
_WRONG: Final = "not-the-one"
"""For the half of a pair that was wrong: any other is as wrong."""
_SAFE: Final = frozenset(string.ascii_letters + string.digits + ' "{}[]:,;.+-_/()')
_PLAIN_METHODS: Final = {"GET": "", "HEAD": " -I"}


def curl(request: Request, login: str, password: str) -> str:
    """The line for `request`; the environment stands for the account's `login` and `password`."""
    method = _PLAIN_METHODS.get(request.method, f" -X {request.method}")
    # curl would take dots and brackets in a URL for its own.
    parts = [f"curl -sS -g --path-as-is{method}", _credentials(request, login.encode(), password.encode())]
    parts.append(shlex.quote(request.url))
    if "content-type" in request.headers:
        parts.append(f"-H {shlex.quote('Content-Type: ' + request.headers['content-type'])}")
    elif request.body:
        parts.append("-H 'Content-Type:'")
    line = " ".join(part for part in parts if part)
    return _with_body(line, request.body) if request.body else line


def _credentials(request: Request, login: bytes, password: bytes) -> str:
    sent = request.headers.get("authorization")
    if sent is None:
        return ""
    given, scheme = basic_credentials(sent), sent.partition(" ")[0]
    if given is None or (given[0] != login and given[1] != password):
        return f"-H {shlex.quote(f'Authorization: {sent}')}"
    name = "$CALLR_LOGIN" if given[0] == login else _WRONG
    word = "$CALLR_PASSWORD" if given[1] == password else _WRONG
    if scheme == "Basic":
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
