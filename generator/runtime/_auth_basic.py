"""The credentials of HTTP Basic authentication (RFC 7617)."""

import re
from binascii import b2a_base64
from typing import NoReturn

from ._errors import ConfigurationError

_UNUSABLE = "[\x00-\x1f\x7f-\x9f\ud800-\udfff]"


class Credentials:
    """A login and a password, kept only as the header that they become. Nothing shows them."""

    __slots__ = ("_header", "_problem")

    def __init__(self, login: str, password: str) -> None:
        self._problem = _find_problem(login, password)
        self._header = "" if self._problem else _encode(login, password)

    def check(self) -> None:
        """Raise if they cannot be used.

        This is not done by the constructor, because a traceback of it would hold the password.

        Raises:
            ConfigurationError: One of them is empty or holds a control character, or the login holds a colon.
        """
        if self._problem:
            raise ConfigurationError(self._problem)

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Return the headers that a request needs."""
        return (("Authorization", self._header),)

    def query(self) -> tuple[tuple[str, str], ...]:
        """Return the query parameters that a request needs."""
        return ()

    def __repr__(self) -> str:
        return "<Credentials>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials cannot be pickled or copied, so that they do not end up in files")


def _find_problem(login: object, password: object) -> str | None:
    for name, value in (("login", login), ("password", password)):
        if not isinstance(value, str) or not value:
            return f"{name}: expected a string that is not empty"
        if not value.isprintable() and re.search(_UNUSABLE, value):
            return f"{name}: expected no control characters or lone surrogates, for HTTP Basic"
    if isinstance(login, str) and str.find(login, ":") >= 0:
        return "login: expected no colon, which HTTP Basic cannot carry"
    return None


def _encode(login: str, password: str) -> str:
    # Not an f-string, which would format a member of an enum by its name.
    return "Basic " + b2a_base64(str.encode(login) + b":" + str.encode(password), newline=False).decode(
        "ascii"
    )
