"""`/_emulator/accounts`: who there is; `/_emulator/account` and `/_emulator/reset`: one's own."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._control.request import respond

if TYPE_CHECKING:
    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._http import Response


class NewAccount(msgspec.Struct):
    """An account to be made; without a password one is drawn."""

    login: str
    password: str | None = None


class MadeAccount(msgspec.Struct):
    """An account that was made: the only time its password is told."""

    login: str
    password: str


class ShownAccount(msgspec.Struct):
    """An account, and how many SMS it has."""

    login: str
    sms: int


async def list_(request: ControlRequest) -> Response:
    """Tell which accounts there are, by login."""
    request.query()
    accounts = request.engine.store.accounts
    logins = {each.login for each in await accounts.list_all()} | set(request.engine.config.accounts)
    return respond([ShownAccount(each, await accounts.count(each)) for each in sorted(logins)])


async def create(request: ControlRequest) -> Response:
    """Make an account."""
    wanted = await request.read(NewAccount)
    password = wanted.password or secrets.token_urlsafe(16)
    await request.engine.authenticator.add(wanted.login, password)
    return respond(MadeAccount(wanted.login, password))


async def delete(request: ControlRequest) -> Response:
    """Remove an account and all that it has; one of the command line is there again, empty, once used."""
    request.query()
    login = request.names["login"]
    if await request.engine.store.accounts.get(login) is None:
        raise _errors.unknown_account(login)
    await request.engine.remove(login)
    return respond(None)


async def read(request: ControlRequest) -> Response:
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
