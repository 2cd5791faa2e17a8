"""The credentials of bearer authentication (RFC 6750)."""

import re
from typing import NoReturn

from ._errors import ConfigurationError

_TOKEN = re.compile("[\x21-\x7e]+")


class Credentials:
    """A token, shown nowhere."""

    __slots__ = ("_problem", "_token")

    def __init__(self, token: str) -> None:
        usable = bool(_TOKEN.fullmatch(token))
        self._problem = None if usable else "token: expected printable ASCII without spaces"
        self._token = str.__str__(token) if self._problem is None else ""

    def check(self) -> None:
        """Raise what is wrong with it. Apart from the constructor, whose frame holds the token.

        Raises:
            ConfigurationError: The token is empty or cannot stand in a header.
        """
        if self._problem:
            raise ConfigurationError(self._problem)

    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers that a request needs."""
        return (("Authorization", f"Bearer {self._token}"),)

    def query(self) -> tuple[tuple[str, str], ...]:
        """The query parameters that a request needs."""
        return ()

    def __repr__(self) -> str:
        return "<Credentials>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials are not pickled or copied: they would end up in files")
