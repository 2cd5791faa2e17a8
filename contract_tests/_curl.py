"""A request as a `curl` line that runs when it is pasted, with the credentials left to the environment."""

import shlex
import string
from typing import Final

from contract_tests._wire import Request

CREDENTIALS: Final = '-u "$CALLR_LOGIN:$CALLR_PASSWORD"'
_LONGEST_BODY: Final = 1500
_SAFE: Final = frozenset(string.ascii_letters + string.digits + ' "{}[]:,;.+-_/()')
_PLAIN_METHODS: Final = {"GET": "", "HEAD": " -I"}


def curl(request: Request, *, is_own_account: bool) -> str:
    """The line for `request`; `is_own_account`: it was sent with the credentials of the account."""
    method = _PLAIN_METHODS.get(request.method, f" -X {request.method}")
    # curl would take dots and brackets in a URL for its own.
    parts = [f"curl -sS -g --path-as-is{method}", _credentials(request, is_own_account=is_own_account)]
    parts.append(shlex.quote(request.url))
    if "content-type" in request.headers:
        parts.append(f"-H {shlex.quote('Content-Type: ' + request.headers['content-type'])}")
    elif request.body:
        parts.append("-H 'Content-Type:'")
    line = " ".join(part for part in parts if part)
    return _with_body(line, request.body) if request.body else line


def _credentials(request: Request, *, is_own_account: bool) -> str:
    if is_own_account:
        return CREDENTIALS
    sent = request.headers.get("authorization")
    return "" if sent is None else f"-H {shlex.quote(f'Authorization: {sent}')}"


def _with_body(line: str, body: bytes) -> str:
    if len(body) > _LONGEST_BODY:
        start = shlex.quote(body[:80].decode("utf-8", "replace"))
        return f"{line} --data-binary @BODY   # BODY: {len(body):,} bytes that begin with {start}"
    text = body.decode("latin-1")
    if text.isascii() and text.isprintable():
        return f"{line} --data-binary {shlex.quote(text)}"
    escapes = "".join(character if character in _SAFE else f"\\{ord(character):03o}" for character in text)
    return f"printf '{escapes}' | {line} --data-binary @-"
