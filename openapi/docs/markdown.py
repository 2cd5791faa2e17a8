"""Markdown on the pages."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it.token import Token

# No HTML of the document's own: its words cannot bring a script or an address to load.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def anchor(*words: str) -> str:
    """Make the id of a place on the page: it must not hold a space."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", "-".join(words)).strip("-")


def _parse(text: str) -> list[Token]:
    """Parse Markdown, and name each heading by its words."""
    tokens = _MARKDOWN.parse(text)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", anchor(inline.content.lower()))
    return tokens


def headings(text: str) -> list[str]:
    """List the headings of a Markdown text."""
    pairs = pairwise(_parse(text))
    return [inline.content for opening, inline in pairs if opening.type == "heading_open"]


def markdown(text: str) -> Markup:
    """Render Markdown."""
    html = _MARKDOWN.renderer.render(_parse(text), _MARKDOWN.options, {})
    # A wide table scrolls by itself, not the page.
    return Markup(html.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>"))  # noqa: S704 - escaped by the parser


def markdown_line(text: str) -> Markup:
    """Render Markdown that stands in a line of something else."""
    return Markup(_MARKDOWN.renderInline(text))  # noqa: S704 - escaped by the parser
