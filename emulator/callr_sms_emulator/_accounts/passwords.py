"""Passwords: kept salted and hashed, compared in constant time."""

import asyncio
import base64
import hashlib
import hmac
import os

_SALT_BYTES = 16
_COST, _BLOCK, _PARALLEL = 2**12, 8, 1  # scrypt (RFC 7914): about ten milliseconds and 4 MB


async def hash_password(password: bytes) -> str:
    """Return what is kept of a password: a salt and a hash, in text."""
    salt = os.urandom(_SALT_BYTES)
    return f"{_show(salt)}${_show(await _stretch(password, salt))}"


async def is_password(password: bytes, kept: str) -> bool:
    """Return whether `kept` was made from this password."""
    salt, _, expected = kept.partition("$")
    found = await _stretch(password, base64.b64decode(salt))
    return hmac.compare_digest(found, base64.b64decode(expected))


async def _stretch(password: bytes, salt: bytes) -> bytes:
    def work() -> bytes:
        return hashlib.scrypt(password, salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL)

    return await asyncio.to_thread(work)


def _show(data: bytes) -> str:
    return base64.b64encode(data).decode()
