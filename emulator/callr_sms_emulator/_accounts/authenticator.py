"""HTTP Basic authentication (RFC 7617), the only scheme of REST v1.1 (seed, rest-intro)."""

import asyncio
import binascii
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from callr_sms_emulator import _errors
from callr_sms_emulator._accounts.accounts import Account, Accounts
from callr_sms_emulator._accounts.passwords import hash_password, is_password, spend_time
from callr_sms_emulator._accounts.throttle import Throttle
from callr_sms_emulator._settings import Config
from callr_sms_emulator._storage import Store

LOGIN = r"^[^:\x00-\x1f\x7f]{1,255}\Z"
"""The login of a new account (choice). A colon would end it (RFC 7617, 2)."""

_LOGIN = re.compile(LOGIN)
_ADMIN = ":"
"""Stands for the admin token among the logins, none of which has a colon."""
_KEYS = {b"api-key": "Api-Key", b"session": "Session"}
"""The schemes with which SDKs send a key or the token of a session (sdk)."""
_TOKEN = "_token"  # noqa: S105 - a login
"""The login with which the PHP SDK 0.9 sends a key as the password (sdk-old)."""
_LONGEST_WAIT = 2.0  # seconds for an attempt among many wrong ones


@dataclass
class _Credentials:
    """The password of a login that is known to this process; its account, once it was used."""

    password: bytes = field(repr=False)
    account: Account | None = None


class Authenticator:
    """Checks the credentials of requests.

    Passwords are compared in constant time, and a wrong one takes as long as an unknown login. Those of the
    command line precede those in the store.
    With `any_account` a new `LOGIN` becomes an account, whose password is the first that comes with it.
    """

    def __init__(
        self, config: Config, store: Store, accounts: Accounts, throttle: Throttle | None = None
    ) -> None:
        self._config = config
        self._store = store
        self._accounts = accounts
        self._is_shared = store.is_shared
        self._entries = {
            login: _Credentials(password.encode()) for login, password in config.accounts.items()
        }
        self._adding = asyncio.Lock()
        self._throttle = throttle or Throttle()

    def recognise(self, headers: Iterable[tuple[bytes, bytes]]) -> Account | None:
        """Return the account of a request whose credentials were used before, as in most requests; else None.

        Raises:
            UnauthorizedError: Not one header, or a malformed one.
        """
        login, password = _read_basic(find_authorization(headers))
        entry = self._entries.get(login)
        if entry is None or entry.account is None or (self._is_shared and entry.account.is_stale):
            return None
        if not self._throttle.is_free(login) or not hmac.compare_digest(password, entry.password):
            return None
        return entry.account

    async def admit(self, headers: Iterable[tuple[bytes, bytes]]) -> Account:
        """Return the account that the `Authorization` header of a request names.

        Raises:
            UnauthorizedError: Not one header, a malformed one, an unknown login or a wrong password.
            TooManyRequestsError: Too many wrong passwords came for this login, or for all.
        """
        login, password = _read_basic(find_authorization(headers))
        await self._wait_for_turn(login)
        account = await self._check(login, password)
        self._throttle.give_back(login)
        return account

    async def _wait_for_turn(self, login: str) -> None:
        seconds = self._throttle.take(login, _LONGEST_WAIT)
        if seconds > _LONGEST_WAIT:
            raise _errors.too_many_passwords()
        if seconds:
            await asyncio.sleep(seconds)

    async def _check(self, login: str, password: bytes) -> Account:
        entry = self._entries.get(login) or await self._find_or_add(login, password)
        if entry is None or not hmac.compare_digest(password, entry.password):
            await spend_time(password)
            raise _errors.key_not_possible(_TOKEN) if login == _TOKEN else _errors.unauthorized()
        account = entry.account
        if account is None or (self._is_shared and account.is_stale):
            account = await self._accounts.load(login)
            if account.is_removed:
                self.forget(login)
                raise _errors.unauthorized()
            entry.account = account
        return account

    def forget(self, login: str) -> None:
        """Forget the password of an account that was removed."""
        self._entries.pop(login, None)

    async def add(self, login: str, password: str) -> Account:
        """Add an account.

        Raises:
            InvalidRequestError: The login is in use.
        """
        async with self._adding:
            if login in self._config.accounts or await self._store.accounts.get(login) is not None:
                raise _errors.login_taken(login)
            return await self._make(login, password.encode())

    async def is_admin(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Return whether a request carries the admin token (`Authorization: Bearer …`, RFC 6750).

        Raises:
            TooManyRequestsError: Too many wrong tokens came.
        """
        scheme, _, token = find_authorization(headers).strip().partition(b" ")
        expected = self._config.admin_token
        if expected is None or scheme.lower() != b"bearer":
            return False
        await self._wait_for_turn(_ADMIN)
        if not hmac.compare_digest(token.strip(), expected.encode()):
            return False
        self._throttle.give_back(_ADMIN)
        return True

    async def _find_or_add(self, login: str, password: bytes) -> _Credentials | None:
        """Find the account of a login that is new to this process, or add it; None without one.

        Raises:
            UnauthorizedError: The password is wrong.
        """
        async with self._adding:
            known = self._entries.get(login)
            if known is not None:  # added meanwhile
                return known
            stored = await self._store.accounts.get(login)
            if stored is None and self._config.any_account and _LOGIN.match(login) and password:
                await self._make(login, password)
                return self._entries[login]
            kept = None if stored is None else stored.password
            if kept is None:
                return None
            if not await is_password(password, kept):
                raise _errors.unauthorized()
            self._entries[login] = entry = _Credentials(password)
            return entry

    async def _make(self, login: str, password: bytes) -> Account:
        account = await self._accounts.load(login, await hash_password(password))
        self._entries[login] = _Credentials(password, account)
        return account


def find_authorization(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the one `Authorization` header; empty without one, or with more than one."""
    found = [value for name, value in headers if name == b"authorization"]
    return found[0] if len(found) == 1 else b""


def _read_basic(header: bytes) -> tuple[str, bytes]:
    scheme, _, encoded = header.strip().partition(b" ")
    if scheme.lower() != b"basic":
        kind = _KEYS.get(scheme.lower())
        raise _errors.key_not_possible(kind) if kind else _errors.unauthorized()
    try:
        decoded = binascii.a2b_base64(encoded.strip(), strict_mode=True)
    except binascii.Error:
        raise _errors.unauthorized() from None
    login, colon, password = decoded.partition(b":")
    try:
        name = login.decode()
    except UnicodeDecodeError:
        raise _errors.unauthorized() from None
    if not colon:
        raise _errors.unauthorized()
    return name, password
