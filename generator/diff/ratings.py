"""How a change is rated that no rule of `redocly diff` finds breaking.

Redocly rates such a change as minor when something was added and as patch otherwise. Where that is not what
the change means for those who use the API, a rule here says so; docs/generator/diff.md lists them.
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

#: Members that people read.
PROSE = frozenset(
    {
        *("description", "summary", "title", "example", "examples", "externalDocs", "termsOfService"),
        *("tags", "x-provenance", "x-internal", "openapi"),
    }
)
_LISTS_OF_WORDS = ("x-possible-values", "x-final-values", "x-success-values")
#: Redocly's names of parts that people read.
_PROSE_PARTS = frozenset(
    {"Info", "Contact", "License", "Tag", "TagList", "ExternalDocs", "Example", "ExamplesMap"}
)


@dataclass(frozen=True, slots=True)
class Rating:
    """What a rule says of a change."""

    rule: str
    bump: Bump
    breaks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """A change of Redocly's report, and what the two contracts say of its place."""

    change: Json
    sides: frozenset[str]
    base: Contract

    @property
    def kind(self) -> str:
        """One of `added`, `removed`, `modified`."""
        return str(self.change["kind"])

    @property
    def part(self) -> str:
        """Redocly's name of the kind of part, such as `Parameter`."""
        return str(self.change["typeName"])

    @property
    def member(self) -> str:
        """The member that was modified; empty when the whole part came or went."""
        return str(self.change.get("property", ""))

    @property
    def before(self) -> Any:  # noqa: ANN401 - any JSON may stand there
        """The old value; None when there was none."""
        return self.change.get("base", {}).get("value")

    @property
    def after(self) -> Any:  # noqa: ANN401 - as above
        """The new value; None when there is none."""
        return self.change.get("revision", {}).get("value")


def rate(seen: Seen) -> Rating:
    """Rate a change that Redocly does not find breaking."""
    for rule in _RULES:
        found = rule(seen)
        if found:
            return found
    return Rating("changed", Bump.MINOR)


def rate_unseen(pointer: str, sides: frozenset[str]) -> Rating:
    """Rate a change that Redocly does not see, by where it stands.

    Args:
        pointer: The JSON pointer of the smallest part that differs.
        sides: Who uses the place.
    """
    members = pointer.split("/")
    if members[-1] in _LISTS_OF_WORDS:
        # The list is open on the wire. What the Python caller loses with a word, the signatures tell; that
        # a word comes to mean something else, `word_changes`.
        return Rating("words-changed", Bump.MINOR)
    if sides and {"const", "default", "enum"} & set(members) and not {"example", "examples"} & set(members):
        return Rating("value-changed", Bump.MAJOR, tuple(sorted(sides, reverse=True)))
    return Rating("prose", Bump.PATCH)


def _safe(seen: Seen) -> Rating | None:
    """Who repeats a request whose answer was lost must stop: it would be done, and billed, twice."""
    if seen.member != "x-callr-safe":
        return None
    if seen.before is True:
        return Rating("safe-removed", Bump.MAJOR, (SENDERS,))
    return Rating("safe-added", Bump.MINOR)


def _default(seen: Seen) -> Rating | None:
    """Who leaves a member out means its default."""
    if seen.member != "default" or seen.before is None or SENDERS not in seen.sides:
        return None
    return Rating("default-changed", Bump.MAJOR, (SENDERS,))


def _became_optional(seen: Seen) -> Rating | None:
    """Who reads a header, or a webhook's parameter or body, finds it missing."""
    parts = ("Header", "Parameter", "RequestBody")
    if seen.part in parts and seen.member == "required" and seen.before is True and READERS in seen.sides:
        return Rating("read-part-became-optional", Bump.MAJOR, (READERS,))
    return None


def _read_part_removed(seen: Seen) -> Rating | None:
    """Redocly looks at parameters and bodies only where they are sent; those of webhooks are read."""
    gone = seen.kind == "removed" and seen.part in ("Parameter", "ParameterList", "RequestBody")
    renamed = seen.part == "Parameter" and seen.member in ("name", "in") and not _only_case(seen)
    if (gone or renamed) and READERS in seen.sides:
        return Rating("read-part-removed", Bump.MAJOR, (READERS,))
    return None


def _one_way(seen: Seen) -> Rating | None:
    """What becomes `readOnly` is no longer sent, what becomes `writeOnly` no longer read."""
    sides = {"readOnly": SENDERS, "writeOnly": READERS}
    if seen.after is True and sides.get(seen.member) in seen.sides:
        return Rating("one-way", Bump.MAJOR, (sides[seen.member],))
    return None


def _closed_answer(seen: Seen) -> Rating | None:
    """A closed answer promised that nothing else would come."""
    if (seen.kind, seen.part) != ("added", "Schema") or READERS not in seen.sides:
        return None
    around, _, section = seen.change["revision"]["pointer"].rpartition("/")[0].rpartition("/")
    before = seen.base.value(around)
    if section == "properties" and isinstance(before, dict) and before.get("additionalProperties") is False:
        return Rating("closed-answer-extended", Bump.MAJOR, (READERS,))
    return None


def _link(seen: Seen) -> Rating | None:
    """Who follows a link no longer gets where it led."""
    gone = seen.kind == "removed" and seen.part in ("Link", "LinksMap")
    if gone or (seen.part == "Link" and seen.member in ("operationId", "operationRef")):
        return Rating("link-removed", Bump.MAJOR, (READERS,))
    return None


def _prose(seen: Seen) -> Rating | None:
    if seen.part in _PROSE_PARTS or seen.member in PROSE:
        return Rating("prose", Bump.PATCH)
    return None


def _unused(seen: Seen) -> Rating | None:
    """A component that no operation leads to."""
    pointer = (seen.change.get("revision") or seen.change.get("base") or {}).get("pointer", "")
    if pointer.startswith("#/components/") and not seen.sides:
        return Rating("unused", Bump.PATCH)
    return None


def _webhook_renamed(seen: Seen) -> Rating | None:
    """The name of a webhook is all that a program made from the contract knows it by."""
    if seen.member == "key" and seen.change["revision"]["pointer"].startswith("#/webhooks/"):
        return Rating("webhook-renamed", Bump.MAJOR, (READERS,))
    return None


def _renamed_key(seen: Seen) -> Rating | None:
    """A name that no wire carries, as that of a path's parameter; what it is in Python, griffe tells."""
    if seen.kind == "modified" and (
        seen.member == "key" or (seen.part == "Parameter" and seen.member == "name")
    ):
        return Rating("renamed", Bump.PATCH)
    return None


def _added(seen: Seen) -> Rating | None:
    return Rating("added", Bump.MINOR) if seen.kind == "added" else None


def _only_case(seen: Seen) -> bool:
    return str(seen.before).lower() == str(seen.after).lower()


#: The first that has something to say is the one that counts.
_RULES: tuple[Callable[[Seen], Rating | None], ...] = (
    _safe,
    _default,
    _became_optional,
    _read_part_removed,
    _one_way,
    _link,
    _prose,
    _unused,
    _closed_answer,
    _webhook_renamed,
    _renamed_key,
    _added,
)
