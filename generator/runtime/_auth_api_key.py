"""The credentials of an API key in a header."""

import re
from typing import NoReturn

from ._errors import ConfigurationError

_KEY = re.compile("[\x21-\x7e]+")


class Credentials:
    """An API key, and the header that carries it. Nothing shows the key."""

    __slots__ = ("_header", "_key", "_problem")

    def __init__(self, api_key: str, header: str) -> None:
        self._header = header
        usable = bool(_KEY.fullmatch(api_key))
        self._problem = None if usable else "api_key: expected printable ASCII without spaces"
        self._key = str.__str__(api_key) if self._problem is None else ""

    def check(self) -> None:
        """Raise if it cannot be used.

        This is not done by the constructor, because a traceback of it would hold the key.

        Raises:
            ConfigurationError: The key is empty or cannot stand in a header.
        """
        if self._problem:
            raise ConfigurationError(self._problem)

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Return the headers that a request needs."""
        return ((self._header, self._key),)

    def query(self) -> tuple[tuple[str, str], ...]:
        """Return the query parameters that a request needs."""
        return ()

    def __repr__(self) -> str:
        return "<Credentials>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials cannot be pickled or copied, so that they do not end up in files")
