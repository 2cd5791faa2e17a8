"""Media types: which one of a body or a response is used, and what its content is in Python."""

from collections.abc import Mapping
from typing import Any

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data"

_FILES = frozenset(
    {
        "application/octet-stream",
        "application/pdf",
        "application/zip",
        "application/gzip",
        "application/x-zip",
    }
)
_FILE_KINDS = ("image/", "audio/", "video/", "font/")


def essence(media_type: str) -> str:
    """Return a media type without its parameters, such as `charset`."""
    return media_type.partition(";")[0].strip().lower()


def is_json(media_type: str) -> bool:
    """Return whether the content is JSON; a response of any type is taken as JSON, too."""
    found = essence(media_type)
    return found in (JSON, "*/*") or found.endswith("+json")


def is_text(media_type: str) -> bool:
    """Return whether the content is a text."""
    return essence(media_type).startswith("text/")


def is_file(media_type: str) -> bool:
    """Return whether the content is bytes."""
    return essence(media_type) in _FILES or essence(media_type).startswith(_FILE_KINDS)


def choose(content: Mapping[str, Any], *, sent: bool) -> str | None:
    """Return the media type to use: JSON before forms, texts and files; None when none is supported."""
    checks = [is_json, *([lambda name: essence(name) in (FORM, PARTS)] if sent else []), is_text, is_file]
    return next((name for check in checks for name in content if check(name)), None)
