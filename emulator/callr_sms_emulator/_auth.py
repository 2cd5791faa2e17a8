"""HTTP Basic authentication (RFC 7617), the only scheme of REST v1.1 (seed, rest-intro)."""

import binascii
import hmac
from collections.abc import Mapping

from callr_sms_emulator import _errors


class Gate:
    """Knows the accounts, and lets in who has the password of one."""

    def __init__(self, accounts: Mapping[str, str]) -> None:
        self._passwords = {login.encode(): password.encode() for login, password in accounts.items()}

    def check(self, headers: list[bytes]) -> str:
        """Give the login of the account that the `Authorization` headers of a request stand for.

        Raises:
            UnauthorizedError: None, more than one, malformed, an unknown login or a wrong password.
        """
        if len(headers) != 1:
            raise _errors.unauthorized()
        login, password = _read(headers[0])
        expected = self._passwords.get(login)
        # Compared in constant time, and also for an unknown login: how long it takes must tell nothing.
        matches = hmac.compare_digest(password, expected if expected is not None else b"")
        if expected is None or not matches:
            raise _errors.unauthorized()
        return login.decode()


def _read(header: bytes) -> tuple[bytes, bytes]:
    scheme, _, encoded = header.strip().partition(b" ")
    if scheme.lower() != b"basic":
        raise _errors.unauthorized()
    try:
        decoded = binascii.a2b_base64(encoded.strip(), strict_mode=True)
    except binascii.Error:
        raise _errors.unauthorized() from None
    login, colon, password = decoded.partition(b":")
    if not colon:
        raise _errors.unauthorized()
    return login, password
