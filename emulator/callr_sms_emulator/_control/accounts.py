"""`/_emulator/accounts`: all accounts; `/_emulator/account` and `/_emulator/reset`: the caller's own."""

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
    """An account to create; without a password one is generated."""

    login: str
    password: str | None = None


class CreatedAccount(msgspec.Struct):
    """A new account; its password is never returned again."""

    login: str
    password: str


class ShownAccount(msgspec.Struct):
    """An account and the number of its SMS."""

    login: str
    sms: int


async def list_(request: ControlRequest) -> Response:
    """Return all accounts, sorted by login."""
    request.query()
    accounts = request.engine.store.accounts
    logins = {each.login for each in await accounts.list_all()} | set(request.engine.config.accounts)
    return respond([ShownAccount(each, await accounts.count(each)) for each in sorted(logins)])


async def create(request: ControlRequest) -> Response:
    """Create an account."""
    wanted = await request.read(NewAccount)
    password = wanted.password or secrets.token_urlsafe(16)
    await request.engine.authenticator.add(wanted.login, password)
    return respond(CreatedAccount(wanted.login, password))


async def delete(request: ControlRequest) -> Response:
    """Delete an account with its data; one from the command line is created again, empty, when it is used."""
    request.query()
    login = request.names["login"]
    if await request.engine.store.accounts.get(login) is None:
        raise _errors.unknown_account(login)
    await request.engine.remove(login)
    return respond(None)


async def read(request: ControlRequest) -> Response:
    """Return the account of the caller."""
    request.query()
    login = request.account.login
    return respond(ShownAccount(login, await request.engine.store.accounts.count(login)))


async def reset(request: ControlRequest) -> Response:
    """Delete all data of the account, or with the admin token that of every account.

    These are SMS, subscriptions, deliveries, settings and the journal; clocks show the computer's time again.
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
