"""The signature of a pushed event: base64 of the HMAC over the exact bytes of the body (webhooks)."""

import hmac
from base64 import b64encode
from functools import lru_cache

_DIGESTS = {"MD5": "md5", "SHA256": "sha256", "SHA512": "sha512"}


def sign(body: bytes, secret: str, algorithm: str = "SHA256") -> str:
    """Return the value of `X-CALLR-HmacSignature`.

    `algorithm` is `MD5`, `SHA256` or `SHA512` (clients); the key is the secret in UTF-8 (choice).
    """
    # A copy, because `hmac.digest` sets up the key anew and hands over to other threads each time.
    mac = _begin(secret, algorithm).copy()
    mac.update(body)
    return b64encode(mac.digest()).decode()


@lru_cache(maxsize=256)
def _begin(secret: str, algorithm: str) -> hmac.HMAC:
    return hmac.new(secret.encode(), None, _DIGESTS[algorithm])
