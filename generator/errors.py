"""The errors of the generator: `GenerationError`, and below it `ContractError` with a place."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class GenerationError(Exception):
    """No client can be generated; the message says why and where."""


class ContractError(GenerationError):
    """The contract contains something that the generator does not support, or contradicts itself.

    Attributes:
        place: The place in the contract, such as `#/components/schemas/SMS/properties/from`.
    """

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place


class Reasons:
    """Collects all reasons why no client can be made, so that they are fixed in one go."""

    def __init__(self) -> None:
        self._found: dict[str, None] = {}

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note an error of the `with` block, and go on behind it."""
        try:
            yield
        except GenerationError as caught:
            self.add([str(caught)])

    @property
    def found(self) -> list[str]:
        """The reasons, in the order in which they were found."""
        return list(self._found)

    def add(self, reasons: Iterable[str]) -> None:
        """Add reasons, each with its place."""
        self._found.update(dict.fromkeys(line for reason in reasons for line in reason.splitlines()))

    def name_places(self, places: Iterable[tuple[str, str]]) -> None:
        """Replace the first name of a reason, such as that of a reference, by the places that have it."""
        by_name: dict[str, list[str]] = {}
        for place, name in places:
            by_name.setdefault(name, []).append(place)
        found, self._found = self._found, {}
        for reason in found:
            name, _, problem = reason.partition(": ")
            self.add(f"{place}: {problem}" for place in by_name.get(name, [name]))

    def check(self) -> None:
        """Raise what was found.

        Raises:
            GenerationError: There are reasons, a line for each.
        """
        if self._found:
            raise GenerationError("\n".join(self._found))


@contextmanager
def limited_depth() -> Iterator[None]:
    """Turn the end of Python's stack into a reason."""
    try:
        yield
    except RecursionError:
        raise GenerationError(
            "the contract is nested too deeply; give inner schemas names under components"
        ) from None
