"""Route a request to the handler of its endpoint: path, method, credentials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callr_sms_emulator import _errors
from callr_sms_emulator._api import BASE_PATH
from callr_sms_emulator._control.endpoints import ENDPOINTS, Access
from callr_sms_emulator._control.request import ControlRequest
from callr_sms_emulator._http import decode_segment

if TYPE_CHECKING:
    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._control.endpoints import Endpoint
    from callr_sms_emulator._engine import Engine
    from callr_sms_emulator._http import Request, Response


@dataclass
class Control:
    """Handles the requests below `/_emulator/`."""

    _engine: Engine

    async def handle(self, http: Request[Account]) -> Response:
        """Find the endpoint, check the credentials, and call the handler.

        Raises:
            NotFoundError: No endpoint has this path. This and the next need no credentials.
            MethodNotAllowedError: The path does not take this method.
            TooManyRequestsError: Too many wrong credentials came.
            UnauthorizedError: The credentials are not those that the endpoint requires.
            ForbiddenError: The page of a server that is read-only wants to change something.
        """
        endpoint, names = _find(http.method, http.path)
        http.endpoint = endpoint.path
        request = ControlRequest(self._engine, http, names)
        access, authenticator = endpoint.access, self._engine.authenticator
        takes_token = access in {Access.ADMIN, Access.EITHER}
        request.is_admin = takes_token and await authenticator.is_admin(http.headers)
        if access is Access.ADMIN and not request.is_admin:
            raise _errors.not_admin()
        if access is not Access.ANYBODY and not request.is_admin:
            request.account = await self._admit(endpoint, http)
            await self._engine.accounts.refresh(request.account)
        return await endpoint.handler(request)

    async def _admit(self, endpoint: Endpoint, http: Request[Account]) -> Account:
        engine = self._engine
        if not engine.sessions.is_token(http.headers):
            return await engine.authenticator.admit(http.headers)
        account = await engine.sessions.admit(http.headers)
        if engine.config.read_only and endpoint.changes:
            raise _errors.read_only()
        return account


def _find(method: str, raw_path: bytes) -> tuple[Endpoint, dict[str, str]]:
    segments = [decode_segment(each) for each in raw_path.split(b"/")]
    matches = [(each, names) for each in ENDPOINTS if (names := _match(each.path, segments)) is not None]
    # A path without names in braces goes first: `/requests/verify` is not a request whose id is `verify`.
    literal = [each for each in matches if not each[1]]
    found: dict[str, tuple[Endpoint, dict[str, str]]] = {}
    for each in literal or matches:
        found[each[0].method] = each
        if each[0].method == "GET":
            found["HEAD"] = each  # the server leaves the body out (RFC 9110, 9.3.2)
    if not found:
        raise _errors.no_control_endpoint(raw_path.decode("latin-1"), BASE_PATH)
    if method not in found:
        raise _errors.method_not_allowed(method, *found)
    return found[method]


def _match(path: str, segments: list[str]) -> dict[str, str] | None:
    """Return the values of the names in braces; None if the path does not match."""
    expected = path.split("/")
    if len(expected) != len(segments):
        return None
    names: dict[str, str] = {}
    for wanted, segment in zip(expected, segments, strict=True):
        if wanted.startswith("{") and segment:
            names[wanted[1:-1]] = segment
        elif wanted != segment:
            return None
    return names
