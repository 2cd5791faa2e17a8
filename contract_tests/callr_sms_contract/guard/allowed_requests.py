"""What may go to a live server, judged by its bytes: the two reads, and paid sends that a person named."""

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
"""Any other could change what the request means: a body, an upgrade, another method, another URL."""
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
    """How many paid sends may go to whom; each that leaves is counted, whatever comes of it."""

    def __init__(self, recipients: frozenset[str], most: int) -> None:
        self.recipients, self.most = recipients, most
        self.spent = 0
        self._lock = Lock()

    def objection(self, head: Head, body: bytes) -> str | None:
        """Why this `POST /sms` may not be sent; None when it may, and then it counts as sent."""
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
            return "a send of another length than it says"
        return None

    def _objection_to_message(self, body: bytes) -> str | None:
        read = read_body("application/json", body)
        if len(read.readings) != 1 or read.doubts or not isinstance(read.readings[0], dict):
            return "a send that can be read in more than one way"
        message: Mapping[str, Any] = read.readings[0]
        if not message.keys() <= {"to", "from", "body", "options"}:
            return "a send with members that no send has"
        number = message.get("to")
        if not isinstance(number, str) or number not in self.recipients or not _NUMBER.fullmatch(number):
            return "a send to a number that was not named"
        text = message.get("body")
        if not isinstance(text, str) or len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
            return f"a send of more than {LONGEST_TEXT} characters"
        return None


@dataclass(frozen=True)
class Reads:
    """The reads that may go to a live server: at which host, below which path; and the paid sends, if any."""

    host: str
    """As the `Host` header names it, with the port unless it is the scheme's own."""
    base_path: str
    paid: Allowance | None = None

    def objection(self, data: bytes) -> str | None:
        """Why `data` may not be sent; None when it is exactly one of the two reads, or an allowed send."""
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
        """Whether this is a target that one of the two reads has: it holds no text and no number."""
        return self._objection_to_line(Head("GET", url_path_and_query, {})) is None

    def _objection_to_line(self, head: Head) -> str | None:
        if head.method != "GET":
            return f"the method {head.method}"
        path, _, query = head.target.partition("?")
        if not is_plain_path(self.base_path):
            return "a base path in which a send could hide"
        if not path.startswith(self.base_path) or not _READ.fullmatch(path.removeprefix(self.base_path)):
            return "a path that no read has"
        return None if _QUERY.fullmatch(query) else "a query that no read has"

    def _objection_to_headers(self, head: Head, allowed: frozenset[str]) -> str | None:
        for name in head.headers:
            if name not in allowed:
                return f"the header {name!r}"
        if head.headers.get("host", "").lower() != self.host.lower():
            return "another host, or none"
        if head.headers.get("connection", "close").lower() not in {"keep-alive", "close"}:
            return "a connection option"
        return None


def _read_head(data: bytes) -> Head | str:
    """The head of a request, or why it is none."""
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
            return "a header that is none"
        if header[1].lower() in headers:
            return f"the header {header[1].lower()!r} twice"
        headers[header[1].lower()] = header[2]
    return Head(found[1], found[2], headers)
