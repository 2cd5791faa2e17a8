"""The credentials of bearer authentication (RFC 6750)."""

import re
from typing import NoReturn

from ._errors import ConfigurationError

_TOKEN = re.compile("[\x21-\x7e]+")


class Credentials:
    """A token. Nothing shows it."""

    __slots__ = ("_problem", "_token")

    def __init__(self, token: str) -> None:
        usable = bool(_TOKEN.fullmatch(token))
        self._problem = None if usable else "token: expected printable ASCII without spaces"
        self._token = str.__str__(token) if self._problem is None else ""

    def check(self) -> None:
        """Raise if it cannot be used.

        This is not done by the constructor, because a traceback of it would hold the token.

        Raises:
            ConfigurationError: The token is empty or cannot stand in a header.
        """
        if self._problem:
            raise ConfigurationError(self._problem)

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Return the headers that a request needs."""
        return (("Authorization", f"Bearer {self._token}"),)

    def query(self) -> tuple[tuple[str, str], ...]:
        """Return the query parameters that a request needs."""
        return ()

    def __repr__(self) -> str:
        return "<Credentials>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials cannot be pickled or copied, so that they do not end up in files")
