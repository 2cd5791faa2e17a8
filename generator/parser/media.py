"""Media types: which one of a body or a response is used, and what its content is in Python."""

import re
from collections.abc import Mapping
from typing import Any

from generator.errors import ContractError

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


def with_parameters(media_type: str) -> str:
    """Return a media type as sent: with its parameters, but for `charset`, which is UTF-8."""
    _, *parameters = (part.strip() for part in media_type.split(";"))
    kept = (part for part in parameters if part and not part.lower().startswith("charset="))
    return "; ".join([essence(media_type), *kept])


def check_charset(media_type: str, place: str) -> None:
    """Check that a media type is written in UTF-8, as far as it says."""
    charset = re.search(r";\s*charset=\"?([^\s;\"]+)", media_type, re.IGNORECASE)
    if charset and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise ContractError(place, f"the charset {charset[1]} is not supported; offer UTF-8")


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
