"""The points of a schema that a value can reach: each keyword at each place, kept or broken."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final

import jsonschema_rs

from callr_sms_contract.contract.document import Contract
from callr_sms_contract.contract.formats import FORMATS

Point = tuple[str, str, bool]
"""A place, a keyword, and whether the value keeps it."""

_ANY: Final = (str, int, float, bool, list, dict, type(None))
APPLIES: Final[Mapping[str, tuple[type, ...]]] = {
    "type": _ANY,
    "enum": _ANY,
    "const": _ANY,
    "pattern": (str,),
    "minLength": (str,),
    "maxLength": (str,),
    "format": (str, int),
    "minimum": (int, float),
    "maximum": (int, float),
    "maxItems": (list,),
    "required": (dict,),
    "additionalProperties": (dict,),
}
"""The keywords that the contract uses, each with the types that it says something about."""


class Node:
    """One schema at one place, with those below it. They are made when they are first needed."""

    def __init__(self, contract: Contract, schema: Mapping[str, Any], place: str) -> None:
        self._contract = contract
        # Keywords next to a reference are descriptions only.
        self._schema = contract.resolve(schema)[0]
        self.place = place
        self._is_over = False
        """Whether every point here and below has been reached."""

    @cached_property
    def keywords(self) -> Mapping[str, Callable[[Any], bool]]:
        """Return a predicate for each keyword; each required property has a keyword of its own."""
        found: dict[str, Callable[[Any], bool]] = {}
        for keyword, words in self._schema.items():
            if keyword == "required":
                found |= {f"required {name}": _has(name) for name in words}
            elif keyword in APPLIES:
                found[keyword] = self._keeps(keyword)
        return found

    def _keeps(self, keyword: str) -> Callable[[Any], bool]:
        schema = {keyword: self._schema[keyword]}
        if keyword == "additionalProperties":  # it is about properties that are not listed
            schema["properties"] = dict.fromkeys(self._schema.get("properties", ()), True)
        validator = jsonschema_rs.Draft202012Validator(schema, formats=dict(FORMATS), validate_formats=True)

        def keeps(value: object) -> bool:
            try:
                return validator.is_valid(value)
            except ValueError:  # a lone surrogate, which no string of Rust holds
                return keyword not in {"format", "pattern", "enum", "const"}

        return keeps

    @cached_property
    def properties(self) -> Mapping[str, "Node"]:
        """Return the schemas of its properties."""
        return {
            name: Node(self._contract, schema, f"{self.place}.{name}")
            for name, schema in self._schema.get("properties", {}).items()
        }

    @cached_property
    def items(self) -> "Node | None":
        """Return the schema of its items."""
        items = self._schema.get("items")
        return Node(self._contract, items, f"{self.place}[]") if isinstance(items, dict) else None

    @property
    def _below(self) -> tuple["Node", ...]:
        return (*self.properties.values(), *((self.items,) if self.items else ()))

    def all_points(self) -> Iterator[tuple[str, str]]:
        """Return every place and keyword."""
        yield from ((self.place, keyword) for keyword in self.keywords)
        for node in self._below:
            yield from node.all_points()

    def reached(self, value: object, is_done: Callable[[str, str], bool]) -> Iterator[Point]:
        """Return the points that `value` reaches, except those for which `is_done` is true."""
        if self._is_over:
            return
        for keyword, keeps in self.keywords.items():
            types = APPLIES[keyword.partition(" ")[0]]
            if isinstance(value, types) and not is_done(self.place, keyword):
                yield self.place, keyword, keeps(value)
        if isinstance(value, dict):
            for name, member in self.properties.items():
                if name in value:
                    yield from member.reached(value[name], is_done)
        if isinstance(value, list) and self.items is not None:
            for each in value[:_SAMPLE]:
                yield from self.items.reached(each, is_done)
        is_over_below = all(node._is_over for node in self._below)  # noqa: SLF001 - of the same class
        self._is_over = is_over_below and all(is_done(self.place, word) for word in self.keywords)


_SAMPLE: Final = 300
"""How many items of a list are looked at: more would reach the same points."""


def _has(name: str) -> Callable[[Any], bool]:
    return lambda value: name in value
