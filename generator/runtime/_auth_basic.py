"""The credentials of HTTP Basic authentication (RFC 7617)."""

import re
from base64 import b64encode
from typing import NoReturn

from ._errors import ConfigurationError

_UNUSABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Credentials:
    """A login and a password, kept only as the header that they become; shown nowhere."""

    __slots__ = ("_header", "_problem")

    def __init__(self, login: str, password: str) -> None:
        self._problem = _find_problem(login, password)
        self._header = "" if self._problem else _encode(login, password)

    def check(self) -> None:
        """Raise what is wrong with them. Apart from the constructor, whose frame holds the password.

        Raises:
            ConfigurationError: A colon in the login, a control character, or nothing at all.
        """
        if self._problem:
            raise ConfigurationError(self._problem)

    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers that a request needs."""
        return (("Authorization", self._header),)

    def query(self) -> tuple[tuple[str, str], ...]:
        """The query parameters that a request needs."""
        return ()

    def __repr__(self) -> str:
        return "<Credentials>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials are not pickled or copied: they would end up in files")


def _find_problem(login: object, password: object) -> str | None:
    for name, value in (("login", login), ("password", password)):
        if not isinstance(value, str) or not value:
            return f"{name}: expected a string that is not empty"
        if _UNUSABLE.search(value):
            return f"{name}: it holds a control character or a lone surrogate, which HTTP Basic cannot carry"
    if isinstance(login, str) and str.find(login, ":") >= 0:
        return "login: it holds a colon, which HTTP Basic cannot carry"
    return None


def _encode(login: str, password: str) -> str:
    # Not an f-string: it would ask an enumeration for its name.
    return "Basic " + b64encode(str.encode(login) + b":" + str.encode(password)).decode("ascii")
