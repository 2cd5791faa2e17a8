"""Parsing after a request for an upgrade, at which the parser stops: another one parses the body."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class SkipFirstHead:
    """Forwards the events of a parser to a protocol, except for the head of the first message."""

    def __init__(self, protocol: HttpToolsProtocol) -> None:
        self._is_first = True
        self._end_message = protocol.on_message_complete
        self.on_message_begin = self._after_first(protocol.on_message_begin)
        self.on_url = self._after_first(protocol.on_url)
        self.on_header = self._after_first(protocol.on_header)
        self.on_headers_complete = self._after_first(protocol.on_headers_complete)
        self.on_body = protocol.on_body

    def _after_first(self, event: Callable[..., None]) -> Callable[..., None]:
        def forward(*values: bytes) -> None:
            if not self._is_first:
                event(*values)

        return forward

    def on_message_complete(self) -> None:
        self._is_first = False
        self._end_message()
