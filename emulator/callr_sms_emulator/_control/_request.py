"""A request to the control API, and reading what it holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._http import check_content_type, read_body, success
from callr_sms_emulator._json import read_object
from callr_sms_emulator._query import read_query
from callr_sms_emulator._send import refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._engine import Engine
    from callr_sms_emulator._http import Answer, Receive, Scope

T = TypeVar("T", bound=msgspec.Struct)

_SECRETS = ("password", "hmac_secret")

# How msgspec says what is wrong, and where.
_PLACE = re.compile(r" - at `\$\.?(?P<place>[^`]*)`$")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>[^`]*)`")
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]*)`")


class Request:
    """One request to the control API.

    Attributes:
        engine: The emulator.
        scope: The request as ASGI gives it.
        receive: Where its body comes from.
        names: What the names in braces of the path stand for.
        is_admin: Whether it carries the admin token, and the endpoint takes that.
        account: Whose credentials it carries otherwise, where the endpoint asks for an account's.
    """

    account: Account
    is_admin = False

    def __init__(self, engine: Engine, scope: Scope, receive: Receive, names: Mapping[str, str]) -> None:
        self.engine = engine
        self.scope = scope
        self.receive = receive
        self.names = names

    def query(self, known: tuple[str, ...] = ()) -> dict[str, str]:
        """Give the parameters of the query string.

        Raises:
            InvalidRequestError: It cannot be read, or has one that is not among those `known`.
        """
        found = read_query(self.scope["query_string"])
        refuse_unknown(found, known)
        return found

    async def read(self, kind: type[T]) -> T:
        """Give the body, which must be the JSON of `kind`. A struct for it forbids unknown fields.

        Raises:
            InvalidRequestError: It is not; the message names the field, the value and what was expected.
        """
        self.query()
        check_content_type(self.scope)
        return convert(read_object(await read_body(self.receive)), kind)


def convert(found: dict[str, object], kind: type[T]) -> T:
    """Make a struct of a JSON object.

    Raises:
        InvalidRequestError: It does not fit; the message names the field, the value and what was expected.
    """
    try:
        return msgspec.convert(found, kind)
    except msgspec.ValidationError as error:
        raise explain(found, kind, str(error)) from None


def explain(found: object, kind: type[msgspec.Struct], words: str) -> _errors.InvalidRequestError:
    """Say what msgspec has found wrong in the words of this API."""
    place = _PLACE.search(words)
    path = place["place"] if place else ""
    said = words[: place.start()] if place else words
    if unknown := _UNKNOWN.match(said):
        name = f"{path}.{unknown['name']}".lstrip(".")
        return _errors.unknown_parameter(name, [] if path else _names(kind))
    if missing := _MISSING.match(said):
        return _errors.missing_parameter(f"{path}.{missing['name']}".lstrip("."), "it to be given")
    is_secret = path.rpartition(".")[2] in _SECRETS
    return _errors.bad_field(path, None if is_secret else _value_at(found, path), said, is_secret=is_secret)


def _names(kind: type[msgspec.Struct]) -> list[str]:
    return [each.encode_name for each in msgspec.structs.fields(kind)]


def _value_at(found: Any, path: str) -> object:  # noqa: ANN401 - any JSON
    for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        try:
            found = found[int(index)] if index else found[name]
        except (KeyError, IndexError, TypeError):
            return None
    return found


def answer(data: object) -> Answer:
    """Give the answer of a success: what msgspec can write as JSON, in the envelope."""
    return success(msgspec.json.encode(data))
