"""A proxy that tells one lie: it stands before a right server and makes it a wrong one."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


@dataclass(frozen=True)
class Asked:
    """A request as it reached the proxy."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    def with_pairs(self, pairs: list[tuple[str, str]]) -> "Asked":
        return replace(self, target=f"{self.path}?{urlencode(pairs)}")

    def json(self) -> Any:  # noqa: ANN401 - JSON
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True)
class Told:
    """An answer as it leaves the proxy."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.body) if self.body else None

    def with_json(self, document: object) -> "Told":
        return replace(self, body=json.dumps(document).encode())


def _truth(told: Told, _: Asked) -> Told:
    return told


@dataclass
class Proxy:
    """The proxy and what passed through it."""

    target: str
    rewrite: Callable[[Asked], Asked] = lambda asked: asked
    """What the right server is asked instead."""
    lie: Callable[[Told, Asked], Told] = _truth
    """What is told instead of its answer."""
    asked: list[Asked] = field(default_factory=list)
    base_url: str = ""

    @contextmanager
    def listening(self) -> Iterator["Proxy"]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        self.base_url = f"http://127.0.0.1:{server.server_port}{urlsplit(self.target).path}"
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def answer(self, asked: Asked) -> Told:
        self.asked.append(asked)
        return self.lie(self._forward(self.rewrite(asked)), asked)

    def _forward(self, asked: Asked) -> Told:
        url = urlsplit(self.target)
        connection = http.client.HTTPConnection(str(url.hostname), url.port, timeout=10)
        headers = {name: value for name, value in asked.headers.items() if name.lower() not in HOP_BY_HOP}
        try:
            connection.request(asked.method, asked.target, asked.body or None, headers)
            answer = connection.getresponse()
            kept = {name: value for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP}
            return Told(answer.status, kept, answer.read())
        finally:
            connection.close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Headers and body leave together; else the kernel waits for an acknowledgement between them.
            wbufsize = -1
            disable_nagle_algorithm = True

            def handle_one_request(self) -> None:
                """As the base class, but for any method and a request line of any length."""
                self.raw_requestline = self.rfile.readline()
                if self.raw_requestline and self.parse_request():
                    self._answer()
                else:
                    self.close_connection = True

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                told = proxy.answer(Asked(self.command, self.path, dict(self.headers), body))
                self.send_response(told.status)
                for name, value in told.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(told.body)))
                self.end_headers()
                self.wfile.write(told.body)
                self.wfile.flush()

            def log_message(self, *_: object) -> None:
                """Keep the tests' output quiet."""

        return Handler
