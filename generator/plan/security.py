"""Authentication: the security scheme of a client."""

from dataclasses import dataclass
from typing import Any

from generator.errors import ContractError
from generator.parser import Document


@dataclass(frozen=True)
class SecurityPlan:
    """The module of `runtime/` for the credentials, and the arguments that they consist of.

    Attributes:
        module: The name of the module in `runtime/`.
        arguments: The arguments of the client, with their descriptions.
    """

    module: str
    arguments: tuple[tuple[str, str], ...]


_SCHEMES = {
    ("http", "basic"): SecurityPlan(
        "_auth_basic.py",
        (("login", "The login of the account's API user."), ("password", "The password that belongs to it.")),
    ),
    ("http", "bearer"): SecurityPlan("_auth_bearer.py", (("token", "The token that lets you in."),)),
}
_NONE = SecurityPlan("_auth_none.py", ())


def plan_security(document: Document) -> SecurityPlan:
    """Plan the credentials that the operations require.

    Raises:
        ContractError: They require several schemes, or one that is not supported.
    """
    everywhere = document.raw.get("security", [])
    asked: dict[str, None] = {}
    for path, method, operation in document.operations():
        place = f"{method.upper()} {path}"
        required = operation.get("security", everywhere)
        if len(required) > 1 or any(len(item) != 1 for item in required):
            raise ContractError(place, "a choice or a combination of security schemes is not supported")
        asked.update((name, None) for item in required for name in item)
    if len(asked) > 1:
        raise ContractError("#/security", f"expected one security scheme, found {', '.join(asked)}")
    if not asked:
        return _NONE
    place = f"#/components/securitySchemes/{next(iter(asked))}"
    scheme: dict[str, Any] = document.resolve(document.look_up(place, place), place)
    found = _SCHEMES.get((scheme.get("type", ""), str(scheme.get("scheme", "")).lower()))
    if found is None:
        raise ContractError(place, "only HTTP Basic and bearer authentication are supported")
    return found
