"""A web application. It sends when it is imported, and then the text of each request's query."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from callr_sms_client import Callr

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

TO = "+33612345678"

callr = Callr.from_env()
callr.sms.send(to=TO, body="before the fork")


def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Answer with the number of the process and the hash."""
    answer = f"{os.getpid()} {callr.sms.send(to=TO, body=environ['QUERY_STRING'])}".encode()
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]
