"""The rendering of the page: the template, and the links, signatures and types that it prints."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import griffe
from markupsafe import Markup, escape
from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]  # no stubs
from pygments.token import Comment, Keyword, Number, Operator, String  # type: ignore[import-untyped]  # as above

from generator.reference.surface import Entry, Surface
from openapi.docs.markdown import anchor, markdown, markdown_line
from openapi.docs.pages import STYLE, Inline, templates

if TYPE_CHECKING:
    from collections.abc import Iterator

_HERE = Path(__file__).parent
_WIDTH = 62
"""In characters: a longer signature has a line for each parameter."""

_CODE = re.compile(r"<code>([\w.]+(?:\(\))?)</code>")
#: The class of a token in the style, by its type in Pygments.
_STYLES = {Comment: "comment", String: "text", Keyword: "word", Operator.Word: "word", Number: "word"}


def render(folder: Path, package: str, api: str = "", document: str = "") -> str:
    """Render the reference of a client as one HTML page: the same source gives the same bytes.

    Args:
        folder: The folder that contains the package.
        package: The name of the package, which is not imported.
        api: The address of the reference of the API, to link to.
        document: The address of the contract.
    """
    page = Page(Surface(folder, package))
    environment = templates(_HERE)
    environment.filters |= {"python": highlight}
    environment.globals |= {"page": page, "surface": page.surface}
    html = environment.get_template("client.html").render(
        package=package, style=Inline.of(STYLE, _HERE / "client.css"), api=api, document=document
    )
    return re.sub(r"\n{2,}(?=<)", "\n", html.lstrip())


class Page:
    """The functions of the template: text with links, signatures, types."""

    def __init__(self, surface: Surface) -> None:
        self.surface = surface

    def prose(self, text: str, entry: Entry, *, line: bool = False) -> Markup:
        """Render Markdown in which a public name in code links to its description."""
        html = markdown_line(text) if line else markdown(text)
        around = entry.name if entry.item.is_class else entry.name.rpartition(".")[0]
        return Markup(_CODE.sub(lambda found: self._link(found, entry, around), html))  # noqa: S704 - as in markdown

    def _link(self, found: re.Match[str], entry: Entry, around: str) -> str:
        target = self.surface.find(found[1], around)
        if target in {None, entry.name}:
            return found[0]
        return Markup('<a href="#{}">{}</a>').format(anchor(str(target)), Markup(found[0]))  # noqa: S704 - as above

    def type(self, annotation: str | griffe.Expr | None) -> Markup:
        """A type, with links to those that are public."""
        if not isinstance(annotation, griffe.Expr):
            return escape((annotation or "").strip("\"'"))
        pieces = (self._type_name(piece) for piece in annotation.iterate(flat=True))
        return Markup().join(pieces).replace("builtins.", "").replace("_datetime.", "")

    def _type_name(self, piece: str | griffe.Expr) -> Markup:
        target = self.surface.anchor_of(piece.canonical_path) if isinstance(piece, griffe.ExprName) else None
        if target is None:
            return escape(str(piece))
        return Markup('<a href="#{}">{}</a>').format(anchor(target), str(piece))

    def result(self, entry: Entry) -> str | griffe.Expr | None:
        """Return the type of an attribute, or of the result of a function."""
        item = entry.item
        if isinstance(item, griffe.Function):
            return item.returns
        return item.annotation if isinstance(item, griffe.Attribute) else None

    def value(self, entry: Entry) -> str:
        """Return the value of a constant as written; for a value of an enum, the value itself."""
        value = str(entry.item.value) if isinstance(entry.item, griffe.Attribute) else "None"
        known = re.fullmatch(r"Known\((.*)\)", value)
        return known[1] if known else "" if value == "None" else value

    def signature(self, entry: Entry) -> Markup:
        """Return the signature on one line, or with a line for each parameter."""
        function = entry.function
        if function is None:
            return Markup()
        parameters = list(self._parameters(function))
        result = Markup(" -> ") + self.type(function.returns) if entry.item.is_function else Markup()
        one_line = escape(f"{entry.name}(") + Markup(", ").join(parameters) + ")" + result
        if len(one_line.striptags()) <= _WIDTH:
            return one_line
        lines = Markup("").join(Markup("    {},\n").format(one) for one in parameters)
        return escape(f"{entry.name}(\n") + lines + ")" + result

    def constructor(self, entry: Entry) -> Entry | None:
        """Return the documented constructor of a class as a function; None without one."""
        function = entry.function if entry.item.is_class else None
        return Entry(entry.name, function) if function is not None and function.docstring else None

    def root(self) -> Entry:
        """Return the package itself."""
        return Entry("", self.surface.package)

    def client(self) -> str:
        """Return the name of the class of the client."""
        return next(entry.name for group in self.surface.groups() for entry in group.entries)

    def tree(self) -> Markup:
        """Return the tree of errors from the docstring of their module, with links."""
        module = self.surface.package["_errors"]
        drawn = re.search(r"```text\n(.*?)```", module.docstring.value, re.DOTALL)
        text = escape(drawn[1] if drawn else "")
        return Markup(re.sub(r"\b[A-Z]\w+Error\b", lambda found: self._error(found[0]), text))  # noqa: S704 - escaped above

    def _error(self, name: str) -> str:
        target = self.surface.find(name)
        return Markup('<a href="#{}">{}</a>').format(anchor(target), name) if target else name

    def _parameters(self, function: griffe.Function) -> Iterator[Markup]:
        marked = False
        for one in function.parameters:
            if one.name in {"self", "cls"}:
                continue
            if one.kind is griffe.ParameterKind.keyword_only and not marked:
                marked = True
                yield Markup("*")
            default = "" if one.default is None else f" = {self._default(one.default)}"
            yield escape(f"{one.name}: ") + self.type(one.annotation) + default

    def _default(self, default: str | griffe.Expr) -> str:
        """Return a default; a constant is replaced by its value if that is a literal."""
        if isinstance(default, griffe.ExprName):
            try:
                constant = self.surface.package.modules_collection[default.canonical_path]
                value = str(constant.value)
                ast.literal_eval(value)
            except (KeyError, ValueError, SyntaxError, AttributeError):
                return str(default)
            return value
        return str(default)


def highlight(code: str) -> Markup:
    """Mark the tokens of Python for the style."""
    # Pygments would otherwise strip empty lines from the ends, and add a line feed.
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    marked = Markup()
    for kind, text in lexer.get_tokens(code):
        style = next((style for token, style in _STYLES.items() if kind in token), "")
        marked += Markup('<span class="{}">{}</span>').format(style, text) if style else escape(text)
    return marked
