"""A request of the journal as a curl command that repeats it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def write_curl(login: str, method: str, url: str, content_types: Iterable[str], body: str | None) -> str:
    """Return the command. With a login alone, curl asks for the password."""
    words = ["curl", "-u", login, url]
    if method not in {"GET", "POST"} or (method == "POST" and not body):
        words += ["-X", method]
    for each in content_types:
        words += ["-H", f"Content-Type: {each}"]
    if body:
        words += ["--data-binary", body]
    return " ".join(map(shlex.quote, words))
