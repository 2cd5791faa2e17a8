"""`/_emulator/session`: log in to the inbox page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._control.request import respond

if TYPE_CHECKING:
    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._http import Response


class NewSession(msgspec.Struct):
    """The account to log in to; needed with the admin token alone."""

    login: str | None = None


class Session(msgspec.Struct):
    """A token for an account, and what the page may do with it."""

    login: str
    token: str
    read_only: bool


async def create(request: ControlRequest) -> Response:
    """Return a token for the account of the credentials, or with the admin token for any account."""
    wanted = await request.read(NewSession)
    config = request.engine.config
    if not config.page:
        raise _errors.no_page()
    if request.is_admin and wanted.login is None:
        raise _errors.missing_parameter("login", "the login of an account")
    login = wanted.login if request.is_admin and wanted.login is not None else request.account.login
    if wanted.login not in {None, login}:
        raise _errors.other_login(wanted.login or "")
    token = await request.engine.sessions.make(login)
    if token is None:
        raise _errors.unknown_account(login)
    return respond(Session(login, token, config.read_only))
