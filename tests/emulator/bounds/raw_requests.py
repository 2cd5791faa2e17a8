"""Requests with headers in any number, which no HTTP client writes."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from tests.emulator.support import AUTHORIZATION, TIMEOUT

if TYPE_CHECKING:
    from tests.emulator.support import Client

SMS = "/rest/v1.1/sms"
SEND = b'{"to": "+33612345678", "body": "x"}'
JSON = ("Content-Type", "application/json")
KNOWN = ("Authorization", AUTHORIZATION["Authorization"])


class Raw(NamedTuple):
    """An answer as it came."""

    status: int
    data: Any

    @property
    def message(self) -> str:
        message: str = self.data["message"]
        return message


def speak(client: Client, method: str, target: str, *headers: tuple[str, str], body: bytes = b"") -> Raw:
    """Make a request whose headers may stand twice."""
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]
    lines += [f"Content-Length: {len(body)}"] if body else []
    parts = urlsplit(client.url)
    with socket.create_connection((parts.hostname, parts.port), TIMEOUT) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        with connection.makefile("rb") as reader:
            answer = reader.read()
    head, _, content = answer.partition(b"\r\n\r\n")
    return Raw(int(head.split(b" ")[1]), json.loads(content)["data"])
