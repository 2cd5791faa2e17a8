"""Expected values are from `openssl dgst -md5|-sha256|-sha512 -hmac secret -binary | base64`."""

import pytest

from callr_sms_emulator._webhooks.signature import sign

BODY = b'{"event_id":"1"}'
EXPECTED = {
    "MD5": "BWCLE2oy0TjkUb0oWQLaGg==",
    "SHA256": "yS8v9QizAPx9eUM++qKgk3vvwAtMaAL4zEXj+gy9SUE=",
    "SHA512": "S7vmRabRz0HAEnKvaTRtV5lnASCH9ySpCmcJKUESZ/FJb5Y47fTFditiC66DvJ1rNxly3zMw42fa7Ndss5fx1g==",
}


@pytest.mark.parametrize("algorithm", EXPECTED)
def test_a_body_is_signed_as_openssl_does(algorithm: str) -> None:
    assert sign(BODY, "secret", algorithm) == EXPECTED[algorithm]


def test_sha256_is_the_default() -> None:
    assert sign(BODY, "secret") == EXPECTED["SHA256"]


def test_a_secret_counts_in_utf_8() -> None:
    assert sign(b"", "é", "MD5") == "IluCUE1sERsmQYKb+r7JOw=="
