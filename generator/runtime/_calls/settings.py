"""The settings that all calls of a client share, and the checks of what they are made of."""

import os
import re
from collections.abc import Mapping
from math import inf
from typing import TYPE_CHECKING, NamedTuple, Protocol

from .._errors import ArgumentError, ConfigurationError
from .._support import LazyModule, replace
from .._transport import Timeout
from .clock import SYSTEM_CLOCK, Clock
from .headers import ExtraHeaders
from .hooks import Hooks
from .operation import ErrorFormat
from .retry import check_retries

if TYPE_CHECKING:
    from urllib import parse
else:
    parse = LazyModule("urllib.parse")

_MAX_HOST, _MAX_HOST_LABEL = 253, 63
"""In characters (RFC 1035, section 2.3.4). SOCKS has one byte for the length of a host."""

_APP_NAME = r"[\x21-\x7e]([\x20-\x7e]{0,98}[\x21-\x7e])?"


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
        headers: The headers that each request carries besides those of the client.
        hooks: The functions to call at each step of a call.
        clock: Time and random numbers.
    """

    base_url: str
    credentials: CredentialsLike
    user_agent: str
    timeout: Timeout
    max_retries: int
    errors: ErrorFormat
    headers: ExtraHeaders = ExtraHeaders()
    hooks: Hooks | None = None
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

    def with_headers(self, default_headers: Mapping[str, str] | None) -> "Settings":
        """Return a copy with more headers.

        Raises:
            ConfigurationError: A header is invalid, or one that the client sets itself.
        """
        added = ExtraHeaders.of(default_headers, self.credentials.headers())
        del default_headers  # they may hold credentials
        return self._replace(headers=self.headers.merged(added.check("default_headers")))

    def for_call(
        self, timeout: float | Timeout | None, extra_headers: Mapping[str, str] | None
    ) -> "Settings":
        """Return the settings of one call; None keeps a value, and headers are added.

        Raises:
            ArgumentError: A value is invalid.
        """
        if timeout is None and extra_headers is None:
            return self
        added = ExtraHeaders.of(extra_headers, self.credentials.headers())
        del extra_headers  # as above
        try:
            limits = self.timeout if timeout is None else Timeout.of(timeout)
            headers = self.headers.merged(added.check("extra_headers"))
            return self._replace(timeout=limits, headers=headers)
        except ConfigurationError as caught:
            parameter, _, rule = caught.reason.partition(": ")
        raise ArgumentError(parameter, rule)

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
        parts = parse.urlsplit(base_url)
        _ = parts.port  # raises for a port that is not a number
    except ValueError:
        return "expected a URL"
    if not base_url.startswith(("http://", "https://")) or not parts.hostname:
        return "expected http:// or https:// and a host"
    if parts.username is not None or "?" in base_url or "#" in base_url:
        return "expected no credentials, query or fragment in it"
    if not base_url.isascii() or not base_url.isprintable() or " " in base_url:
        return "expected printable ASCII without spaces; write an international host in its xn-- form"
    host = parts.hostname.rstrip(".")
    if len(host) > _MAX_HOST or any(not 0 < len(label) <= _MAX_HOST_LABEL for label in host.split(".")):
        return "expected a valid host name"
    return None


def make_user_agent(client: str, app_name: object) -> str:
    """Return the `User-Agent` of a client, and of the application that uses it if that has a name.

    Raises:
        ConfigurationError: The name cannot be part of a header.
    """
    if not isinstance(app_name, str) or (app_name and not re.fullmatch(_APP_NAME, app_name)):
        raise ConfigurationError("app_name: expected up to 100 characters of ASCII, such as my-shop/2.0")
    return f"{client} {app_name}".rstrip()


def read_log_level(variable: str) -> None:
    """Show the log of the client if a variable of the environment asks for it."""
    level = os.environ.get(variable)
    if level:
        from .log import show_log  # noqa: PLC0415 - logging is slow to import

        show_log(variable, level)


class Environment:
    """Variables of the environment, and the values that replace them. Nothing shows them."""

    __slots__ = ("_given",)

    def __init__(self, **given: str | None) -> None:
        """Store the values given instead of variables.

        Args:
            given: By the name of the variable; None to read the variable.
        """
        self._given = given

    def check(self, *names: str) -> None:
        """Raise if required variables have no value.

        Raises:
            ConfigurationError: Some are missing or empty; the message names all of them.
        """
        missing = [name for name in names if self._given[name] is None and not os.environ.get(name)]
        if missing:
            raise ConfigurationError(f"set {' and '.join(missing)} in the environment")

    def read(self, name: str, default: str = "") -> str:
        """Return the value of a variable, or the default if it is missing or empty."""
        given = self._given[name]
        return (os.environ.get(name) or default) if given is None else given

    def __repr__(self) -> str:
        return f"Environment({', '.join(self._given)})"
