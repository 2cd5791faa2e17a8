"""Open enums: the values that the contract lists have names, and other values are kept unchanged."""

from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

_Owner = TypeVar("_Owner")


class Known:
    """Declares a value of an enum: `SENT = Known("SENT")` makes `Status.SENT`, which is a `Status`."""

    def __init__(self, value: str | int) -> None:
        self.value = value

    def __get__(self, instance: object, owner: type[_Owner]) -> _Owner:
        make = cast("Callable[[str | int], _Owner]", owner)
        return make(self.value)


def _name_members(cls: type) -> dict[Any, Any]:
    """Replace each `Known` of a class by an instance of the class. Return the instances by value."""
    members = {name: item for name, item in vars(cls).items() if isinstance(item, Known)}
    made = {name: cls(item.value) for name, item in members.items()}
    for name, member in made.items():
        setattr(cls, name, member)
    return {member: member for member in made.values()}


class OpenStrEnum(str):
    """A string of an open enum. It compares, hashes and formats as a plain string."""

    __slots__ = ()
    _known: ClassVar[dict[Any, Any]] = {}

    def __init_subclass__(cls) -> None:
        cls._known = _name_members(cls)

    @classmethod
    def known(cls) -> tuple[Self, ...]:
        """Return the values that the contract lists, in its order.

        Example:
            ```python
            print(", ".join(Nature.known()))  # ALERTING, MARKETING
            ```
        """
        return tuple(cls._known.values())

    @classmethod
    def of(cls, value: str) -> Self:
        """Return the value for a string; for a known one always the same object.

        Example:
            ```python
            print(Status.of("SENT") is Status.SENT)  # True
            print(Status.of("NEW_ONE").is_known)  # False
            ```
        """
        found: Self | None = cls._known.get(value)
        return cls(value) if found is None else found

    @property
    def is_known(self) -> bool:
        """Whether the contract lists this value."""
        return self in self._known

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class StatusEnum(OpenStrEnum):
    """A status of an open enum. The values are listed in the order in which they are reached."""

    __slots__ = ()
    _final: ClassVar[frozenset[str]] = frozenset()
    _successful: ClassVar[frozenset[str]] = frozenset()

    @property
    def is_final(self) -> bool:
        """Whether it no longer changes, according to the contract; False for an unknown value."""
        return self in self._final

    @property
    def is_success(self) -> bool:
        """Whether it is final and means success; False for an unknown value."""
        return self in self._successful


class OpenIntEnum(int):
    """An integer of an open enum. It compares, hashes and formats as a plain integer."""

    _known: ClassVar[dict[Any, Any]] = {}

    def __init_subclass__(cls) -> None:
        cls._known = _name_members(cls)

    @classmethod
    def known(cls) -> tuple[Self, ...]:
        """Return the values that the contract lists, in its order."""
        return tuple(cls._known.values())

    @classmethod
    def of(cls, value: int) -> Self:
        """Return the value for an integer, known or not."""
        found: Self | None = cls._known.get(value)
        return cls(value) if found is None else found

    @property
    def is_known(self) -> bool:
        """Whether the contract lists this value."""
        return self in self._known

    def __repr__(self) -> str:
        return f"{type(self).__name__}({int(self)!r})"
