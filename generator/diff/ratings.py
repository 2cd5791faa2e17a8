"""The rating of changes that no rule of `redocly diff` finds breaking.

Redocly rates such a change as minor if something was added, and as patch otherwise. The rules here rate the
changes for which this is wrong for users of the API; docs/generator/diff.md lists them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generator.diff.changes import READERS, SENDERS
from generator.diff.versions import Bump

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.diff.contract import Contract

    Json = dict[str, Any]

#: Properties of the document that only people read.
PROSE = frozenset(
    {
        *("description", "summary", "title", "example", "examples", "externalDocs", "termsOfService"),
        *("tags", "x-provenance", "x-internal", "x-codeSamples", "openapi"),
    }
)
_LISTS_OF_VALUES = ("x-possible-values", "x-final-values", "x-success-values")
#: Redocly's names for parts that only people read.
_PROSE_PARTS = frozenset(
    {"Info", "Contact", "License", "Tag", "TagList", "ExternalDocs", "Example", "ExamplesMap"}
    | {"XCodeSampleList", "XCodeSample"}
)


@dataclass(frozen=True, slots=True)
class Rating:
    """The rating of a change by a rule."""

    rule: str
    bump: Bump
    breaks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """A change in Redocly's report, with who uses its place, and the released contract."""

    change: Json
    sides: frozenset[str]
    base: Contract

    @property
    def kind(self) -> str:
        """One of `added`, `removed`, `modified`."""
        return str(self.change["kind"])

    @property
    def part(self) -> str:
        """Redocly's name for the kind of part, such as `Parameter`."""
        return str(self.change["typeName"])

    @property
    def name(self) -> str:
        """The modified property of the document; empty if the whole part was added or removed."""
        return str(self.change.get("property", ""))

    @property
    def before(self) -> Any:  # noqa: ANN401 - any JSON may stand there
        """The old value; None without one."""
        return self.change.get("base", {}).get("value")

    @property
    def after(self) -> Any:  # noqa: ANN401 - as above
        """The new value; None without one."""
        return self.change.get("revision", {}).get("value")


def rate(seen: Seen) -> Rating:
    """Rate a change that Redocly does not find breaking."""
    for rule in _RULES:
        found = rule(seen)
        if found:
            return found
    return Rating("added" if seen.kind == "added" else "changed", Bump.MINOR)


def rate_unseen(pointer: str, sides: frozenset[str]) -> Rating:
    """Rate a change that Redocly does not report, by its place.

    Args:
        pointer: The JSON pointer of the smallest part that differs.
        sides: Whether users of the API send or read the part.
    """
    names = pointer.split("/")
    if names[-1] in _LISTS_OF_VALUES:
        # The list is open on the wire. Signatures show what a caller in Python loses with a value, and
        # `status_changes` finds a new meaning of one.
        return Rating("words-changed", Bump.MINOR)
    if sides and {"const", "default", "enum"} & set(names) and not {"example", "examples"} & set(names):
        return Rating("value-changed", Bump.MAJOR, tuple(sorted(sides, reverse=True)))
    return Rating("prose", Bump.PATCH)


def _safe(seen: Seen) -> Rating | None:
    """A program that retries the request would be billed twice."""
    if seen.name != "x-callr-safe":
        return None
    if seen.before is True:
        return Rating("safe-removed", Bump.MAJOR, (SENDERS,))
    return Rating("safe-added", Bump.MINOR)


def _default(seen: Seen) -> Rating | None:
    """A program that leaves the property out relies on its default."""
    if seen.name != "default" or seen.before is None or SENDERS not in seen.sides:
        return None
    return Rating("default-changed", Bump.MAJOR, (SENDERS,))


def _became_optional(seen: Seen) -> Rating | None:
    """A program that reads the header, or the parameter or body of a webhook, may miss it."""
    parts = ("Header", "Parameter", "RequestBody")
    if seen.part in parts and seen.name == "required" and seen.before is True and READERS in seen.sides:
        return Rating("read-part-became-optional", Bump.MAJOR, (READERS,))
    return None


def _read_part_removed(seen: Seen) -> Rating | None:
    """Redocly checks parameters and bodies as sent, but those of webhooks are read."""
    gone = seen.kind == "removed" and seen.part in ("Parameter", "ParameterList", "RequestBody")
    only_case = str(seen.before).lower() == str(seen.after).lower()
    renamed = seen.part == "Parameter" and seen.name in ("name", "in") and not only_case
    if (gone or renamed) and READERS in seen.sides:
        return Rating("read-part-removed", Bump.MAJOR, (READERS,))
    return None


def _one_way(seen: Seen) -> Rating | None:
    """A `readOnly` property is no longer sent, a `writeOnly` one is no longer read."""
    sides = {"readOnly": SENDERS, "writeOnly": READERS}
    if seen.after is True and sides.get(seen.name) in seen.sides:
        return Rating("one-way", Bump.MAJOR, (sides[seen.name],))
    return None


def _closed_response(seen: Seen) -> Rating | None:
    """A closed response promised that no other property would come."""
    if (seen.kind, seen.part) != ("added", "Schema") or READERS not in seen.sides:
        return None
    around, _, section = seen.change["revision"]["pointer"].rpartition("/")[0].rpartition("/")
    before = seen.base.value(around)
    if section == "properties" and isinstance(before, dict) and before.get("additionalProperties") is False:
        return Rating("closed-answer-extended", Bump.MAJOR, (READERS,))
    return None


def _link(seen: Seen) -> Rating | None:
    """A program that follows the link no longer reaches its target."""
    gone = seen.kind == "removed" and seen.part in ("Link", "LinksMap")
    if gone or (seen.part == "Link" and seen.name in ("operationId", "operationRef")):
        return Rating("link-removed", Bump.MAJOR, (READERS,))
    return None


def _prose(seen: Seen) -> Rating | None:
    pointer = (seen.change.get("revision") or seen.change.get("base") or {}).get("pointer", "")
    is_question = pointer.startswith("#/info/x-callr-unknown")
    if seen.part in _PROSE_PARTS or seen.name in PROSE or is_question:
        return Rating("prose", Bump.PATCH)
    return None


def _unused(seen: Seen) -> Rating | None:
    """No operation uses the component."""
    pointer = (seen.change.get("revision") or seen.change.get("base") or {}).get("pointer", "")
    if pointer.startswith("#/components/") and not seen.sides:
        return Rating("unused", Bump.PATCH)
    return None


def _webhook_renamed(seen: Seen) -> Rating | None:
    """Generated programs identify a webhook by its name."""
    if seen.name == "key" and seen.change["revision"]["pointer"].startswith("#/webhooks/"):
        return Rating("webhook-renamed", Bump.MAJOR, (READERS,))
    return None


def _renamed_key(seen: Seen) -> Rating | None:
    """The name is not on the wire, such as that of a path parameter; griffe compares it in Python."""
    if seen.kind == "modified" and (seen.name == "key" or (seen.part == "Parameter" and seen.name == "name")):
        return Rating("renamed", Bump.PATCH)
    return None


#: The first rule that returns a rating counts.
_RULES: tuple[Callable[[Seen], Rating | None], ...] = (
    _safe,
    _default,
    _became_optional,
    _read_part_removed,
    _one_way,
    _link,
    _prose,
    _unused,
    _closed_response,
    _webhook_renamed,
    _renamed_key,
)
