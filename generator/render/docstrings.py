"""Docstrings from the descriptions of a contract."""

import re
import textwrap
from collections.abc import Iterable

from openapi_python_client.strings import safe_for_docstring

_WIDTH = 100
_BLOCK = re.compile(r"^\s*([-*+] |\d+\. |#|```|\|)")


def docstring(text: str, indent: int = 0, sections: Iterable[str] = ()) -> str:
    """Return a docstring in quotes: the first sentence on the first line, the rest, and the sections."""
    first, rest = _split_summary(text)
    pad = " " * indent
    paragraphs = [_fill(paragraph) for paragraph in rest.split("\n\n") if paragraph.strip()]
    body = [textwrap.indent(part, pad) for part in (*paragraphs, *sections)]
    if not body:
        return f'"""{first}"""'
    return f'"""{first}\n\n' + "\n\n".join(body) + f'\n{pad}"""'


def clean(text: str) -> str:
    """Return a text of the contract in a form that cannot end the docstring around it."""
    # Quotes at the end first: escaped ones would leave their backslash.
    return safe_for_docstring(re.sub(r'["\s]+$', "", text)).strip()


def section(title: str, lines: Iterable[tuple[str, str]]) -> str:
    """Return a section such as `Args:`, with an entry for each name."""
    entries = (
        textwrap.fill(
            f"{name}: {' '.join(clean(text).split())}",
            _WIDTH,
            initial_indent="    ",
            subsequent_indent=" " * 8,
        )
        for name, text in lines
    )
    return "\n".join((f"{title}:", *entries))


def _split_summary(text: str) -> tuple[str, str]:
    paragraphs = clean(text).split("\n\n", 1)
    first, rest = paragraphs[0], paragraphs[1] if len(paragraphs) > 1 else ""
    if _BLOCK.match(first):
        return "See below.", f"{first}\n\n{rest}".strip()
    joined = " ".join(first.split())
    found = re.match(r"(.+?[.!?])(?:\s+(.*))?$", joined, re.DOTALL)
    summary, more = (found[1], found[2] or "") if found else (joined, "")
    if len(summary) > _WIDTH:
        head = textwrap.shorten(summary, _WIDTH, placeholder=" …")
        return f"{head.rstrip('.')}.", "\n\n".join(filter(None, (joined, rest)))
    return summary if summary.endswith((".", "!", "?")) else f"{summary}.", "\n\n".join(
        filter(None, (more, rest))
    )


def _fill(paragraph: str) -> str:
    """Wrap a paragraph; the items of a list stay apart, each joined from its lines."""
    if not _BLOCK.match(paragraph):
        return textwrap.fill(" ".join(paragraph.split()), _WIDTH)
    items: list[str] = []
    for line in paragraph.splitlines():
        if _BLOCK.match(line) or not items:
            items.append(line.strip())
        else:
            items[-1] += f" {line.strip()}"
    return "\n".join(textwrap.fill(item, _WIDTH, subsequent_indent="  ") for item in items)
