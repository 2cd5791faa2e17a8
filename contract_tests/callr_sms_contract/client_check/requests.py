"""Requests as a proxy reads them, place by place, and the response of the API to one."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPResponse
from io import BufferedIOBase
from typing import Final
from urllib.parse import urlsplit

from callr_sms_contract.client_check.breaks import Response, Stage

_LONGEST_LINE: Final = 1 << 16
_SECONDS: Final = 30
_API: Final = ("/rest/", "/json-rpc/")
_FRAMING: Final = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


class ClosedError(ConnectionError):
    """The program closed the connection in the middle of a request."""


@dataclass
class ReadRequest:
    """A request, as far as it was read."""

    line: bytes
    lines: list[bytes] = field(default_factory=list)
    """The headers, with their line ends."""
    body: bytes = b""
    is_whole: bool = False

    @property
    def method(self) -> str:
        """Return the method."""
        return self.line.partition(b" ")[0].decode("latin-1")

    @property
    def target(self) -> str:
        """Return the target: a path with its query."""
        words = self.line.split(b" ")
        return words[1].decode("latin-1").strip() if len(words) > 1 else ""

    @property
    def path(self) -> str:
        """Return the path."""
        return urlsplit(self.target).path

    @property
    def is_of_the_api(self) -> bool:
        """Return whether the path is one of the API."""
        return self.path.startswith(_API)

    @property
    def is_send(self) -> bool:
        """Return whether it sends an SMS, or could: a call by JSON-RPC shows it in its body."""
        if self.path.startswith("/json-rpc/"):
            return self.method == "POST" and (not self.is_whole or b"sms.send" in self.body)
        place = self.path.rstrip("/")
        return (self.method, place.rpartition("/")[2]) == ("POST", "sms") or place.endswith("/sms/send")

    @property
    def is_last(self) -> bool:
        """Return whether no other request follows on its connection."""
        option = self.header(b"connection").lower()
        return b"close" in option or (b"HTTP/1.0" in self.line and b"keep-alive" not in option)

    @property
    def has_body(self) -> bool:
        """Return whether a body follows the head."""
        return self._is_chunked or self._length > 0

    @property
    def whole(self) -> bytes:
        """Return all of it, without the header that asks for a 100."""
        kept = [each for each in self.lines if not each.lower().startswith(b"expect:")]
        return self.line + b"".join(kept) + b"\r\n" + self.body

    def header(self, name: bytes) -> bytes:
        """Return the value of a header, named in lower case; nothing if it is missing."""
        for each in self.lines:
            found, _, value = each.partition(b":")
            if found.strip().lower() == name:
                return value.strip()
        return b""

    def stages(self, stream: BufferedIOBase, sock: socket.socket) -> Iterator[Stage]:
        """Read the rest of it, and stop at each place where the exchange may break.

        Raises ClosedError if it does not come.
        """
        yield Stage.LINE
        self.lines.append(_line(stream))
        yield Stage.HEADERS
        while self.lines[-1].strip():
            self.lines.append(_line(stream))
        self.lines.pop()
        if self.has_body:
            yield Stage.HEAD
            if self.header(b"expect"):
                sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            yield from self._read_body(stream)
        self.is_whole = True
        yield Stage.REQUEST

    def _read_body(self, stream: BufferedIOBase) -> Iterator[Stage]:
        if self._is_chunked:
            yield Stage.BODY
            self.body = b"".join(_chunks(stream))
        else:
            half = self._length // 2
            self.body = _read(stream, half)
            yield Stage.BODY
            self.body += _read(stream, self._length - half)

    @property
    def _is_chunked(self) -> bool:
        return b"chunked" in self.header(b"transfer-encoding").lower()

    @property
    def _length(self) -> int:
        length = self.header(b"content-length")
        return int(length) if length.isdigit() else 0


def _line(stream: BufferedIOBase) -> bytes:
    line = stream.readline(_LONGEST_LINE)
    if not line.endswith(b"\n"):
        raise ClosedError
    return line


def _read(stream: BufferedIOBase, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise ClosedError
    return data


def _chunks(stream: BufferedIOBase) -> Iterator[bytes]:
    """Return a body in chunks as it was sent (RFC 9112, 7.1), with its trailers."""
    size = 1
    while size:
        head = _line(stream)
        try:
            size = int(head.partition(b";")[0], 16)
        except ValueError:
            raise ClosedError from None
        yield head
        if size:
            yield _read(stream, size) + _line(stream)
    while line := _line(stream):
        yield line
        if not line.strip():
            return


def forward(request: ReadRequest, server: tuple[str, int]) -> Response:
    """Make the request of `server`, once, and return the response; its body has a length."""
    with socket.create_connection(server, _SECONDS) as sock:
        sock.sendall(request.whole)
        found = HTTPResponse(sock, method=request.method)
        found.begin()
        body = found.read()
    kept = [(name, value) for name, value in found.getheaders() if name.lower() not in _FRAMING]
    length = found.getheader("content-length") if request.method == "HEAD" else str(len(body))
    headers = [*kept, ("Content-Length", length or "0")]
    return Response(
        f"HTTP/1.1 {found.status} {found.reason}\r\n".encode("latin-1"),
        tuple(f"{name}: {value}\r\n".encode("latin-1") for name, value in headers),
        body,
    )
