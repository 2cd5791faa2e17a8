"""The signature of a pushed event: base64 of the HMAC over the exact bytes of the body (webhooks)."""

import hmac
from base64 import b64encode

_DIGESTS = {"MD5": "md5", "SHA256": "sha256", "SHA512": "sha512"}


def sign(body: bytes, secret: str, algorithm: str = "SHA256") -> str:
    """Give the value of `X-CALLR-HmacSignature`.

    `algorithm` is `MD5`, `SHA256` or `SHA512` (clients); the key is the secret in UTF-8 (choice).
    """
    return b64encode(hmac.digest(secret.encode(), body, _DIGESTS[algorithm])).decode()
