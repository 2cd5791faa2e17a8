"""Markdown in the pages."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it.token import Token

# HTML in the document is escaped: it cannot bring a script or a URL to load.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


_HEADING = re.compile(r'<h\d id="([^"]+)">.*?(?=</h\d>)')
_HERE = r'<a class="anchor" href="#\1" aria-hidden="true" tabindex="-1"></a>'


def anchor(*words: str) -> str:
    """Return the id of a place on the page, which must not contain a space."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", "-".join(words)).strip("-")


def _parse(text: str) -> list[Token]:
    """Parse Markdown, and add an id to each heading."""
    tokens = _MARKDOWN.parse(text)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", anchor(inline.content.lower()))
    return tokens


def headings(text: str) -> list[str]:
    """Return the headings of a Markdown text."""
    pairs = pairwise(_parse(text))
    return [inline.content for opening, inline in pairs if opening.type == "heading_open"]


def markdown(text: str) -> Markup:
    """Render Markdown."""
    html = _MARKDOWN.renderer.render(_parse(text), _MARKDOWN.options, {})
    html = _HEADING.sub(rf"\g<0>{_HERE}", html)
    # A wide table scrolls inside the page.
    return Markup(html.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>"))  # noqa: S704 - escaped by the parser


def markdown_line(text: str) -> Markup:
    """Render Markdown inside a line."""
    return Markup(_MARKDOWN.renderInline(text))  # noqa: S704 - escaped by the parser
