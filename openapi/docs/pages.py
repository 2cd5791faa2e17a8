"""What every reference page is: one HTML file of our own style that loads nothing."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import NamedTuple, Self

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from openapi.docs.markdown import anchor, markdown, markdown_line

STYLE = Path(__file__).with_name("style.css")


class Style(NamedTuple):
    """The style of a page, and the hash by which its Content Security Policy knows it."""

    css: Markup
    sha256: str

    @classmethod
    def of(cls, *files: Path) -> Self:
        """Put style sheets of ours together."""
        css = "".join(file.read_text(encoding="utf-8") for file in files)
        return cls(Markup(css), base64.b64encode(hashlib.sha256(css.encode()).digest()).decode())  # noqa: S704 - our own files


def templates(folder: Path) -> Environment:
    """Make the templates of a folder ready: everything is escaped, and nothing may be missing."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"md": markdown, "md_line": markdown_line}
    environment.globals |= {"anchor": anchor}
    return environment


def replace(output: Path, page: bytes) -> None:
    """Write beside it, then rename: who reads the page meanwhile finds the old one or the new one, whole."""
    unfinished = output.with_name(output.name + ".unfinished")
    output.parent.mkdir(parents=True, exist_ok=True)
    unfinished.write_bytes(page)
    unfinished.replace(output)
