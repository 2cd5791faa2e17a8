"""Servers that are wrong about credentials."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mutants.builders import (
    Maker,
    Mutant,
    on_reply,
    on_request,
)
from mutants.messages import (
    LIST,
    READ,
    Forward,
    Lie,
    Request,
    Response,
    error,
)

_CHALLENGE: Final = 'Basic realm="CALLR"'


@dataclass(frozen=True)
class Credentials:
    """The credentials in an `Authorization` header."""

    scheme: str
    login: str
    password: str


def credentials_of(request: Request) -> Credentials:
    """Return the credentials of a request, empty without any."""
    scheme, _, token = request.header("authorization").partition(" ")
    try:
        pair = base64.b64decode(token.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        pair = ""
    login, _, password = pair.partition(":")
    return Credentials(scheme, login, password)


def unauthorized() -> Response:
    """Return the response to wrong credentials."""
    return error(401, "AUTHENTICATION_FAILED", WWW_Authenticate=_CHALLENGE)


class _Insider:
    """Remembers the right credentials from an accepted request, and lends them to others."""

    def __init__(self, when: Callable[[Credentials, Credentials, Request], object]) -> None:
        self._when = when
        self._right: str | None = None

    def __call__(self, request: Request, forward: Forward) -> Response:
        reply = forward(request)
        if reply.status != 401:
            self._right = request.header("authorization")
            return reply
        if self._right is None:
            return reply
        lent = request.with_header("Authorization", self._right)
        return forward(lent) if self._when(credentials_of(request), credentials_of(lent), request) else reply


def lets_in(when: Callable[[Credentials, Credentials, Request], object]) -> Maker:
    """Let in requests for which `when(credentials, right credentials, request)` is true."""

    def make() -> Lie:
        return _Insider(when)

    return make


def _keeps_out(when: Callable[[Request], object]) -> Maker:
    """Refuse right credentials where `when` is true."""
    return on_reply(lambda reply, request: unauthorized() if when(request) else reply)


def _validates_first(request: Request, forward: Forward) -> Response:
    reply = forward(request)
    return (
        error(400, "PROPERTY_MISSING [type]")
        if reply.status == 401 and request.operation == LIST and not request.pairs
        else reply
    )


def _crashes(reply: Response, request: Request) -> Response:
    if reply.status == 401 and request.header("authorization") and not credentials_of(request).login:
        return error(500, "INTERNAL_ERROR")
    return reply


def _path_first(reply: Response, request: Request) -> Response:
    below = request.path.removeprefix(request.base_path)
    is_known = below == "/sms" or below.startswith("/sms/")
    return error(404, "ENDPOINT_NOT_FOUND") if reply.status == 401 and not is_known else reply


def _any_scheme(request: Request) -> Request:
    scheme, _, token = request.header("authorization").partition(" ")
    return (
        request.with_header("Authorization", f"Basic {token}")
        if scheme and credentials_of(request).login
        else request
    )


def _is_login_alone(_: Credentials, right: Credentials, request: Request) -> bool:
    token = request.header("authorization").partition(" ")[2]
    try:
        return base64.b64decode(token, validate=True).decode() == right.login
    except (binascii.Error, ValueError):
        return False


AUTH = (
    Mutant(
        "needs-no-credentials",
        "auth",
        "no credentials are needed",
        lets_in(lambda given, _, __: not given.scheme),
    ),
    Mutant(
        "takes-any-password",
        "auth",
        "any password of the login is taken",
        lets_in(lambda given, right, _: given.login == right.login),
    ),
    Mutant(
        "takes-any-login",
        "auth",
        "any login with the password is taken",
        lets_in(lambda given, right, _: given.password == right.password != ""),
    ),
    Mutant(
        "takes-anybody",
        "auth",
        "any login and password are taken",
        lets_in(lambda given, _, __: given.login),
    ),
    Mutant(
        "password-in-any-case",
        "auth",
        "the case of the password does not count",
        lets_in(
            lambda given, right, _: (
                given.login == right.login and given.password.lower() == right.password.lower()
            )
        ),
    ),
    Mutant(
        "login-in-any-case",
        "auth",
        "the case of the login does not count",
        lets_in(
            lambda given, right, _: (
                given.password == right.password and given.login.lower() == right.login.lower() != ""
            )
        ),
    ),
    Mutant(
        "password-cut",
        "auth",
        "only the first 8 characters of the password count",
        lets_in(
            lambda given, right, _: (
                given.login == right.login != "" and given.password[:8] == right.password[:8]
            )
        ),
    ),
    Mutant(
        "takes-empty-password",
        "auth",
        "an empty password is taken",
        lets_in(lambda given, right, _: given.login == right.login != "" and not given.password),
    ),
    Mutant(
        "takes-bearer",
        "auth",
        "the credentials are taken after Bearer too",
        on_request(
            lambda a: (
                a.with_header("Authorization", a.header("authorization").replace("Bearer", "Basic"))
                if a.header("authorization")
                else a
            )
        ),
    ),
    Mutant(
        "reads-need-none",
        "auth",
        "a read needs no credentials",
        lets_in(lambda given, _, request: request.operation == READ and not given.scheme),
    ),
    Mutant(
        "list-needs-none",
        "auth",
        "a list needs no credentials",
        lets_in(lambda given, _, request: request.operation == LIST and not given.scheme),
    ),
    Mutant(
        "sends-need-none",
        "auth",
        "a send needs no credentials",
        lets_in(lambda given, _, request: request.operation not in {None, LIST, READ} and not given.scheme),
    ),
    Mutant(
        "scheme-in-one-case",
        "auth",
        "the scheme is accepted in one case only",
        _keeps_out(lambda a: credentials_of(a).scheme in {"basic", "BASIC"}),
    ),
    Mutant(
        "validates-first",
        "auth",
        "a list without parameters is 400 before it is 401",
        lambda: _validates_first,
    ),
    Mutant("malformed-credentials-500", "auth", "malformed credentials answer 500", on_reply(_crashes)),
    Mutant("unknown-path-before-401", "auth", "an unknown path is 404 before 401", on_reply(_path_first)),
    Mutant("takes-any-scheme", "auth", "the credentials are taken after any scheme", on_request(_any_scheme)),
    Mutant("login-without-colon", "auth", "a login without a colon is let in", lets_in(_is_login_alone)),
)


# --- who is let in --------------------------------------------------------------------------------------


def _method_first(reply: Response, request: Request) -> Response:
    is_wrong = reply.status == 401 and request.method == "DELETE"
    return error(405, "METHOD_NOT_ALLOWED [method]", Allow="GET, POST") if is_wrong else reply


def _hash_first(reply: Response, request: Request) -> Response:
    is_malformed = request.operation == READ and not re.fullmatch("[0-9A-Z]{8}", request.hash)
    return error(404, "PROPERTY_VALUE_ERROR [id]") if reply.status == 401 and is_malformed else reply


def _crashes_outside_ascii(reply: Response, request: Request) -> Response:
    given = credentials_of(request)
    is_outside = not f"{given.login}{given.password}".isascii()
    return error(500, "INTERNAL_ERROR") if reply.status == 401 and is_outside else reply


CREDENTIALS: Final = (
    Mutant(
        "login-is-a-password",
        "auth",
        "the login is taken for the password too",
        lets_in(lambda given, right, _: given.login == given.password == right.login),
    ),
    Mutant(
        "login-and-password-swapped",
        "auth",
        "the password before the login is taken too",
        lets_in(lambda given, right, _: (given.password, given.login) == (right.login, right.password)),
    ),
    Mutant(
        "password-cut-at-colon",
        "auth",
        "what follows a colon in the password is ignored",
        lets_in(
            lambda given, right, _: (
                (given.login, given.password.partition(":")[0]) == (right.login, right.password)
            )
        ),
    ),
    Mutant(
        "password-cut-at-nul",
        "auth",
        "what follows NUL in the password is ignored",
        lets_in(
            lambda given, right, _: (
                (given.login, given.password.partition("\0")[0]) == (right.login, right.password)
            )
        ),
    ),
    Mutant("wrong-method-before-401", "auth", "DELETE is 405 before it is 401", on_reply(_method_first)),
    Mutant(
        "head-without-challenge",
        "auth",
        "a 401 to HEAD has no WWW-Authenticate",
        on_reply(
            lambda reply, request: (
                reply.with_header("www-authenticate", None) if request.method == "HEAD" else reply
            )
        ),
    ),
    Mutant(
        "malformed-hash-before-401", "auth", "a malformed hash is 404 before it is 401", on_reply(_hash_first)
    ),
    Mutant(
        "credentials-outside-ascii-500",
        "auth",
        "credentials outside ASCII answer 500",
        on_reply(_crashes_outside_ascii),
    ),
)
