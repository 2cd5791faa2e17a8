"""A server that answers each request alike, and notes it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Library(BaseHTTPRequestHandler):
    """Notes each request and answers with what it was told to."""

    noted: list[tuple[str, str, dict[str, str], bytes]]
    status: int
    answer: bytes

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.noted.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815 - the names that http.server looks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def library(status: int, answer: object) -> Iterator[tuple[str, type[Library]]]:
    """Serve one response, JSON or bytes; yields the base URL and the class that notes the requests."""
    body = b"" if answer is None else answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    handler = type("Handler", (Library,), {"noted": [], "status": status, "answer": body})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v2", handler
        finally:
            server.shutdown()
            thread.join()
