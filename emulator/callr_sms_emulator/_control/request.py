"""A request to the control API."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from callr_sms_emulator._api import CONTROL_PATH
from callr_sms_emulator._http import read_object, read_query, success_response
from callr_sms_emulator._schemas import read_parameters, read_struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._engine import Engine
    from callr_sms_emulator._http import Request, Response

T = TypeVar("T", bound=msgspec.Struct)

_BASE = CONTROL_PATH.removesuffix("/")
_PARTIES = ("to", "from", "after")
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

    def query(self) -> dict[str, Any]:
        """Return the parameters of the query string, once they and those of the path are valid.

        In a query string an unescaped plus is a space (URL standard). No number and no sender is a space
        followed by digits, so a plus was meant there (choice).

        Raises:
            InvalidRequestError: It cannot be decoded, or a parameter is unknown or not valid.
        """
        found = read_query(self.http.query)
        for name in _PARTIES:
            if _PLUS_LOST.fullmatch(found.get(name, "")):
                found[name] = f"+{found[name][1:]}"
        values = self._read_parameters("query", found) if found else {}
        if self.names:
            self._read_parameters("path", self.names)
        return values

    @property
    def id(self) -> int:
        """The number in the path."""
        number: int = self._read_parameters("path", self.names)["id"]
        return number

    def _read_parameters(self, place: str, found: Mapping[str, str]) -> dict[str, Any]:
        path = (self.http.endpoint or "").removeprefix(_BASE)
        # The parameters of HEAD are those of GET (RFC 9110, 9.3.2).
        method = "GET" if self.http.method == "HEAD" else self.http.method
        return read_parameters((method, path), place, found)

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


def respond(data: object) -> Response:
    """Return the response of a success: the data as JSON in the envelope."""
    return success_response(msgspec.json.encode(data))
