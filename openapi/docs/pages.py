"""What all reference pages share: style, script, templates, and a single file that loads nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import NamedTuple, Self

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from openapi.docs.markdown import anchor, markdown, markdown_line

_HERE = Path(__file__).parent
STYLE = _HERE / "style.css"
SCRIPT = _HERE / "script.js"
#: The vendor's site.
VENDOR = "https://www.callr.com"


class Inline(NamedTuple):
    """A style or a script inside a page, and its hash for the Content Security Policy."""

    text: Markup
    sha256: str

    @classmethod
    def of(cls, *files: Path) -> Self:
        """Join files, without the comments and the indentation of scripts."""
        text = "".join(file.read_text(encoding="utf-8") for file in files)
        if files[0].suffix == ".js":
            text = re.sub(r"^ *(//.*\n)?", "", text, flags=re.MULTILINE)
        return cls(Markup(text), base64.b64encode(hashlib.sha256(text.encode()).digest()).decode())  # noqa: S704 - files of this repository


def templates(folder: Path) -> Environment:
    """Load the templates of a folder: everything is escaped, and an undefined name is an error."""
    environment = Environment(
        loader=FileSystemLoader([folder, _HERE]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"md": markdown, "md_line": markdown_line}
    environment.globals |= {"anchor": anchor, "vendor": VENDOR, "script": Inline.of(SCRIPT)}
    return environment


def replace(output: Path, page: bytes) -> None:
    """Replace a page atomically: a reader finds the old page or the new one, complete."""
    unfinished = output.with_name(output.name + ".unfinished")
    output.parent.mkdir(parents=True, exist_ok=True)
    unfinished.write_bytes(page)
    unfinished.replace(output)
