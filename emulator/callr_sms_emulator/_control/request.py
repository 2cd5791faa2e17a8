"""A request to the control API."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._api import reject_unknown
from callr_sms_emulator._http import read_object, read_query, success_response
from callr_sms_emulator._schemas import read_struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._engine import Engine
    from callr_sms_emulator._http import Request, Response

T = TypeVar("T", bound=msgspec.Struct)

_NUMBER = re.compile(r"[0-9]{1,18}")
_LONGEST_ID = 18
_PLUS_LOST = re.compile(r" [0-9]+")


@dataclass
class ControlRequest:
    """A request to the control API.

    Attributes:
        engine: The emulator.
        http: The HTTP request.
        names: The values of the names in braces of the path.
        is_admin: Whether it has the admin token and the endpoint accepts that.
        account: The account of its credentials, if the endpoint requires one.
    """

    engine: Engine
    http: Request[Account]
    names: Mapping[str, str]
    is_admin: bool = False
    account: Account = field(init=False)

    @property
    def id(self) -> int:
        """The number in the path; 0, which nothing has, if it is not a number."""
        text = self.names["id"]
        return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID else 0

    def query(self, known: tuple[str, ...] = ()) -> dict[str, str]:
        """Return the parameters of the query string.

        Raises:
            InvalidRequestError: It cannot be decoded, or has an unknown parameter.
        """
        found = read_query(self.http.query)
        reject_unknown(found, known)
        return found

    async def read(self, kind: type[T], schema: str | None = None) -> T:
        """Return the body as a struct, once it is valid by its schema in `control.yaml`.

        Args:
            kind: The struct.
            schema: The name of the schema, where it is not that of the struct.

        Raises:
            InvalidRequestError: It is not valid; the message names the property and what was expected.
        """
        self.query()
        self.http.require_json()
        return read_struct(read_object(await self.http.read_body()), kind, schema or kind.__name__)


def read_party(found: Mapping[str, str], name: str) -> str | None:
    """Return a number or a sender to search for; None if the parameter `name` was left out.

    In a query string an unescaped plus is a space (URL standard). No number and no sender is a space followed
    by digits, so a plus was meant there (choice).
    """
    value = found.get(name)
    return f"+{value[1:]}" if value is not None and _PLUS_LOST.fullmatch(value) else value


def read_number(found: Mapping[str, str], name: str, least: int, most: int) -> int | None:
    """Return a whole number; None if the parameter `name` was left out.

    Raises:
        InvalidRequestError: The value is not a whole number from `least` to `most`.
    """
    value = found.get(name)
    if value is None:
        return None
    if not _NUMBER.fullmatch(value) or not least <= int(value) <= most:
        raise _errors.bad_value(name, value, f"a whole number from {least} to {most}")
    return int(value)


def respond(data: object) -> Response:
    """Return the response of a success: the data as JSON in the envelope."""
    return success_response(msgspec.json.encode(data))
