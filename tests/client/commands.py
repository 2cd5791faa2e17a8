"""The installed command, run in the process of a test, and what comes of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs

from tests.client.support import HASH, failure, http_answer, success

if TYPE_CHECKING:
    from tests.client.support import RawServer

TO = "+33612345678"
SENT = http_answer(success(HASH))


class Done(NamedTuple):
    """A command that has ended."""

    code: object
    out: str
    err: str
    requests: list[bytes]

    @property
    def body(self) -> Any:  # noqa: ANN401 - JSON
        """The JSON of the only request."""
        (request,) = self.requests
        return json.loads(request.partition(b"\r\n\r\n")[2])

    @property
    def query(self) -> dict[str, list[str]]:
        """The query string of the first request."""
        target = self.requests[0].split(b" ")[1].decode()
        return parse_qs(target.partition("?")[2])


def settings_of(server: RawServer) -> dict[str, str]:
    return {"CALLR_LOGIN": "login", "CALLR_PASSWORD": "password", "CALLR_BASE_URL": server.base_url}


def refusal(status: int, code: int | None = None) -> bytes:
    body = failure(code or status, "PROPERTY_VALUE_ERROR [to]: no")
    return http_answer(body, f"{status} Refused")
