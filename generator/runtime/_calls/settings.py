"""The settings that all calls of a client share, and the checks of what they are made of."""

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
    """The interface of all credentials."""

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Return the headers that a request needs."""
        ...

    def query(self) -> tuple[tuple[str, str], ...]:
        """Return the query parameters that a request needs."""
        ...


class Settings(NamedTuple):
    """The settings that all calls of a client share.

    Attributes:
        base_url: The URL before the paths of the contract, without a slash at the end.
        credentials: The credentials that each request carries.
        user_agent: The `User-Agent` header.
        timeout: The timeouts of a call and its steps.
        max_retries: How many times a request may be repeated.
        errors: The form of an error response.
        clock: Time and random numbers.
    """

    base_url: str
    credentials: CredentialsLike
    user_agent: str
    timeout: Timeout
    max_retries: int
    errors: ErrorFormat
    clock: Clock = SYSTEM_CLOCK

    def changed(self, timeout: float | Timeout | None, max_retries: int | None) -> "Settings":
        """Return a copy with other values; None keeps a value.

        Raises:
            ConfigurationError: A value is invalid.
        """
        return self._replace(
            timeout=self.timeout if timeout is None else Timeout.of(timeout),
            max_retries=self.max_retries if max_retries is None else check_retries(max_retries),
        )

    def within(self, seconds: float) -> "Settings":
        """Return the settings for calls that take so many seconds at most."""
        total = self.timeout.total
        if total is not None and total <= seconds:
            return self
        return self._replace(timeout=replace(self.timeout, total=seconds if seconds < inf else None))


def find_url_problem(base_url: object) -> str | None:  # noqa: PLR0911 - a table
    """Return why a URL cannot be the base URL, or None.

    Nothing is raised, because the URL may hold credentials.
    """
    if not isinstance(base_url, str):
        return f"expected a str, got {type(base_url).__name__}"
    try:
        parts = urlsplit(base_url)
        _ = parts.port  # raises for a port that is not a number
    except ValueError:
        return "expected a URL"
    if not base_url.startswith(("http://", "https://")) or not parts.hostname:
        return "expected http:// or https:// and a host"
    if parts.username is not None or parts.query or parts.fragment:
        return "expected no credentials, query or fragment in it"
    if not base_url.isascii() or not base_url.isprintable() or " " in base_url:
        return "expected printable ASCII without spaces; write an international host in its xn-- form"
    if any(not 0 < len(label) <= _MAX_HOST_LABEL for label in parts.hostname.rstrip(".").split(".")):
        return "expected a valid host name"
    return None


def read_environment(*names: str) -> list[str]:
    """Return the values of required environment variables.

    Raises:
        ConfigurationError: Some are missing or empty; the message names all of them.
    """
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise ConfigurationError(f"set {' and '.join(missing)} in the environment")
    return [os.environ[name] for name in names]
