"""Every value that a schema of the contract allows, as Hypothesis strategies."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from callr_sms_contract.generation.strategies import STRATEGIES
from generator.parser.patterns import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from callr_sms_contract.contract.document import Contract

Values = st.SearchStrategy[Any]

_SOME: Final = 4
"""Items of an array, unless the schema wants more: what is done with one is done with each."""

_SHOWN: Final = 2000

_LONG: Final = 60
"""Characters of a text without a meaning, but for those that are as long as they may be."""

_NAMES: Final = st.text(min_size=1, max_size=12)

_NUMBERS: Final = st.one_of(
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, -0.0, 1.0, 1e22, 1e-7, 2**53 + 1]),
)

ANY_JSON: Final[Values] = st.recursive(
    st.one_of(st.none(), st.booleans(), _NUMBERS, st.text(max_size=_LONG)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=_SOME), st.dictionaries(st.text(max_size=12), inner, max_size=_SOME)
    ),
    max_leaves=8,
)


def _moments() -> st.SearchStrategy[datetime]:
    edges = ("0001-01-01T00:00:00", "1970-01-01T00:00:00", "2000-02-29T23:59:59", "9999-12-31T23:59:59.999")
    return st.one_of(st.datetimes(), st.sampled_from(edges).map(datetime.fromisoformat))


def _written(form: str) -> Values:
    return _moments().map(lambda moment: moment.isoformat(" ", form))


def _rfc3339() -> Values:
    """As RFC 3339 lets them be written: any offset, any fraction, letters of either case, leap seconds."""
    minutes = st.integers(-23 * 60 - 59, 23 * 60 + 59)
    offsets = minutes.map(lambda count: datetime.now(timezone(timedelta(minutes=count))).isoformat()[-6:])
    marks = st.one_of(st.sampled_from(["Z", "z", "+00:00", "-00:00"]), offsets)
    fractions = st.one_of(st.just(""), st.text("0123456789", min_size=1, max_size=6).map(".{}".format))
    # A day away from the first and the last one, where the year in UTC may be one that Python has not.
    seconds = st.datetimes(*map(datetime.fromisoformat, ("0001-01-02", "9999-12-30T23:59:59"))).map(
        lambda moment: moment.isoformat("T", "seconds")
    )
    return st.one_of(
        st.tuples(seconds, fractions, marks).map("".join),
        st.sampled_from([*LEAP_SECONDS, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"]),
    )


LEAP_SECONDS: Final[Mapping[str, str]] = {
    "2016-12-31T23:59:60Z": "2017-01-01T00:00:00+00:00",
    "2016-12-31T23:59:60.250Z": "2017-01-01T00:00:00.250000+00:00",
    "2017-01-01T05:29:60+05:30": "2017-01-01T00:00:00+00:00",
    "1990-12-31t15:59:60-08:00": "1991-01-01T00:00:00+00:00",
}
"""Some as RFC 3339 writes them, each with the moment that POSIX takes it for: the second after it."""

FORMATS: Final[Mapping[str, Callable[[], Values]]] = {
    **STRATEGIES,
    "callr-datetime": lambda: st.one_of(STRATEGIES["callr-datetime"](), _written("seconds")),
    "callr-datetime-or-zero": lambda: st.one_of(st.just("0000-00-00 00:00:00"), _written("seconds")),
    "callr-datetime-ms": lambda: _written("milliseconds"),
    "date-time": _rfc3339,
    "date": lambda: st.dates().map(str),
    "uuid": lambda: st.uuids().map(str),
    "decimal": lambda: st.from_regex(r"[0-9]{1,16}(\.[0-9]{1,15})?", fullmatch=True),
}
"""The formats, each with a strategy; what does not keep the rest of a schema is thrown away."""


class Brief:
    """What shows little of itself: Hypothesis warns of what is long, and texts have 39,015 characters."""

    def __repr__(self) -> str:
        said = f"{type(self).__name__}({', '.join(map(repr, vars(self).values()))})"
        return said if len(said) < _SHOWN else f"{said[:_SHOWN]}… {len(said):,} characters"

    def _repr_pretty_(self, printer: Any, _: object) -> None:  # noqa: ANN401 - Hypothesis asks for it
        printer.text(repr(self))


class Schemas:
    """Strategies for the schemas of one contract.

    Attributes:
        is_open: Whether objects have members that the schema does not name, where it lets them.
    """

    def __init__(self, contract: Contract, *, is_open: bool) -> None:
        self._contract = contract
        self._is_open = is_open
        self._named: dict[str, Values] = {}

    def values(self, schema: Mapping[str, Any]) -> Values:
        """What the schema allows."""
        found, pointer = self._contract.resolve(schema)
        if pointer is None:
            return self._values(found)
        # Put off, for an object may hold objects of its own kind.
        return self._named.setdefault(pointer, st.deferred(lambda: self._values(found)))

    def _values(self, found: Mapping[str, Any]) -> Values:
        if "const" in found:
            return st.just(found["const"])
        if "enum" in found:
            return st.sampled_from(found["enum"])
        if "allOf" in found:
            return st.tuples(*map(self.values, found["allOf"])).map(_merged)
        if "oneOf" in found:
            return st.one_of(*map(self.values, found["oneOf"]))
        types = found.get("type", ())
        return st.one_of(*(self._of_type(name, found) for name in _as_list(types))) if types else ANY_JSON

    def _of_type(self, name: str, schema: Mapping[str, Any]) -> Values:
        makers: Mapping[str, Callable[[Mapping[str, Any]], Values]] = {
            "string": _strings,
            "integer": self._integers,
            "number": lambda found: _within(found, _NUMBERS),
            "boolean": lambda _: st.booleans(),
            "null": lambda _: st.none(),
            "array": self._arrays,
            "object": self._objects,
        }
        return makers[name](schema)

    def _integers(self, schema: Mapping[str, Any]) -> Values:
        whole = st.integers(schema.get("minimum", -(2**31)), schema.get("maximum", 2**31 - 1))
        # To JSON Schema 1.0 is an integer too; in what is sent it would be another value of Python.
        return st.one_of(whole, whole.map(float)) if self._is_open else whole

    def _arrays(self, schema: Mapping[str, Any]) -> Values:
        low = schema.get("minItems", 0)
        high = min(schema.get("maxItems", _SOME), low + _SOME)
        return st.lists(self.values(schema["items"]), min_size=low, max_size=high)

    def _objects(self, schema: Mapping[str, Any]) -> Values:
        properties = {name: self.values(each) for name, each in schema.get("properties", {}).items()}
        required = {name: properties[name] for name in schema.get("required", ()) if name in properties}
        optional = {name: each for name, each in properties.items() if name not in required}
        known = st.fixed_dictionaries(required, optional=optional)
        if not self._is_open or schema.get("additionalProperties") is False:
            return known
        unknown = st.dictionaries(_NAMES.filter(lambda name: name not in properties), ANY_JSON, max_size=2)
        return st.tuples(unknown, known).flatmap(lambda parts: _in_any_order({**parts[0], **parts[1]}))


def _strings(schema: Mapping[str, Any]) -> Values:
    low, high = schema.get("minLength", 0), schema.get("maxLength", _LONG)
    made = FORMATS.get(schema.get("format", ""))
    pattern = translate(schema["pattern"], "a test") if "pattern" in schema else None
    if made is not None:
        is_free = schema["format"] == "callr-text" and high <= _LONGEST
        found = st.one_of(made(), st.just("é" * high)) if is_free else made()
    elif pattern is not None:
        found = st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True)
    else:
        return st.text(min_size=low, max_size=min(high, low + _LONG))
    searched = re.compile(pattern or "", re.ASCII).search
    return found.filter(lambda value: low <= len(value) <= high and searched(value) is not None)


_LONGEST: Final = 8192
"""What is longer, the texts of SMS, has edges of its own: parts."""


def _within(schema: Mapping[str, Any], numbers: Values) -> Values:
    return numbers.filter(lambda number: number >= schema.get("minimum", number))


def _in_any_order(members: dict[str, Any]) -> Values:
    return st.permutations(list(members.items())).map(dict)


def _merged(parts: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items()}


def _as_list(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else types
