"""Settings: what all calls of a client share, and how they are read and checked."""

import os
from dataclasses import replace
from math import inf
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from .._errors import ConfigurationError
from .._transport import Timeout
from .clock import SYSTEM_CLOCK, Clock
from .operation import ErrorFormat
from .retry import check_retries

_MAX_HOST_LABEL = 63


class CredentialsLike(Protocol):
    """What every kind of credentials can do."""

    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers that a request needs."""
        ...

    def query(self) -> tuple[tuple[str, str], ...]:
        """The query parameters that a request needs."""
        ...


class Settings(NamedTuple):
    """What all requests of a client share.

    Attributes:
        base_url: Where the paths of the contract begin, without a slash at the end.
        credentials: What lets the client in.
        user_agent: Who asks.
        timeout: How long a call and its steps may take.
        max_retries: How many times a request may be sent again.
        errors: The form of an error answer.
        clock: Time and chance.
    """

    base_url: str
    credentials: CredentialsLike
    user_agent: str
    timeout: Timeout
    max_retries: int
    errors: ErrorFormat
    clock: Clock = SYSTEM_CLOCK

    def changed(self, timeout: float | Timeout | None, max_retries: int | None) -> "Settings":
        """The same with some of them changed; None is as before.

        Raises:
            ConfigurationError: A value cannot be used.
        """
        return self._replace(
            timeout=self.timeout if timeout is None else Timeout.of(timeout),
            max_retries=self.max_retries if max_retries is None else check_retries(max_retries),
        )

    def within(self, seconds: float) -> "Settings":
        """The same, with calls that take so many seconds at most."""
        total = self.timeout.total
        if total is not None and total <= seconds:
            return self
        return self._replace(timeout=replace(self.timeout, total=seconds if seconds < inf else None))


def find_url_problem(base_url: object) -> str | None:  # noqa: PLR0911 - a table
    """Why paths cannot be appended to an address, or None. Told, not raised: it may hold credentials."""
    if not isinstance(base_url, str):
        return f"expected a str, got {type(base_url).__name__}"
    try:
        parts = urlsplit(base_url)
        _ = parts.port  # a port that is no number is found out here
    except ValueError:
        return "not a URL"
    if not base_url.startswith(("http://", "https://")) or not parts.hostname:
        return "expected http:// or https:// and a host"
    if parts.username is not None or parts.query or parts.fragment:
        return "expected neither credentials nor a query nor a fragment in it"
    if not base_url.isascii() or not base_url.isprintable() or " " in base_url:
        return "expected printable ASCII without spaces; write an international host in its xn-- form"
    if any(not 0 < len(label) <= _MAX_HOST_LABEL for label in parts.hostname.rstrip(".").split(".")):
        return "the host is not a host name"
    return None


def read_environment(*names: str) -> list[str]:
    """The values of variables that have to be set.

    Raises:
        ConfigurationError: Some are not set, or empty; it names all of them.
    """
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise ConfigurationError(f"set {' and '.join(missing)} in the environment")
    return [os.environ[name] for name in names]
