"""The ways in which a request, or its response, is broken between a program and the API."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final


class Stage(Enum):
    """How far an exchange has come when it breaks."""

    LISTEN = auto()
    """Nothing listens: the connection is refused."""
    CONNECT = auto()
    LINE = auto()
    """In the request line, or behind it."""
    HEADERS = auto()
    """After the first header."""
    HEAD = auto()
    """Between head and body; a request without a body has no such place."""
    BODY = auto()
    """In the middle of the body, as above."""
    REQUEST = auto()
    """The whole request was received, and is not executed."""
    RESPONSE = auto()
    """The request was executed: the SMS is sent."""


class End(Enum):
    """What happens to the connection."""

    RESET = auto()
    """TCP RST."""
    CLOSE = auto()
    """TCP FIN."""
    SILENCE = auto()
    """It stays open, and nothing comes any more."""
    KEEP = auto()
    """It stays open for the next request, if the request allows that."""


@dataclass(frozen=True)
class Response:
    """A response as bytes: its status line and headers, each with its line end, and its body."""

    line: bytes
    headers: tuple[bytes, ...]
    body: bytes

    @property
    def head(self) -> bytes:
        """Return everything before the body."""
        return self.line + b"".join(self.headers) + b"\r\n"

    @property
    def whole(self) -> bytes:
        """Return all of it."""
        return self.head + self.body

    def without(self, *names: bytes) -> tuple[bytes, ...]:
        """Return the headers without those of these names, in lower case."""
        return tuple(each for each in self.headers if each.partition(b":")[0].strip().lower() not in names)


@dataclass(frozen=True)
class Wait:
    """A pause in the middle of a response."""

    seconds: float


Part = bytes | Wait
"""What is written, or how long nothing is."""


def _nothing(_: Response, __: str) -> Iterator[Part]:
    yield from ()


@dataclass(frozen=True)
class Break:
    """One way in which an exchange breaks."""

    name: str
    words: str
    """What happens, for a report."""
    stage: Stage
    end: End
    parts: Callable[[Response, str], Iterator[Part]] = _nothing
    """What is written before the end, given the right response (an empty one when nothing was executed) and
    the target of the request."""
    only_first: bool = False
    """Whether only the first send is broken, so that a repetition succeeds."""
    is_tls: bool = False
    """Whether the program is given an address of `https://`."""

    @property
    def is_after_the_send(self) -> bool:
        """Return whether the SMS is sent although the exchange breaks."""
        return self.stage is Stage.RESPONSE

    @property
    def needs_a_body(self) -> bool:
        """Return whether it can only happen to a request with a body."""
        return self.stage in {Stage.HEAD, Stage.BODY}


_ENDS: Final = (("reset", End.RESET, "reset"), ("closed", End.CLOSE, "closed"))
_PAGE: Final = b"<!DOCTYPE html><title>Sign in</title><p>Sign in to use this network.</p>\n"
_STATUSES: Final = {
    200: "OK",
    302: "Found",
    307: "Temporary Redirect",
    408: "Request Timeout",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
UNTRUSTED: Final = "tls-untrusted"
"""The break that a program survives which does not verify certificates."""
_HANDSHAKE_FAILURE: Final = bytes.fromhex("15030300020228")
"""A fatal alert in a record of TLS (RFC 8446, 6)."""
_PIECES: Final = 20


def response(status: int, *headers: bytes, body: bytes = b"", kind: bytes = b"text/html") -> Response:
    """Return a response with a body of the media type `kind`."""
    line = f"HTTP/1.1 {status} {_STATUSES[status]}\r\n".encode()
    return Response(
        line, (*headers, b"Content-Type: %s\r\n" % kind, b"Content-Length: %d\r\n" % len(body)), body
    )


SIGN_IN: Final = response(200, body=_PAGE)
"""What a captive portal or a gateway puts in the place of the API."""


def _instead(status: int, *headers: bytes, body: bytes = b"") -> Callable[[Response, str], Iterator[Part]]:
    made = response(status, *headers, body=body)

    def parts(_: Response, __: str) -> Iterator[Part]:
        yield made.whole

    return parts


def _redirected(status: int, place: str = "") -> Callable[[Response, str], Iterator[Part]]:
    def parts(_: Response, target: str) -> Iterator[Part]:
        yield response(status, f"Location: {place or target}\r\n".encode("latin-1")).whole

    return parts


def _some(choose: Callable[[Response], bytes]) -> Callable[[Response, str], Iterator[Part]]:
    def parts(right: Response, _: str) -> Iterator[Part]:
        yield choose(right)

    return parts


def _slowly(right: Response, _: str) -> Iterator[Part]:
    size = max(1, len(right.whole) // _PIECES)
    for begin in range(0, len(right.whole), size):
        yield right.whole[begin : begin + size]
        yield Wait(0.1)


def _late(right: Response, _: str) -> Iterator[Part]:
    yield Wait(4)
    yield right.whole


def _unframed(right: Response, _: str) -> Iterator[Part]:
    kept = right.without(b"content-length", b"connection")
    head = Response(right.line, (*kept, b"Connection: close\r\n"), b"").head
    yield head + _half(right.body)


def _half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _truncated(right: Response) -> bytes:
    body = _half(right.body)
    length = b"Content-Length: %d\r\n" % len(body)
    return Response(right.line, (*right.without(b"content-length"), length), body).whole


def _connections() -> Iterator[Break]:
    yield Break("connection-refused", "nothing listens at the address", Stage.LISTEN, End.RESET)
    for word, end, verb in _ENDS:
        yield Break(f"connection-{word}", f"the connection is {verb} at once", Stage.CONNECT, end)


def _handshakes() -> Iterator[Break]:
    def broken(name: str, words: str, end: End, sent: bytes = b"") -> Break:
        return Break(name, words, Stage.CONNECT, end, _some(lambda _: sent), is_tls=True)

    for word, end, verb in _ENDS:
        yield broken(f"tls-{word}", f"the TLS handshake is {verb}", end)
    yield broken(
        "tls-alert", "the server ends the TLS handshake with an alert", End.CLOSE, _HANDSHAKE_FAILURE
    )
    plain = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
    yield broken("tls-plain", "the server responds to the TLS handshake with plain HTTP", End.CLOSE, plain)
    yield broken(UNTRUSTED, "the certificate of the server is self-signed", End.KEEP)


def _requests() -> Iterator[Break]:
    places = {
        "line": (Stage.LINE, "in the request line"),
        "headers": (Stage.HEADERS, "in the headers of the request"),
        "before-body": (Stage.HEAD, "between head and body of the request"),
        "body": (Stage.BODY, "in the body of the request"),
        "end": (Stage.REQUEST, "after the request, which is not executed"),
    }
    for place, (stage, words) in places.items():
        for word, end, verb in _ENDS:
            yield Break(f"request-{place}-{word}", f"the connection is {verb} {words}", stage, end)
    yield Break(
        "request-silent", "the request is not executed, and no response comes", Stage.REQUEST, End.SILENCE
    )


def _statuses() -> Iterator[Break]:
    """Statuses before and after the send: a program sees no difference between the two."""
    later = b"Retry-After: 1\r\n"
    more = {429: (later,), 503: (later,)}
    for status in (429, 500, 502, 503, 504):
        parts = _instead(status, *more.get(status, ()))
        words = f"a {status} comes, and the SMS was not sent"
        yield Break(f"status-{status}-before", words, Stage.REQUEST, End.KEEP, parts)
    for status in (408, 500, 502, 503, 504):
        parts = _instead(status, *more.get(status, ()))
        words = f"a {status} comes although the SMS was sent"
        yield Break(f"status-{status}-after", words, Stage.RESPONSE, End.KEEP, parts, only_first=True)


def _replacements() -> Iterator[Break]:
    """Responses of something that is not the API."""
    before, after = Stage.REQUEST, Stage.RESPONSE
    again = _redirected(307)
    yield Break(
        "redirect-307-before",
        "a 307 to the same URL comes, and the SMS was not sent",
        before,
        End.KEEP,
        again,
        only_first=True,
    )
    yield Break(
        "redirect-307-after",
        "a 307 to the same URL comes although the SMS was sent",
        after,
        End.KEEP,
        again,
        only_first=True,
    )
    yield Break(
        "redirect-302-page",
        "a 302 to a page to sign in comes, and the SMS was not sent",
        before,
        End.KEEP,
        _redirected(302, "/sign-in"),
    )
    yield Break(
        "page-200-before",
        "a 200 with an HTML page comes, and the SMS was not sent",
        before,
        End.KEEP,
        _instead(200, body=_PAGE),
    )
    yield Break(
        "empty-200-before",
        "a 200 without a body comes, and the SMS was not sent",
        before,
        End.KEEP,
        _instead(200),
    )
    yield Break(
        "page-200-after",
        "a 200 with an HTML page comes although the SMS was sent",
        after,
        End.KEEP,
        _instead(200, body=_PAGE),
        only_first=True,
    )


def _responses() -> Iterator[Break]:
    def broken(name: str, words: str, end: End, parts: Callable[[Response, str], Iterator[Part]]) -> Break:
        return Break(f"response-{name}", words, Stage.RESPONSE, end, parts, only_first=True)

    cuts: dict[str, tuple[str, Callable[[Response], bytes]]] = {
        "none": ("before the response", lambda _: b""),
        "line": ("in the status line of the response", lambda right: _half(right.line)),
        "headers": ("in the headers of the response", lambda right: _half(right.head)),
        "before-body": ("between head and body of the response", lambda right: right.head),
        "body": ("in the body of the response", lambda right: right.head + _half(right.body)),
    }
    for place, (words, choose) in cuts.items():
        for word, end, verb in _ENDS:
            yield broken(f"{place}-{word}", f"the connection is {verb} {words}", end, _some(choose))
    words = "a response without a length ends in the middle of its JSON"
    yield broken("unframed-closed", words, End.CLOSE, _unframed)
    yield broken("truncated", "a complete response has half of the JSON", End.KEEP, _some(_truncated))
    yield broken(
        "garbage", "what comes is not HTTP", End.CLOSE, _some(lambda _: b"\x00\x16\x03garbage\r\n\r\n")
    )
    yield broken("slow", "the response comes bit by bit, for two seconds", End.KEEP, _slowly)
    yield broken("late", "the response comes after four seconds", End.KEEP, _late)
    yield broken("silent", "the SMS was sent, and no response comes", End.SILENCE, _nothing)
    half = cuts["body"][1]
    yield broken("body-silent", "half of the response comes, and then nothing", End.SILENCE, _some(half))


BREAKS: Final = (
    *_connections(),
    *_handshakes(),
    *_requests(),
    *_statuses(),
    *_replacements(),
    *_responses(),
)
"""All of them, in the order of an exchange."""
