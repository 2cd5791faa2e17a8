"""The requests that may go to a live server, judged by their bytes: two reads, and allowed paid sends."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from callr_sms_contract.wire import is_plain_path, read_body

LONGEST_TEXT: Final = 70
"""UTF-16 code units in the text of a paid send: one part in either encoding, so one part on the bill."""

_READ: Final = re.compile(r"/sms(?:/[0-9A-Z]{8})?")
_QUERY: Final = re.compile(r"(?:(?:type|from|to|hash)=[A-Za-z0-9%+:._~-]*(?:&|$))*")
_READ_HEADERS: Final = frozenset(
    {
        "host",
        "user-agent",
        "accept",
        "accept-encoding",
        "connection",
        "authorization",
        "x-schemathesis-testcaseid",
    }
)
"""Other headers could change the meaning of a request: a body, an upgrade, another method, another URL."""
_SEND_HEADERS: Final = frozenset({*_READ_HEADERS, "content-type", "content-length"})
_HEADER: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\x20-\x7e]*)")
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_END: Final = b"\r\n\r\n"


@dataclass(frozen=True)
class Head:
    """The first line and the headers of a request."""

    method: str
    target: str
    headers: Mapping[str, str]


class Allowance:
    """How many paid sends may go to which numbers; each send is counted, whatever its response."""

    def __init__(self, recipients: frozenset[str], most: int) -> None:
        self.recipients, self.most = recipients, most
        self.spent = 0
        self._lock = Lock()

    def objection(self, head: Head, body: bytes) -> str | None:
        """Return why this `POST /sms` may not be sent; None when it may, and then it counts as sent."""
        objection = self._objection_to_framing(head, body) or self._objection_to_message(body)
        return objection or self._take()

    def _take(self) -> str | None:
        with self._lock:
            if self.spent >= self.most:
                return f"more than {self.most} paid sends"
            self.spent += 1
        return None

    def _objection_to_framing(self, head: Head, body: bytes) -> str | None:
        if head.headers.get("content-type") != "application/json":
            return "a send that is not JSON"
        if head.headers.get("content-length") != str(len(body)):
            return "a send whose Content-Length is wrong"
        return None

    def _objection_to_message(self, body: bytes) -> str | None:
        read = read_body("application/json", body)
        if len(read.readings) != 1 or read.doubts or not isinstance(read.readings[0], dict):
            return "a send that can be read in more than one way"
        message: Mapping[str, Any] = read.readings[0]
        if not message.keys() <= {"to", "from", "body", "options"}:
            return "a send with unknown properties"
        number = message.get("to")
        if not isinstance(number, str) or number not in self.recipients or not _NUMBER.fullmatch(number):
            return "a send to a number that is not allowed"
        text = message.get("body")
        if not isinstance(text, str) or len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
            return f"a send of more than {LONGEST_TEXT} characters"
        return None


@dataclass(frozen=True)
class Reads:
    """The reads that may go to a live server, by host and base path, and the paid sends, if any."""

    host: str
    """As in the `Host` header, with the port unless it is the default of the scheme."""
    base_path: str
    paid: Allowance | None = None

    def objection(self, data: bytes) -> str | None:
        """Return why `data` may not be sent; None when it is exactly one read or one allowed send."""
        head, end, body = data.partition(_END)
        if not end or _END in body:
            return "not exactly one whole request"
        read = _read_head(head)
        if isinstance(read, str):
            return read
        if self.paid is not None and read.method == "POST" and read.target == f"{self.base_path}/sms":
            return self._objection_to_headers(read, _SEND_HEADERS) or self.paid.objection(read, body)
        if body:
            return "not exactly one whole request"
        return self._objection_to_line(read) or self._objection_to_headers(read, _READ_HEADERS)

    def is_read(self, url_path_and_query: str) -> bool:
        """Return whether `target` belongs to one of the two reads, which have no text or phone number."""
        return self._objection_to_line(Head("GET", url_path_and_query, {})) is None

    def _objection_to_line(self, head: Head) -> str | None:
        if head.method != "GET":
            return f"the method {head.method}"
        path, _, query = head.target.partition("?")
        if not is_plain_path(self.base_path):
            return "a base path that could hide a send"
        if not path.startswith(self.base_path) or not _READ.fullmatch(path.removeprefix(self.base_path)):
            return "a path of no read"
        return None if _QUERY.fullmatch(query) else "a query of no read"

    def _objection_to_headers(self, head: Head, allowed: frozenset[str]) -> str | None:
        for name in head.headers:
            if name not in allowed:
                return f"the header {name!r}"
        if head.headers.get("host", "").lower() != self.host.lower():
            return "a wrong or missing host"
        if head.headers.get("connection", "close").lower() not in {"keep-alive", "close"}:
            return "a connection option"
        return None


def _read_head(data: bytes) -> Head | str:
    """Return the head of a request, or why it cannot be read."""
    try:
        line, *lines = data.decode("ascii").split("\r\n")
    except UnicodeDecodeError:
        return "not ASCII"
    found = re.fullmatch(r"([!-~]+) ([!-~]+) HTTP/1\.1", line)
    if found is None:
        return "not a request line"
    headers: dict[str, str] = {}
    for each in lines:
        header = _HEADER.fullmatch(each)
        if header is None:
            return "a malformed header"
        if header[1].lower() in headers:
            return f"the header {header[1].lower()!r} twice"
        headers[header[1].lower()] = header[2]
    return Head(found[1], found[2], headers)
