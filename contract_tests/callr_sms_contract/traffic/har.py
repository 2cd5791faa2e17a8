"""Reads recorded traffic from a HAR file (version 1.2), in the order in which it began."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from callr_sms_contract.wire import Request, Response, basic_credentials, basic_header, join_headers

UNAUTHORIZED: Final = 401
PLACEHOLDER: Final = ("recorded", "recorded")
"""The account of a recording without credentials, which browsers remove."""
_EXPECTED: Final = "expected a HAR file as a browser or a proxy saves it"


class HarError(ValueError):
    """A file that is not a HAR file; the message names it and what was expected."""


@dataclass(frozen=True)
class Entry:
    """A request and its response, with the seconds of one clock."""

    request: Request
    response: Response
    sent: float
    received: float


@dataclass(frozen=True)
class Traffic:
    """The exchanges of a file that belong to the API."""

    base_url: str
    login: str
    password: str
    entries: tuple[Entry, ...]
    others: int
    """The number of entries that do not."""


def read_har(path: Path, base_path: str, base_url: str = "") -> Traffic:
    """Read the file at `path`; the API is at `base_url`, or else at the first `base_path` in it.

    Raises HarError when the file cannot be read or is not a HAR file.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        entries = [_entry(each) for each in document["log"]["entries"]]
    except OSError as error:
        raise HarError(f"{path} cannot be read ({error.strerror}); {_EXPECTED}") from None
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise HarError(f"{path}: not a HAR file ({type(error).__name__}: {error}); {_EXPECTED}") from None
    base = base_url.rstrip("/") or _find_base(entries, base_path)
    found = sorted(
        (each for each in entries if each.request.url.startswith(f"{base}/")), key=lambda each: each.sent
    )
    if not base or not found:
        raise HarError(
            f"{path}: it has no request to {base or base_path}; expected one, or another --base-url"
        )
    login, password = _account(found)
    dressed = tuple(_with_credentials(each, login, password) for each in found)
    return Traffic(base, login, password, dressed, len(entries) - len(found))


def _find_base(entries: list[Entry], base_path: str) -> str:
    for entry in entries:
        before, mark, _ = entry.request.url.partition(f"{base_path}/")
        if mark and "?" not in before:
            return before + base_path
    return ""


def _account(entries: list[Entry]) -> tuple[str, str]:
    """Return the credentials of the first request that was accepted."""
    for entry in entries:
        given = basic_credentials(entry.request.headers.get("authorization"))
        if given is not None and entry.response.status != UNAUTHORIZED:
            return given[0].decode("utf-8", "replace"), given[1].decode("utf-8", "replace")
    return PLACEHOLDER


def _with_credentials(entry: Entry, login: str, password: str) -> Entry:
    """Return the entry with credentials, if they were removed from the recording."""
    stripped = (login, password) == PLACEHOLDER and "authorization" not in entry.request.headers
    if not stripped or entry.response.status == UNAUTHORIZED:
        return entry
    headers = {**entry.request.headers, "authorization": basic_header(login, password)}
    return replace(entry, request=replace(entry.request, headers=headers))


def _entry(raw: Mapping[str, Any]) -> Entry:
    asked, told = raw["request"], raw["response"]
    began = datetime.fromisoformat(raw["startedDateTime"]).timestamp()
    request = Request(
        str(asked["method"]),
        urlsplit(str(asked["url"]))._replace(fragment="").geturl(),
        dict(_headers(asked["headers"])),
        _content(asked.get("postData") or {}),
    )
    response = Response(
        int(told["status"]), join_headers(_headers(told["headers"])), _content(told.get("content") or {})
    )
    return Entry(request, response, began, began + float(raw.get("time") or 0) / 1000)


def _headers(raw: list[Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    for each in raw:
        if not each["name"].startswith(":"):  # HTTP/2 carries the request line as headers
            yield each["name"].lower(), each["value"]


def _content(raw: Mapping[str, Any]) -> bytes:
    text = str(raw.get("text") or "")
    if raw.get("encoding") != "base64":
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        message = f"a body that is not base64 ({error})"
        raise ValueError(message) from None
