"""Headers that users add to requests: which are accepted, and how two sets of them are merged."""

import re
from collections.abc import Container, Iterable, Mapping
from typing import NamedTuple, TypeGuard

from .._errors import ConfigurationError

HEADER_VALUE = r"[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?"
"""A value as RFC 9110, section 5.5, defines it, without its obsolete bytes: no line break can be in it."""

_HEADER_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}"
"""A token (RFC 9110, section 5.6.2)."""

_CURES = {
    "authorization": "the credentials are arguments of the client",
    "proxy-authorization": "the credentials of a proxy are part of its URL",
    "user-agent": "use app_name of the client, which is added to it",
}
_RESERVED = frozenset(
    {
        *_CURES,
        *("accept", "accept-encoding", "content-encoding", "content-type"),
        # They decide where a message ends and where it goes.
        *("connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te"),
        *("trailer", "transfer-encoding", "upgrade"),
    }
)


class ExtraHeaders(NamedTuple):
    """Headers of a user. The `repr` shows no values, which may be credentials of a gateway.

    Attributes:
        pairs: Their names and values; none if there is a problem.
        problem: Why they cannot be added to requests, or None.
    """

    pairs: tuple[tuple[str, str], ...] = ()
    problem: str | None = None

    @classmethod
    def of(cls, headers: object, own: Iterable[tuple[str, str]]) -> "ExtraHeaders":
        """Return the headers of an argument.

        Args:
            headers: The headers by name; None for none.
            own: The headers with the credentials of the client.
        """
        if headers is None:
            return cls()
        if not _is_mapping(headers):
            return cls(problem=f"expected a mapping of names to values, got {type(headers).__name__}")
        reserved = _RESERVED.union(name.lower() for name, _ in own)
        pairs: dict[str, tuple[str, str]] = {}
        for name, value in headers.items():
            if not isinstance(name, str) or not re.fullmatch(_HEADER_NAME, name, re.ASCII):
                return cls(problem="expected names of letters, digits and hyphens, such as X-Shop")
            problem = _find_problem(name.lower(), value, reserved, pairs)
            if problem or not isinstance(value, str):
                return cls(problem=f"{name}: {problem}")
            pairs[name.lower()] = (name, value)
        return cls(tuple(pairs.values()))

    def check(self, parameter: str) -> "ExtraHeaders":
        """Return the headers unchanged.

        Raises:
            ConfigurationError: There is a problem. `of` does not raise it, because a traceback of that holds
                the values.
        """
        if self.problem:
            raise ConfigurationError(f"{parameter}: {self.problem}")
        return self

    def merged(self, others: "ExtraHeaders") -> "ExtraHeaders":
        """Return these headers and others, which replace those of the same name."""
        replaced = {name.lower() for name, _ in others.pairs}
        kept = (pair for pair in self.pairs if pair[0].lower() not in replaced)
        return ExtraHeaders((*kept, *others.pairs))

    def __repr__(self) -> str:
        return f"ExtraHeaders({', '.join(name for name, _ in self.pairs)})"


def _find_problem(name: str, value: object, reserved: Container[str], seen: Container[str]) -> str | None:
    if name in reserved:
        return f"the client sets this header itself; {_CURES.get(name, 'leave it out')}"
    if name in seen:
        return "expected each name once, in upper or lower case"
    if not isinstance(value, str):
        return f"expected a str, got {type(value).__name__}"
    if not re.fullmatch(HEADER_VALUE, value):
        return "expected printable ASCII without line breaks and without spaces around it"
    return None


def _is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    return isinstance(value, Mapping)
