"""A small HTTP client that keeps its connection, for thousands of requests per second."""

import base64
import http.client
import json
import select
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, TypedDict, Unpack
from urllib.parse import quote, urlencode, urlsplit

from callr_sms_contract.wire.connection import http_connection
from callr_sms_contract.wire.messages import Request, Response, Timing, join_headers
from callr_sms_contract.wire.pace import at_pace, current_pace

_SECONDS: Final = 10
_ANY_WINDOW: Final = zlib.MAX_WBITS | 32
"""For zlib: a header of gzip or of its own."""
_NO_HEADER: Final = -zlib.MAX_WBITS

Pairs = Iterable[tuple[str, str]]
Reply = tuple[Request, Response | None, Timing]
"""A request, its response (None when there was none), and their times."""


class Options(TypedDict, total=False):
    """The rest of a request, apart from method and URL."""

    authorization: str | None
    """Replaces the header of the account; None sends no such header."""
    document: object
    """Sent as JSON."""
    body: bytes
    """Sent unchanged."""
    content_type: str
    """The type of the body; an empty string sends no such header."""
    in_chunks: bool
    """Whether the body is sent in chunks, without its length."""
    meanwhile: Callable[[], None]
    """Called while the server works on the request, at least once unless it cannot be written."""


class Client:
    """Sends single requests to the server at `base_url`.

    Nothing is retried, except a read: when the server says so, or has closed a reused connection.
    """

    def __init__(self, base_url: str, login: str, password: str) -> None:
        self._url, self._base = urlsplit(base_url), base_url.rstrip("/")
        self.authorization = basic_header(login, password)
        self._connection: http.client.HTTPConnection | None = None
        self.cut_off: Response | None = None
        """The response to the last request, if its connection was closed before its end: what came of it."""

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def send(
        self, method: str, path: str, query: Pairs | str | None = None, **options: Unpack[Options]
    ) -> Reply:
        """Send one request, by default with the account's credentials; `query` may be encoded already."""
        authorization, document = options.get("authorization", ""), options.get("document")
        content_type = options.get("content_type", "application/json")
        headers = {"authorization": self.authorization} if authorization == "" else {}
        if authorization:
            headers["authorization"] = authorization
        raw = json.dumps(document).encode() if document is not None else options.get("body", b"")
        if raw and content_type:
            headers["content-type"] = content_type
        if options.get("in_chunks"):
            headers["transfer-encoding"] = "chunked"
        tail = quote(path, safe="/%")
        if query is not None:
            tail += f"?{query if isinstance(query, str) else urlencode(list(query), errors='surrogatepass')}"
        request = Request(method, self._base + tail, headers, raw)
        target = self._url.path.rstrip("/") + tail
        spent = 0.0

        def meanwhile() -> None:
            nonlocal spent
            began = time.monotonic()
            options.get("meanwhile", _nothing)()
            spent += time.monotonic() - began

        def exchange() -> tuple[Response | None, Timing]:
            nonlocal spent
            spent, began = 0.0, time.monotonic()
            response = self._exchange(request, target, meanwhile)
            return response, Timing(began, time.monotonic(), spent)

        response, timing = at_pace(method, request.path, exchange, _head_of)
        return request, response, timing

    def repeat(self, request: Request) -> Reply:
        """Send a request as it stands, on a connection of its own."""
        self.close()
        parts = urlsplit(request.url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        left_out = {"accept-encoding", "connection", "content-length", "host"}
        headers = {name: value for name, value in request.headers.items() if name not in left_out}
        again = replace(request, headers=headers)

        def exchange() -> tuple[Response | None, Timing]:
            began = time.monotonic()
            response = self._exchange(again, target, _nothing)
            return response, Timing(began, time.monotonic())

        response, timing = at_pace(request.method, request.path, exchange, _head_of)
        return request, response, timing

    def _exchange(self, request: Request, target: str, meanwhile: Callable[[], None]) -> Response | None:
        """Return the response; a read is made again, once in a run, on a connection of its own.

        A server may close an idle connection just when it is reused (RFC 9112, 9.3.1).
        """
        pace, self.cut_off = current_pace(), None
        if not pace.reuses_connections:
            self.close()
        connection = self._connection = self._connection or http_connection(self._url, _SECONDS)
        if connection.sock is not None and select.select([connection.sock], [], [], 0)[0]:
            connection.close()  # the server has closed it; a request on it would get no response
        was_kept = connection.sock is not None
        try:
            return self._sent(connection, request, target, meanwhile)
        except TimeoutError:
            self.close()
        except (OSError, http.client.HTTPException):
            self.close()
            if was_kept and pace.may_repeat(request.method, request.path):
                return self._exchange(request, target, meanwhile)
        return None

    def _sent(
        self,
        connection: http.client.HTTPConnection,
        request: Request,
        target: str,
        meanwhile: Callable[[], None],
    ) -> Response:
        if "transfer-encoding" in request.headers:
            pieces = (bytes([octet]) for octet in request.body)
            connection.request(request.method, target, pieces, dict(request.headers), encode_chunked=True)
        else:
            connection.request(request.method, target, request.body or None, dict(request.headers))
        meanwhile()
        response = connection.getresponse()
        headers = join_headers(response.headers.items())
        try:
            body = response.read()
        except http.client.IncompleteRead as error:
            self.cut_off = Response(response.status, headers, error.partial)
            raise
        return Response(response.status, headers, decoded(body, headers.get("content-encoding", "")))


def waited_for(timing: Timing) -> float | None:
    """Return for how long a response was waited for that never came; None when its connection failed."""
    return timing.took if timing.took >= _SECONDS else None


def _nothing() -> None:
    """Do nothing."""


def decoded(body: bytes, coding: str) -> bytes:
    """Return a body without its content coding; a gateway may compress what nobody asked it to."""
    if coding.strip().lower() in {"gzip", "x-gzip", "deflate"}:
        for window in (_ANY_WINDOW, _NO_HEADER):  # many servers leave out the header of deflate
            with suppress(zlib.error):
                return zlib.decompress(body, window)
    return body


def _head_of(answer: tuple[Response | None, Timing]) -> tuple[int, Mapping[str, str]] | None:
    response, _ = answer
    return (response.status, response.headers) if response is not None else None


def basic_header(login: str, password: str) -> str:
    """Return the `Authorization` header of an account (RFC 7617)."""
    return f"Basic {base64.b64encode(f'{login}:{password}'.encode()).decode()}"


def parsed_json(response: Response | None) -> Any:  # noqa: ANN401 - JSON
    """Return the body of a response, or None when it is not JSON."""
    try:
        return json.loads(response.body) if response is not None else None
    except (ValueError, RecursionError):
        return None
