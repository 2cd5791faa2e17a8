"""Faults: the ways in which a server breaks the contract, and those of one cause together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from callr_sms_contract.events import group_of


@dataclass(frozen=True)
class Fault:
    """One way in which the server breaks the contract, with the smallest requests that show it."""

    operation: str
    check: str
    cause: str
    title: str
    message: str
    count: int
    status: int
    answer: str
    rule: str = ""
    curl: tuple[str, ...] = ()
    script: str = ""
    """Exits with 1 while the server is wrong, 0 when it is right; empty if it would send a paid SMS."""

    line: int = 0
    """The line of the contract that is broken; 0 if it is not known."""
    follows: str = ""
    """The group of the fault that explains it; empty if it was ever found alone."""

    @property
    def key(self) -> tuple[str, str, str]:
        """Return the key that distinguishes it from other faults."""
        return self.operation, self.check, self.cause

    @property
    def group(self) -> str:
        """Return what it has in common with the same fault of other operations."""
        return group_of(self.check, self.cause, self.title)


@dataclass(frozen=True)
class Cause:
    """Faults of one cause."""

    main: Fault
    """The smallest one."""
    also: tuple[Fault, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Return all of them."""
        return self.main, *self.also

    @property
    def operations(self) -> tuple[str, ...]:
        """Return the operations at which they were found."""
        return tuple(sorted({fault.operation for fault in self.faults}))

    @property
    def checks(self) -> tuple[str, ...]:
        """Return the checks that found them, that of the main one first."""
        return tuple(dict.fromkeys(fault.check for fault in self.faults))

    @property
    def count(self) -> int:
        """Return how often it was found."""
        return sum(fault.count for fault in self.faults if fault.group == self.main.group)


def causes_of(faults: Sequence[Fault]) -> tuple[Cause, ...]:
    """Fold the faults of one cause: the same at several operations, and what only followed from another."""
    follows: dict[str, str] = {}
    for fault in faults:
        follows[fault.group] = fault.follows and follows.get(fault.group, fault.follows)
    found: dict[str, list[Fault]] = {}
    for fault in faults:
        root, seen = fault.group, {fault.group}
        while follows.get(root) in follows:
            root = follows[root]
            if root in seen:  # each was only found with the other
                root = min(seen)
                break
            seen.add(root)
        found.setdefault(root, []).append(fault)
    return tuple(_cause(root, members) for root, members in found.items())


def _cause(root: str, members: list[Fault]) -> Cause:
    main = min((each for each in members if each.group == root), key=_size)
    return Cause(main, tuple(each for each in members if each is not main))


def _size(fault: Fault) -> tuple[int, int]:
    return len(fault.curl), sum(map(len, fault.curl))


def merged_faults(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return the faults of several records, each once."""
    found: dict[tuple[str, str, str], Fault] = {}
    for fault in faults:
        known = found.get(fault.key)
        if known is None:
            found[fault.key] = fault
            continue
        smaller = min(known, fault, key=_size)
        follows = known.follows and fault.follows
        found[fault.key] = replace(smaller, count=known.count + fault.count, follows=follows)
    return tuple(found[key] for key in sorted(found))
