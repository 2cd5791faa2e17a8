"""Values: immutable objects with named fields, as frozen dataclasses are, and as type checkers see them.

`dataclasses` is slow to import, and compiles methods for each class while a program starts. Here it is
imported when something asks for it: an error, or a function of `dataclasses`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from dataclasses import Field


class Value:
    """The base of values; its subclasses are decorated with `value`, and have an `__init__` of their own.

    Attributes:
        __value_fields__: The names of the fields, in their order.
        __value_shown__: Those that the `repr` shows.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    __value_fields__: ClassVar[tuple[str, ...]] = ()
    __value_shown__: ClassVar[tuple[str, ...]] = ()

    def _fill(self, *items: object) -> None:
        """Set all fields, in their order."""
        for name, item in zip(self.__value_fields__, items, strict=True):
            object.__setattr__(self, name, item)

    def __setattr__(self, name: str, item: object) -> None:
        _check_change(self, "assign to", name)
        object.__setattr__(self, name, item)

    def __delattr__(self, name: str) -> None:
        _check_change(self, "delete", name)
        object.__delattr__(self, name)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__value_shown__)
        return f"{type(self).__qualname__}({shown})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__value_fields__)

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, name) for name in self.__value_fields__))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), *(getattr(self, name) for name in self.__value_fields__))


_V = TypeVar("_V", bound=Value)


@dataclass_transform(frozen_default=True)
def value(
    *, hidden: tuple[str, ...] = (), kw_only: bool = False, eq: bool = True
) -> Callable[[type[_V]], type[_V]]:
    """Make a value of a subclass of `Value`, whose annotations are its fields.

    Args:
        hidden: The fields that its `repr` does not show.
        kw_only: Whether its fields are passed by name only, and so are matched by name only.
        eq: Whether values with equal fields are equal.
    """

    def make(kind: type[_V]) -> type[_V]:
        own: Any = kind
        names = (*kind.__value_fields__, *kind.__annotations__)
        own.__value_fields__ = names
        own.__value_shown__ = tuple(name for name in names if name not in hidden)
        own.__match_args__ = () if kw_only else names  # type: ignore[misc]
        own.__dataclass_fields__ = _LazyFields(kw_only=kw_only)
        if not eq:
            own.__eq__, own.__hash__ = object.__eq__, object.__hash__
        return kind

    return make


def replace(whole: _V, **changes: object) -> _V:
    """Return a copy with other values of some fields."""
    return type(whole)(**{name: getattr(whole, name) for name in whole.__value_fields__} | changes)


class _LazyFields:
    """What makes a class one for `replace`, `fields` and `asdict` of `dataclasses`."""

    __slots__ = ("_kw_only",)

    def __init__(self, *, kw_only: bool) -> None:
        self._kw_only = kw_only

    def __get__(self, instance: object, owner: type[Value]) -> "dict[str, Field[Any]]":
        from dataclasses import field, fields, make_dataclass  # noqa: PLC0415 - slow to import

        made = make_dataclass(
            owner.__name__,
            [(name, Any, field(repr=name in owner.__value_shown__)) for name in owner.__value_fields__],
            kw_only=self._kw_only,
        )
        return {each.name: each for each in fields(made)}


def _restore(kind: type[_V], *items: object) -> _V:
    """Restore a value from its pickle without calling its constructor."""
    made = kind.__new__(kind)
    made._fill(*items)  # noqa: SLF001 - our own
    return made


def _check_change(whole: Value, action: str, name: str) -> None:
    """Raise, unless it is an attribute that a subclass of a value has of its own."""
    if name in whole.__value_fields__ or "__value_fields__" in type(whole).__dict__:
        from dataclasses import FrozenInstanceError  # noqa: PLC0415 - as above

        raise FrozenInstanceError(f"cannot {action} field {name!r}")
