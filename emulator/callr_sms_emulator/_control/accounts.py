"""`/_emulator/accounts`: who there is; `/_emulator/account` and `/_emulator/reset`: one's own."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Annotated

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._accounts import LOGIN
from callr_sms_emulator._control.request import respond
from callr_sms_emulator._http import EXPECTED

if TYPE_CHECKING:
    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._http import Response


_LOGIN = msgspec.Meta(pattern=LOGIN, extra={EXPECTED: "1 to 255 characters, no colon, no control characters"})
_PASSWORD = msgspec.Meta(
    pattern=r"^[^\x00-\x1f\x7f]{1,128}\Z", extra={EXPECTED: "1 to 128 characters, no control characters"}
)


class NewAccount(msgspec.Struct, forbid_unknown_fields=True):
    """An account to be made; without a password one is drawn."""

    login: Annotated[str, _LOGIN]
    password: Annotated[str, _PASSWORD] | None = None


class MadeAccount(msgspec.Struct):
    """An account that was made: the only time its password is told."""

    login: str
    password: str


class ShownAccount(msgspec.Struct):
    """An account, and how many SMS it has."""

    login: str
    sms: int


async def list_all(request: ControlRequest) -> Response:
    """Tell which accounts there are, by login."""
    request.query()
    accounts = request.engine.store.accounts
    logins = {each.login for each in await accounts.list_all()} | set(request.engine.config.accounts)
    return respond([ShownAccount(each, await accounts.count(each)) for each in sorted(logins)])


async def add(request: ControlRequest) -> Response:
    """Make an account."""
    wanted = await request.read(NewAccount)
    password = wanted.password or secrets.token_urlsafe(16)
    await request.engine.authenticator.add(wanted.login, password)
    return respond(MadeAccount(wanted.login, password))


async def remove(request: ControlRequest) -> Response:
    """Remove an account and all that it has; one of the command line is there again, empty, once used."""
    request.query()
    login = request.names["login"]
    if await request.engine.store.accounts.get(login) is None:
        raise _errors.unknown_account(login)
    await request.engine.remove(login)
    return respond(None)


async def show(request: ControlRequest) -> Response:
    """Tell who asks."""
    request.query()
    login = request.account.login
    return respond(ShownAccount(login, await request.engine.store.accounts.count(login)))


async def reset(request: ControlRequest) -> Response:
    """Remove all that the account has, or with the admin token all that every account has.

    That is SMS, subscriptions, deliveries, settings and the journal; clocks show the computer's time again.
    """
    request.query()
    engine = request.engine
    if request.is_admin:
        for stored in await engine.store.accounts.list_all():
            await engine.empty(await engine.accounts.load(stored.login))
        if engine.journal is not None:
            engine.journal.nobody.clear()
    else:
        await engine.empty(request.account)
    return respond(None)
