"""HTTP below the application: what uvicorn would answer with plain text is answered with the envelope too."""

from urllib.parse import quote_from_bytes

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from callr_sms_emulator import _errors
from callr_sms_emulator._app import write_error

# What a request target may hold; any other byte is escaped, as browsers do (RFC 3986).
_TARGET_CHARACTERS = "".join(map(chr, range(0x21, 0x7F)))
_NOWHERE = b"/"


class EnvelopeProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 protocol with the API's error envelope for what is not HTTP."""

    def data_received(self, data: bytes) -> None:
        """Parse what came in, and go on after a request that asked for another protocol.

        No other protocol is spoken, so such a request is an ordinary one (RFC 9110, 7.8). The parser stops
        behind it: the rest of the data goes to a new one.
        """
        self._unset_keepalive_if_required()
        while True:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = data[upgrade.args[0] :]
                self.parser = httptools.HttpRequestParser(self)
                if data:
                    continue
            except httptools.HttpParserError:
                self.send_400_response("")
            return

    def on_headers_complete(self) -> None:
        """Turn a target that is no path (`*`, `host:port`) into one that does not exist."""
        if not self.url.isascii():
            self.url = quote_from_bytes(self.url, safe=_TARGET_CHARACTERS).encode("ascii")
        if not self.url.startswith(b"/"):
            self.url = _path_of(self.url)
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words; ours are in _errors
        """Answer what is not HTTP, and close: where the next request starts is not known."""
        body = write_error(_errors.invalid_http())
        headers = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[400] + headers % len(body) + body)
        self.transport.close()


def _path_of(target: bytes) -> bytes:
    """Give the path and query of an absolute URL, as a proxy would send it (RFC 9112, 3.2.2)."""
    try:
        url = httptools.parse_url(target)
    except httptools.HttpParserInvalidURLError:
        return _NOWHERE
    return (url.path or _NOWHERE) + b"?" + (url.query or b"")
