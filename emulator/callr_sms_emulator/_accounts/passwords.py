"""Passwords: stored salted and hashed, compared in constant time."""

import asyncio
import base64
import hashlib
import hmac
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial

_SALT_BYTES = 16
# One, because each thread keeps the memory of its last hash; it is about as fast as the throttle allows.
_THREADS = ThreadPoolExecutor(1, "passwords")
_COST, _BLOCK, _PARALLEL = 2**12, 8, 1  # scrypt (RFC 7914): about ten milliseconds and 4 MB


async def hash_password(password: bytes) -> str:
    """Return a salt and the hash of a password, as text."""
    salt = os.urandom(_SALT_BYTES)
    hashed = await _hash(password, salt)
    return "$".join(base64.b64encode(each).decode() for each in (salt, hashed))


async def is_password(password: bytes, kept: str) -> bool:
    """Return whether `kept` is the hash of this password."""
    salt, _, expected = kept.partition("$")
    found = await _hash(password, base64.b64decode(salt))
    return hmac.compare_digest(found, base64.b64decode(expected))


async def spend_time(password: bytes) -> None:
    """Take as long as `is_password`, so that nobody can measure which logins exist."""
    await _hash(password, bytes(_SALT_BYTES))


async def _hash(password: bytes, salt: bytes) -> bytes:
    work = partial(hashlib.scrypt, password, salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL)
    return await asyncio.get_running_loop().run_in_executor(_THREADS, work)
