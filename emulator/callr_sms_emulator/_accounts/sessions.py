"""Sessions of the inbox page: a token instead of the password, accepted by the control API alone.

A token names its account and when it ends, signed with a key that only the emulator can make. It stays
valid when the emulator starts again on the same database, and ends when the password changes. The browser
keeps the token and not the password.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import TYPE_CHECKING

from callr_sms_emulator import _errors
from callr_sms_emulator._accounts.authenticator import find_authorization

if TYPE_CHECKING:
    from collections.abc import Callable

    from callr_sms_emulator._accounts.accounts import Account, Accounts
    from callr_sms_emulator._http import Headers
    from callr_sms_emulator._settings import Config
    from callr_sms_emulator._storage import Store

_PREFIX = b"page."
_LASTS_S = 30 * 24 * 3600


class Sessions:
    """Makes and checks the tokens of the page. `now` returns the seconds since 1970."""

    def __init__(
        self, config: Config, store: Store, accounts: Accounts, now: Callable[[], float] = time.time
    ) -> None:
        self._config = config
        self._store = store
        self._accounts = accounts
        self._now = now

    async def make(self, login: str) -> str | None:
        """Return a token for an account; None if there is none with this login."""
        account = await self._find(login)
        if account is None:
            return None
        name = base64.urlsafe_b64encode(login.encode()).rstrip(b"=")
        content = b"%b%b.%x" % (_PREFIX, name, int(self._now()) + _LASTS_S)
        return (content + b"." + await self._sign(content, account)).decode()

    @staticmethod
    def is_token(headers: Headers) -> bool:
        """Return whether a request has a token of the page, valid or not."""
        return _read_token(headers).startswith(_PREFIX)

    async def admit(self, headers: Headers) -> Account:
        """Return the account whose token a request has.

        Raises:
            UnauthorizedError: The token was not made here, has ended, or its account has another password.
        """
        content, _, signature = _read_token(headers).rpartition(b".")
        try:
            name, ends = content.removeprefix(_PREFIX).split(b".")
            login = base64.b64decode(name + b"=" * (-len(name) % 4), b"-_", validate=True).decode()
            is_over = int(ends, 16) < self._now()
        except ValueError:
            raise _errors.session_ended() from None
        account = await self._find(login) if self._config.page and not is_over else None
        if account is None or not hmac.compare_digest(signature, await self._sign(content, account)):
            raise _errors.session_ended()
        return account

    async def _find(self, login: str) -> Account | None:
        if login in self._config.accounts or await self._store.accounts.get(login) is not None:
            return await self._accounts.load(login)
        return None

    async def _sign(self, content: bytes, account: Account) -> bytes:
        """Sign with the password of the account, or what is kept of it, and with its seed.

        Without the seed, which is in the database alone, a token would let somebody guess the password.
        """
        given = self._config.accounts.get(account.login)
        if given is None:
            stored = await self._store.accounts.get(account.login)
            given = "" if stored is None else stored.password or ""
        key = hashlib.sha256(f"{account.state.seed}/{given}".encode()).digest()
        return hashlib.blake2b(content, key=key, digest_size=24).hexdigest().encode()


def _read_token(headers: Headers) -> bytes:
    scheme, _, token = find_authorization(headers).strip().partition(b" ")
    return token.strip() if scheme.lower() == b"bearer" else b""
