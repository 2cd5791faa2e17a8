"""Hashes of new SMS: drawn at random, or the same ones in every run with a seed."""

import hashlib
import os
import random

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LENGTH = 8
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]


class SeededHashes:
    """Draws the same hashes in every run with the same seed, from the `count`-th on."""

    def __init__(self, seed: str, count: int) -> None:
        self._key = bytes.fromhex(seed)
        self._count = count

    def __call__(self) -> str:
        digest = hashlib.blake2b(b"%d" % self._count, key=self._key, digest_size=8).digest()
        self._count += 1
        number = int.from_bytes(digest)
        found = ""
        for _ in range(_LENGTH):
            number, digit = divmod(number, len(_ALPHABET))
            found += _ALPHABET[digit]
        return found


# Its own generator: a test that seeds the common one would make it draw the same hashes again.
_random = random.Random()  # noqa: S311 - a hash is no secret, because reading needs the credentials
if hasattr(os, "register_at_fork"):  # not on Windows
    # Else the workers of a server that forks after the import would all draw the same hashes.
    os.register_at_fork(after_in_child=_random.seed)


def draw_hash() -> str:
    """Draw the hash of a new SMS: 8 of 0-9, A-Z (length and alphabet: choice).

    Not from the system, because each call to it would cost a switch of threads. By pairs, because `choices`
    takes four times as long, and every send draws one.
    """
    left, right = divmod(int(_random.random() * len(_ALPHABET) ** _LENGTH), len(_PAIRS) ** 2)
    first, second = divmod(left, len(_PAIRS))
    third, fourth = divmod(right, len(_PAIRS))
    return _PAIRS[first] + _PAIRS[second] + _PAIRS[third] + _PAIRS[fourth]
