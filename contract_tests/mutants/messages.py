"""A request and a response as they pass the proxy, and their meaning for the API."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

LIST: Final = "listSms"
SEND: Final = "sendSms"
SEND_BY_QUERY: Final = "sendSmsByQuery"
READ: Final = "getSms"

Headers = tuple[tuple[str, str], ...]
Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """A request as it reached the proxy."""

    method: str
    target: str
    """Path and query as they stood in the request line."""
    headers: Headers = ()
    body: bytes = b""
    base_path: str = ""
    """The path of the API, without a slash at the end."""

    @property
    def path(self) -> str:
        """The path, undecoded."""
        return self.target.partition("?")[0]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The query as a form."""
        return parse_qsl(self.target.partition("?")[2], keep_blank_values=True)

    @property
    def operation(self) -> str | None:
        """The operation of the contract; None for any other request."""
        below = self.path.removeprefix(self.base_path) if self.path.startswith(self.base_path) else ""
        if below == "/sms":
            return {"GET": LIST, "POST": SEND}.get(self.method)
        if self.method != "GET":
            return None
        if below == "/sms/send":
            return SEND_BY_QUERY
        return READ if below.startswith("/sms/") and "/" not in below[5:] and below[5:] else None

    @property
    def hash(self) -> str:
        """The last segment of the path: the hash of a read."""
        return self.path.rpartition("/")[2]

    def header(self, name: str) -> str:
        """Return the first header called `name`, in lower case; empty by default."""
        return next((text for key, text in self.headers if key.lower() == name), "")

    def with_header(self, name: str, text: str | None) -> "Request":
        """Return a copy with that one header; without it when `text` is None."""
        return replace(self, headers=_changed(self.headers, name, text))

    def with_pairs(self, pairs: list[tuple[str, str]]) -> "Request":
        """Return a copy with another query."""
        return replace(self, target=f"{self.path}?{urlencode(pairs, quote_via=quote)}")

    def json(self) -> Any:  # noqa: ANN401 - JSON
        """Return the body as JSON; None when it is not JSON."""
        return _read(self.body)


@dataclass(frozen=True)
class Response:
    """A response as it leaves the proxy."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    length: int | None = None
    """What `Content-Length` says; the length of the body unless given."""

    def header(self, name: str) -> str:
        """Return the first header called `name`, in lower case; empty by default."""
        return next((text for key, text in self.headers if key.lower() == name), "")

    def with_header(self, name: str, text: str | None) -> "Response":
        """Return a copy with that one header; without it when `text` is None."""
        return replace(self, headers=_changed(self.headers, name, text))

    def with_json(self, document: object) -> "Response":
        """Return a copy with another body."""
        return replace(self, body=json.dumps(document).encode())

    def json(self) -> Any:  # noqa: ANN401 - JSON
        """Return the body as JSON; None when it is not JSON."""
        return _read(self.body)

    @property
    def result(self) -> Any:  # noqa: ANN401 - JSON
        """The `data` of a success; None for any other response."""
        document = self.json() if self.status == OK else None
        return document.get("data") if isinstance(document, dict) else None


OK: Final = 200
Forward = Callable[[Request], Response]
"""Asks the right server."""
Lie = Callable[[Request, Forward], Response]
"""Answers a request, with the help of the right server."""


def error(status: int, message: str, **headers: str) -> Response:
    """Return a response with the error envelope; `_` in the names of `headers` stands for a dash."""
    envelope = {"status": "error", "data": {"code": status, "message": message}}
    extra = tuple((name.replace("_", "-"), text) for name, text in headers.items())
    return Response(status, (("content-type", "application/json"), *extra), json.dumps(envelope).encode())


def success(data: object) -> Response:
    """Return a response with `data` in the envelope."""
    envelope = {"status": "success", "data": data}
    return Response(OK, (("content-type", "application/json"),), json.dumps(envelope).encode())


def message_of(request: Request) -> Json | None:
    """Return the message of a send, with nested options for both ways to send; None without one."""
    if request.operation == SEND:
        document = request.json()
        return document if isinstance(document, dict) else None
    return _nested(request.pairs) if request.operation == SEND_BY_QUERY else None


def with_message(request: Request, message: Mapping[str, Any]) -> Request:
    """Return the same send with another message."""
    if request.operation == SEND:
        return replace(request, body=json.dumps(message).encode())
    return request.with_pairs([(name, _word(value)) for name, value in _flat(message)])


def _nested(pairs: list[tuple[str, str]]) -> Json:
    message: Json = {}
    for name, text in pairs:
        place = message
        *parents, last = name.split(".") if name.startswith("options.") else [name]
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = _BOOLEANS.get(text, text) if name == "options.flash_message" else text
    return message


def _flat(message: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found = []
    for name, value in message.items():
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{name}.")
        elif value is not None:
            found.append((f"{prefix}{name}", value))
    return found


_BOOLEANS: Final[Mapping[str, object]] = {"true": True, "false": False}


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _changed(headers: Headers, name: str, text: str | None) -> Headers:
    kept = tuple((key, value) for key, value in headers if key.lower() != name.lower())
    return kept if text is None else (*kept, (name, text))


def _read(body: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
