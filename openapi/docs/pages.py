"""What all reference pages share: the style, the templates, and a single file that loads nothing."""

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
    """The style of a page, and its hash for the Content Security Policy."""

    css: Markup
    sha256: str

    @classmethod
    def of(cls, *files: Path) -> Self:
        """Join style sheets."""
        css = "".join(file.read_text(encoding="utf-8") for file in files)
        return cls(Markup(css), base64.b64encode(hashlib.sha256(css.encode()).digest()).decode())  # noqa: S704 - style sheets of this repository


def templates(folder: Path) -> Environment:
    """Load the templates of a folder: everything is escaped, and an undefined name is an error."""
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
    """Replace a page atomically: a reader finds the old page or the new one, complete."""
    unfinished = output.with_name(output.name + ".unfinished")
    output.parent.mkdir(parents=True, exist_ok=True)
    unfinished.write_bytes(page)
    unfinished.replace(output)
