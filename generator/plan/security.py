"""Authentication: the security scheme of a client."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from generator.errors import ContractError, GenerationError, Reasons
from generator.parser import Document

HEADER_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}"
"""A token (RFC 9110, section 5.6.2)."""
FRAMING = frozenset(
    {
        *("connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te"),
        *("trailer", "transfer-encoding", "upgrade"),
    }
)
"""The headers that decide where a message ends and where it goes."""


@dataclass(frozen=True)
class SecurityPlan:
    """The module of `runtime/` for the credentials, and the arguments that they consist of.

    Attributes:
        module: The name of the module in `runtime/`.
        arguments: The arguments of the client, with their descriptions.
        header: The header of an API key; empty for another scheme.
    """

    module: str
    arguments: tuple[tuple[str, str], ...]
    header: str = ""

    @property
    def call(self) -> str:
        """The arguments of `Credentials`, as written in the client."""
        given = [name for name, _ in self.arguments]
        return ", ".join([*given, *([f"header={self.header!r}"] if self.header else [])])


_BEARER = SecurityPlan("_auth_bearer.py", (("token", "The token that lets you in."),))
_SCHEMES = {
    ("http", "basic"): SecurityPlan(
        "_auth_basic.py",
        (("login", "The login of the account's API user."), ("password", "The password that belongs to it.")),
    ),
    ("http", "bearer"): _BEARER,
    # How a token is issued is not the client's business: it is an argument.
    ("oauth2", ""): _BEARER,
    ("openidconnect", ""): _BEARER,
}
NO_CREDENTIALS = SecurityPlan("_auth_none.py", ())
_SUPPORTED = "HTTP Basic, bearer tokens, OAuth 2.0 tokens and an API key in a header"


def is_anonymous(document: Document, operation: dict[str, Any]) -> bool:
    """Return whether an operation needs no credentials."""
    return not any(operation.get("security", document.raw.get("security")) or [])


def header_of_credentials(document: Document) -> str:
    """Return the header of the API key; empty without one, or where none can be planned."""
    try:
        return plan_security(document).header
    except GenerationError:
        return ""


def plan_security(document: Document) -> SecurityPlan:
    """Plan the credentials that the operations require.

    One kind of credentials has to be enough for all operations, because a client has one. Where an operation
    accepts several, one of them has to be of this kind.

    Raises:
        GenerationError: They require several schemes, or one that is not supported.
    """
    offers: dict[str, dict[str, SecurityPlan]] = {}
    reasons = Reasons()
    for path, method, operation in document.operations():
        if is_anonymous(document, operation):
            continue
        place = f"{method.upper()} {path}"
        offers[place] = {}
        named = list(_alternatives(document, operation))
        problems = Reasons()
        for name in named:
            with problems.noting():
                offers[place][name] = _plan_scheme(document, name)
        if not offers[place]:
            problem = "a combination of security schemes is not supported; offer one that is enough"
            reasons.add(problems.found or [f"{place}: {problem}"])
    reasons.check()
    for plan in [plan for schemes in offers.values() for plan in schemes.values()]:
        if all(plan in schemes.values() for schemes in offers.values()):
            return plan
    if offers:
        found = dict.fromkeys(name for schemes in offers.values() for name in schemes)
        raise ContractError(
            "#/security",
            f"expected one security scheme that every operation accepts, found {', '.join(found)}",
        )
    return NO_CREDENTIALS


def _alternatives(document: Document, operation: dict[str, Any]) -> Iterator[str]:
    """Yield each scheme that is enough for an operation."""
    for item in operation.get("security", document.raw.get("security")) or []:
        if len(item) == 1:
            yield from item


def _plan_scheme(document: Document, name: str) -> SecurityPlan:
    place = f"#/components/securitySchemes/{name}"
    scheme: dict[str, Any] = document.resolve(document.look_up(place, place), place)
    kind, http = str(scheme.get("type", "")).lower(), str(scheme.get("scheme", "")).lower()
    if kind == "apikey" and scheme.get("in") == "header":
        header = str(scheme.get("name", ""))
        if not re.fullmatch(HEADER_NAME, header, re.ASCII) or header.lower() in FRAMING:
            raise ContractError(place, f"the name {header!r} is not one of a header for a key; correct it")
        return SecurityPlan("_auth_api_key.py", (("api_key", "The API key of the account."),), header)
    found = _SCHEMES.get((kind, http))
    if found is None:
        raise ContractError(place, f"only {_SUPPORTED} are supported; offer one of them, too")
    return found
