"""Another request like one whose response says nothing: a read again, or a send of another SMS.

No send is ever made again, because nobody knows what became of the first one. The other SMS is equal but for
its `user_data`, which is its own, so a server that cannot take such an SMS cannot take this one either.
"""

import json
from dataclasses import replace
from secrets import token_hex
from typing import Final
from urllib.parse import quote, unquote_plus

from callr_sms_contract.oracle import OK, Verdict
from callr_sms_contract.wire import Request, is_read

_USER_DATA: Final = "options.user_data"


def another(request: Request, verdict: Verdict) -> Request:
    """Return another request like `request`, of which the contract says `verdict`."""
    if is_read(request.method, request.path) or OK not in verdict.statuses:
        return request  # nothing is sent by what the server has to reject
    return another_sms(request)


def another_sms(request: Request) -> Request:
    """Return a valid send of another SMS than the valid send `request`."""
    mark = f"contract tests {token_hex(8)}"
    if request.method == "GET":
        return replace(request, url=_marked_url(request.url, quote(mark)))
    return replace(request, body=_marked_body(request.body, mark))


def _marked_url(url: str, mark: str) -> str:
    path, _, query = url.partition("?")
    # The other pairs stay as they were written; a name may be written with escapes.
    kept = [pair for pair in query.split("&") if unquote_plus(pair.partition("=")[0]) != _USER_DATA]
    return f"{path}?{'&'.join([*kept, f'{_USER_DATA}={mark}'])}"


def _marked_body(body: bytes, mark: str) -> bytes:
    message = json.loads(body)
    document = {**message, "options": {**(message.get("options") or {}), "user_data": mark}}
    # As it was written: a server may fail at escapes, or at what is not ASCII.
    return json.dumps(document, ensure_ascii=body.isascii()).encode()
