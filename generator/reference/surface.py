"""The public names of a client in the groups of the page, with their signatures and members."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import griffe

from generator.diff import load_package, public

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: The group of a name on the page, by the prefix of the module that defines it.
_GROUPS = {
    "_client": "Client",
    "_api_": "Operations",
    "_model": "Models",
    "_enums": "Words",
    "_open_enums": "Words",
    "_errors": "Errors",
    "_events": "Events",
    "_webhook": "Events",
    "webhooks": "Events",
    "segments": "Segments",
}
_OTHERS = "Transports and responses"
_ORDER = (*dict.fromkeys(_GROUPS.values()), _OTHERS)


@dataclass(frozen=True)
class Entry:
    """A public name: a class with its members, a function, or a constant.

    Attributes:
        name: The name below the package, such as `webhooks.parse` or `SmsApi.get`.
        item: The object that griffe read.
    """

    name: str
    item: griffe.Object

    @property
    def short(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(".")[2]

    @property
    def kind(self) -> str:
        """The kind of object, such as `async function`."""
        if self.item.is_attribute:
            return "property" if "property" in self.item.labels else "constant"
        if self.item.is_function:
            return "async function" if "async" in self.item.labels else "function"
        return "exception" if self.is_exception else "class"

    @property
    def is_constant(self) -> bool:
        """Whether it is a class attribute with a value."""
        return self.kind == "constant" and "class-attribute" in self.item.labels

    @property
    def is_exception(self) -> bool:
        """Whether it is an exception class."""
        return isinstance(self.item, griffe.Class) and any(
            "Exception" in map(str, one.bases) for one in (self.item, *self.item.mro())
        )

    @cached_property
    def sections(self) -> list[griffe.DocstringSection]:
        """The sections of its docstring, in Google style."""
        if self.item.docstring is None:
            return []
        return self.item.docstring.parse("google", returns_named_value=False, returns_multiple_items=False)

    def section(self, kind: str) -> list[griffe.DocstringElement]:
        """Return the entries of a section such as `raises`; empty without that section."""
        found = [one.value for one in self.sections if one.kind.value == kind]
        return found[0] if found else []

    @property
    def text(self) -> list[str]:
        """The text outside of the sections."""
        return [one.value for one in self.sections if isinstance(one, griffe.DocstringSectionText)]

    @property
    def example(self) -> str:
        """The code of the example; empty without one."""
        notes = [one.value for one in self.sections if isinstance(one, griffe.DocstringSectionAdmonition)]
        code = next((note.description for note in notes if note.annotation == "example"), "")
        return code.removeprefix("```python\n").removesuffix("\n```")

    @property
    def function(self) -> griffe.Function | None:
        """The function itself, or the constructor that users may call; None without one."""
        if isinstance(self.item, griffe.Function):
            return self.item
        made = self.item.all_members.get("__init__") if self.item.is_class else None
        target = made.final_target if isinstance(made, griffe.Alias) else made
        is_documented = self.is_exception or self.section("parameters") or "dataclass" in self.item.labels
        if not isinstance(target, griffe.Function) or not (target.docstring or is_documented):
            return None
        return None if any(one.name.startswith("_") for one in target.parameters) else target


@dataclass(frozen=True)
class Group:
    """A group of names, and the members that their classes inherit from classes that are not public."""

    title: str
    entries: tuple[Entry, ...]
    shared: tuple[Entry, ...]


class Surface:
    """The public names of a client."""

    def __init__(self, folder: Path, package: str) -> None:
        """Read a client without importing it.

        Args:
            folder: The folder that contains the package.
            package: The name of the package.
        """
        self.package = load_package(folder, package)
        self._named = {
            name: item
            for name, item in public(self.package).items()
            if not any(part.startswith("_") for part in name.split("."))
        }
        longest = sorted(self._named, key=lambda name: (name.count("."), name), reverse=True)
        classes = {item.path: name for name in longest if (item := self._named[name]).is_class}
        self._anchors = {self._named[name].path: self._anchor(name, classes) for name in longest}

    def _anchor(self, name: str, classes: dict[str, str]) -> str:
        """Return the name on the page: below the class that defines it, public or not."""
        around = self._named[name].parent
        if around is None or not around.is_class:
            return name
        return f"{classes.get(around.path, around.name)}.{name.rpartition('.')[2]}"

    @property
    def version(self) -> str:
        """The version of the client."""
        return str(self.package["_generated"]["__version__"].value).strip("'\"")

    def anchor_of(self, path: str) -> str | None:
        """Return the public name for a path of griffe, which may be that of an import."""
        with suppress(KeyError, griffe.AliasResolutionError):
            path = self.package.modules_collection[path].canonical_path
        return self._anchors.get(path)

    def find(self, word: str, around: str = "") -> str | None:
        """Return the public name that a word in a docstring refers to, if any.

        Args:
            word: The word, such as `Sms`, `parse()` or `sms.get`.
            around: The public name of the class that the docstring belongs to.
        """
        word = word.removesuffix("()")
        tag, _, method = word.partition(".")
        twin = "Async" if around.startswith("Async") else ""
        candidates = (f"{around}.{word}", word, f"{twin}{tag.capitalize()}Api.{method}", f"webhooks.{word}")
        return next(
            (self._anchors[self._named[name].path] for name in candidates if name in self._named), None
        )

    def groups(self) -> list[Group]:
        """Return everything on the page once, in its order."""
        entries = [Entry(name, self._named[path_name]) for path_name, name in self._shown()]
        found = []
        for title in _ORDER:
            inside = sorted((one for one in entries if _group_of(one.item) == title), key=_rank)
            shared = tuple(one for one in inside if "." in one.name and one.name not in self._named)
            alone = tuple(one for one in inside if one not in shared)
            # A model is defined before those that contain it, so the last one is what people look for first.
            found.append(Group(title, alone[::-1] if title == "Models" else alone, shared))
        return [group for group in found if group.entries]

    def _shown(self) -> Iterator[tuple[str, str]]:
        """Yield public names and inherited members of private classes, each with its name on the page."""
        done = set()
        for name, item in self._named.items():
            anchor, around = self._anchors[item.path], name.rpartition(".")[0]
            is_member = bool(around) and self._named[around].is_class
            if (
                anchor in done
                or item.is_module
                or (is_member and (anchor in self._named or not item.docstring))
            ):
                continue
            done.add(anchor)
            yield name, anchor

    def module(self, name: str) -> Entry | None:
        """Return a public module; None if the client has no module of this name."""
        return Entry(name, self._named[name]) if name in self._named else None

    def members(self, entry: Entry) -> list[Entry]:
        """Return the methods, properties and constants that a class defines, in this order."""
        listed = {getattr(one, "name", "") for one in entry.section("attributes")}
        own = [
            Entry(name, item)
            for name, item in self._named.items()
            if entry.item.is_class and self._anchors[item.path] == name == f"{entry.name}.{item.name}"
        ]
        shown = [one for one in own if one.item.docstring or (one.is_constant and one.short not in listed)]
        return sorted(shown, key=lambda one: (one.item.is_attribute, one.item.lineno or 0))

    def inherited(self, entry: Entry) -> list[str]:
        """Return the inherited members of a class, by their names on the page."""
        own = {name: self._anchors[item.path] for name, item in self._named.items()}
        inside = [name for name in own if name.rpartition(".")[0] == entry.name and entry.item.is_class]
        return [own[name] for name in inside if own[name] != name and self._named[name].docstring]


def _group_of(item: griffe.Object) -> str:
    module = item.module.path.partition(".")[2]
    return next((title for start, title in _GROUPS.items() if module.startswith(start)), _OTHERS)


def _rank(entry: Entry) -> tuple[str, bool, bool, int]:
    """Return the sort key: by module and line, but errors first and constants last."""
    return entry.item.module.name, entry.item.is_attribute, not entry.is_exception, entry.item.lineno or 0
