"""One request and its response on a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent

_LENGTH = b"content-length"
_CONNECTION = b"\r\nconnection:"
_KEEP_ALIVE = b"keep-alive"
_LONGEST_COPIED = 64 * 1024


class ResponseCycle(RequestResponseCycle):
    """uvicorn's cycle, with a shorter way for most responses: whole ones on a connection that is kept.

    uvicorn inspects every header. Of those of the application only `Connection` has a meaning for it, which a
    fault may set, and the length, which is the last header of a whole response and of no other.
    """

    _head: bytes | None = None
    """The head of a whole response, until its body comes."""

    async def send(self, message: ASGISendEvent) -> None:
        """Send a response, or a part of it."""
        if message["type"] == "http.response.body" and self._head is not None:
            self._send_whole(self._head, message["body"])
            return
        if message["type"] == "http.response.start":
            self._announce_end()
        if message["type"] == "http.response.start" and self._is_usual():
            headers = [*self.default_headers, *message["headers"]]
            lines = b"".join([b"%b: %b\r\n" % header for header in headers])
            if headers[-1][0] == _LENGTH and _CONNECTION not in lines:
                self._head = b"%b%b\r\n" % (STATUS_LINE[message["status"]], lines)
                self.response_started = True
                self.waiting_for_100_continue = False
                return
        await super().send(message)

    def _announce_end(self) -> None:
        """Announce the end of the connection if a body may never come (RFC 9110, 10.1.1).

        A client that gets a response instead of `100 Continue` need not send its body, so it is unknown where
        its next request begins.
        """
        if self.waiting_for_100_continue and self.more_body and not self.body:
            self.keep_alive = False
        if not self.keep_alive:
            self.default_headers = [each for each in self.default_headers if each[0] != _KEEP_ALIVE]

    def _is_usual(self) -> bool:
        is_ready = not (self.response_started or self.disconnected or self.flow.write_paused)
        return is_ready and self.keep_alive and self.scope["method"] != "HEAD"

    def _send_whole(self, head: bytes, body: bytes) -> None:
        self._head = None
        if len(body) <= _LONGEST_COPIED:
            self.transport.write(head + body)
        else:
            self.transport.write(head)
            self.transport.write(body)
        self.response_complete = True
        self.message_event.set()
        self.on_response()
