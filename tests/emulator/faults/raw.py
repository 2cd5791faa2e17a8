"""Requests over a plain socket: the bytes of the response, and how the connection ends."""

import json
import socket
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.emulator.support import JSON_TYPE, TIMEOUT, Client

SMS = {"to": "+33612345678", "body": "Hello"}


class Seen(NamedTuple):
    """The bytes until the connection ended, and whether that was a reset."""

    data: bytes
    was_reset: bool

    @property
    def head(self) -> bytes:
        return self.data.partition(b"\r\n\r\n")[0].lower()

    @property
    def body(self) -> bytes:
        return self.data.partition(b"\r\n\r\n")[2]

    @property
    def length(self) -> int:
        """The `Content-Length` of the response."""
        (line,) = [each for each in self.head.split(b"\r\n") if each.startswith(b"content-length: ")]
        return int(line.removeprefix(b"content-length: "))


def write_request(
    client: Client, fault: str | None = None, path: str = "/sms", body: object = SMS, method: str = "POST"
) -> bytes:
    """Return a request that asks to close the connection after the response."""
    content = b"" if body is None else json.dumps(body).encode()
    headers = {"Host": "localhost", "Connection": "close", **client.authorization}
    headers |= {} if body is None else {**JSON_TYPE, "Content-Length": str(len(content))}
    headers |= {} if fault is None else {"X-Emulator-Fault": fault}
    lines = [f"{method} {client.base_path}{path} HTTP/1.1", *(f"{key}: {headers[key]}" for key in headers)]
    return "\r\n".join([*lines, "", ""]).encode() + content


def connect(client: Client) -> socket.socket:
    parts = urlsplit(client.url)
    return socket.create_connection((parts.hostname, parts.port), TIMEOUT)


def exchange(client: Client, request: bytes) -> Seen:
    """Send a request and read until the connection ends."""
    with connect(client) as connection:
        connection.sendall(request)
        return read_all(connection)


def read_all(connection: socket.socket) -> Seen:
    data = b""
    try:
        while piece := connection.recv(65536):
            data += piece
    except ConnectionResetError:
        return Seen(data, was_reset=True)
    return Seen(data, was_reset=False)
