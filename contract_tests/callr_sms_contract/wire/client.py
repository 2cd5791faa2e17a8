"""A lean HTTP client that keeps its connection: thousands of requests a second, one after the other."""

import base64
import http.client
import json
import os
import select
import ssl
import time
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import certifi

from callr_sms_contract.wire.messages import Answer, Moments, Request

_SECONDS: Final = 10

Pairs = Iterable[tuple[str, str]]
Reply = tuple[Request, Answer | None, Moments]
"""What was sent, what came back (None when nothing did), and when."""


class Client:
    """Sends single requests to the server at `base_url`. A request goes out once, whatever happens to it."""

    def __init__(self, base_url: str, login: str, password: str) -> None:
        url = urlsplit(base_url)
        self._host, self._port, self._is_safe = str(url.hostname), url.port, url.scheme == "https"
        self._base, self._path = base_url.rstrip("/"), url.path.rstrip("/")
        self.authorization = basic(login, password)
        self._connection: http.client.HTTPConnection | None = None

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def send(  # noqa: PLR0913 - what makes a request, by name
        self,
        method: str,
        path: str,
        query: Pairs | str | None = None,
        *,
        authorization: str | None = "",
        document: object = None,
        body: bytes = b"",
        content_type: str = "application/json",
        in_chunks: bool = False,
    ) -> Reply:
        """Send one request, by default with the account's credentials.

        `query` is encoded unless it is a string already; `document` is sent as JSON, `body` as it is, with no
        type where `content_type` is empty. `in_chunks` does not say beforehand how long it is.
        """
        headers = {"authorization": self.authorization} if authorization == "" else {}
        if authorization:
            headers["authorization"] = authorization
        raw = json.dumps(document).encode() if document is not None else body
        if raw and content_type:
            headers["content-type"] = content_type
        if in_chunks:
            headers["transfer-encoding"] = "chunked"
        tail = quote(path, safe="/%") + _query(query)
        request = Request(method, self._base + tail, headers, raw)
        began = time.monotonic()
        answer = self._exchange(request, self._path + tail)
        return request, answer, Moments(began, time.monotonic())

    def _exchange(self, request: Request, target: str) -> Answer | None:
        connection = self._connection or self._connect()
        if connection.sock is not None and select.select([connection.sock], [], [], 0)[0]:
            connection.close()  # the server has ended it; a request on it would get no answer
        try:
            if "transfer-encoding" in request.headers:
                pieces = (bytes([octet]) for octet in request.body)
                connection.request(request.method, target, pieces, dict(request.headers), encode_chunked=True)
            else:
                connection.request(request.method, target, request.body or None, dict(request.headers))
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return None
        headers: dict[str, str] = {}
        for name, value in response.headers.items():
            known = headers.get(name.lower())
            headers[name.lower()] = value if known is None else f"{known}, {value}"
        return Answer(response.status, headers, body)

    def _connect(self) -> http.client.HTTPConnection:
        if self._is_safe:
            self._connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=_SECONDS, context=trusted_context()
            )
        else:
            self._connection = http.client.HTTPConnection(self._host, self._port, timeout=_SECONDS)
        return self._connection


def trusted_context() -> ssl.SSLContext:
    """Who is trusted: those of whom requests, which schemathesis uses, takes certificates."""
    return ssl.create_default_context(cafile=os.environ.get("REQUESTS_CA_BUNDLE") or certifi.where())


def basic(login: str, password: str) -> str:
    """The `Authorization` header of an account (RFC 7617)."""
    return f"Basic {base64.b64encode(f'{login}:{password}'.encode()).decode()}"


def _query(query: Pairs | str | None) -> str:
    if query is None:
        return ""
    return f"?{query if isinstance(query, str) else urlencode(list(query), errors='surrogatepass')}"


def json_of(answer: Answer | None) -> Any:  # noqa: ANN401 - JSON
    """The body of an answer, or None."""
    try:
        return json.loads(answer.body) if answer is not None else None
    except (ValueError, RecursionError):
        return None
