"""A real browser, with the network off."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page, Route

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    # Chromium's sandbox does not run as root; the page is ours and loads nothing.
    *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # No name leads anywhere: whatever escapes the tests' own barrier finds no host.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


class Visit(NamedTuple):
    """A page that was opened, what it asked for, and what the browser complained of."""

    page: Page
    requests: list[str]
    complaints: list[str]


def visit(page: Page, url: str) -> Visit:
    """Open a page with the network off: only the page itself is let through."""
    visited = Visit(page, [], [])

    def guard(route: Route) -> None:
        visited.requests.append(route.request.url)
        route.continue_() if route.request.url == url else route.abort()

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            visited.complaints.append(message.text)

    page.route("**/*", guard)
    page.on("console", hear)
    page.on("pageerror", lambda error: visited.complaints.append(str(error)))
    page.goto(url)
    return visited
