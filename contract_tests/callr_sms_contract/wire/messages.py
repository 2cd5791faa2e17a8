"""A request as it was sent, and its response, whatever library carried them."""

import base64
import binascii
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]")
_PLAIN_PATH: Final = re.compile(r"(?:/(?!\.\.?(?:/|$)|(?i:sms|send)(?:/|$))[A-Za-z0-9._~-]+)*")


@dataclass(frozen=True)
class Request:
    """A request as it was sent; header names are lower-case."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = b""

    @cached_property
    def path(self) -> str:
        """Return the path; only escapes of unreserved characters are decoded (RFC 3986, 6.2.2.2)."""
        return _ESCAPE.sub(_decode_unreserved, urlsplit(self.url).path)

    @cached_property
    def query(self) -> str:
        """Return the query of the URL, without its question mark."""
        return urlsplit(self.url).query


@dataclass(frozen=True)
class Response:
    """A response; header names are lower-case, the values of repeated headers are joined with a comma."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Timing:
    """When a request was sent and its response received, in seconds of one clock for the whole run.

    `sent` may be too early and `received` too late, never the other way round: exchanges that overlap prove
    nothing about their order.
    """

    sent: float
    received: float
    busy: float = 0.0
    """For how many seconds in between we did something else, so that the response may have waited."""

    @property
    def took(self) -> float:
        """Return the seconds that were spent on waiting for the response."""
        return max(0.0, self.received - self.sent - self.busy)

    @classmethod
    def now(cls) -> "Timing":
        """Return the timing of an exchange that ended just now, in a run without concurrent requests."""
        moment = time.monotonic()
        return cls(moment, moment)


@dataclass(frozen=True)
class Query:
    """A query string as names and values, and what no source settles about it."""

    pairs: tuple[tuple[str, str], ...]
    doubts: tuple[str, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the names in their order, with repetitions."""
        return tuple(name for name, _ in self.pairs)


def join_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return headers by lower-case name; the different values of repeated ones are joined with a comma.

    A proxy may add a header that is there already.
    """
    found: dict[str, dict[str, None]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), {})[value] = None
    return {name: ", ".join(values) for name, values in found.items()}


def read_query(raw: str) -> Query:
    """Read a query string as a form: `&` between pairs, `+` for a space, escapes in UTF-8."""
    if not raw:
        return Query(())
    chunks = raw.split("&")
    pairs = tuple(
        (_decode(name), _decode(value)) for name, _, value in (each.partition("=") for each in chunks if each)
    )
    return Query(pairs, tuple(dict.fromkeys(doubt for each in chunks for doubt in _query_doubts(each))))


def _query_doubts(chunk: str) -> list[str]:
    doubts = []
    if not chunk:
        doubts.append("an empty pair in the query")
    elif "=" not in chunk:
        doubts.append("a query parameter without an equals sign")
    if _BAD_ESCAPE.search(chunk):
        doubts.append("a percent sign that escapes nothing")
    try:
        unquote_to_bytes(chunk).decode("utf-8")
    except UnicodeDecodeError:
        doubts.append("a query that is not UTF-8")
    return doubts


def _decode(raw: str) -> str:
    return unquote_to_bytes(raw.replace("+", " ")).decode("utf-8", "replace")


def _decode_unreserved(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if _UNRESERVED.fullmatch(character) else found[0]


def is_plain_path(path: str) -> bool:
    """Return whether a base path is plain: without escapes, dots and names of the API's own paths."""
    return _PLAIN_PATH.fullmatch(path) is not None


def basic_credentials(header: str | None) -> tuple[bytes, bytes] | None:
    """Return the login and password of an `Authorization` header (RFC 7617); None if it is malformed."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        login, colon, password = base64.b64decode(encoded.strip(" "), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return None
    return (login, password) if colon else None
