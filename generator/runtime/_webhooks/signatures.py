"""Signatures of webhooks: base64 of the HMAC of the exact bytes.

The functions that check them return a problem and do not raise it, because the frames of a traceback would
hold the body and the secret.
"""

from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Sequence
from datetime import timedelta
from enum import Enum
from typing import Final, Literal, Protocol, TypeAlias, cast

from .._errors import ArgumentError, CallrError, ConfigurationError, WebhookSignatureError

Algorithm: TypeAlias = Literal["MD5", "SHA256", "SHA512"]
"""The hash functions of signatures."""


class Unverified(Enum):
    """The type of `UNVERIFIED`.

    Example:
        ```python
        event = webhooks.parse(body, {}, secret=webhooks.Unverified.UNVERIFIED)
        ```
    """

    UNVERIFIED = "accept events from anybody who knows the URL"


UNVERIFIED: Final = Unverified.UNVERIFIED
"""Instead of a secret: accept events without looking at their signature, from anybody who knows the URL."""

Secret: TypeAlias = str | bytes | Sequence[str | bytes] | Unverified
"""One key, or several of which one must match; a str is encoded as UTF-8. `UNVERIFIED` compares nothing."""


class HeadersLike(Protocol):
    """A mapping of headers, or the headers object of a web framework.

    Example:
        ```python
        headers = {webhooks.SIGNATURE_HEADER: webhooks.sign(body, "s3cret")}
        event = webhooks.parse(body, headers.items(), secret="s3cret")
        ```
    """

    def items(self) -> Iterable[tuple[str, str]]:
        """Return the pairs of name and value."""
        ...


Headers: TypeAlias = HeadersLike | Iterable[tuple[str, str]] | Iterable[tuple[bytes, bytes]]
"""The headers of a request: a mapping, or pairs of name and value."""

_HASHES = {"MD5": "md5", "SHA256": "sha256", "SHA512": "sha512"}
_BYTES_WANTED = (
    "expected the exact bytes of the request, got {}; they are `await request.body()` in FastAPI and "
    "Starlette, `request.get_data()` in Flask, `request.body` in Django"
)
_HEADERS_WANTED = (
    "expected a mapping of names to values, or pairs of them, each a str or bytes; got {} of another form"
)
_CURE = (
    "set the environment variable or the file that it is read from; "
    "to accept unsigned events on purpose, pass secret=webhooks.UNVERIFIED"
)


def sign(body: bytes, secret: str | bytes, algorithm: Algorithm = "SHA256") -> str:
    """Sign a body as the API does, to test your own receiver.

    Args:
        body: The exact bytes.
        secret: The key; a str is encoded as UTF-8.
        algorithm: The hash function.

    Returns:
        The value of the header.

    Raises:
        ConfigurationError: The secret is missing or blank, or the algorithm unknown.
        ArgumentError: The body is not bytes.

    Example:
        ```python
        headers = {webhooks.SIGNATURE_HEADER: webhooks.sign(body, "s3cret")}
        ```
    """
    unusable = _find_key_problem(secret)
    problem = ConfigurationError(unusable) if unusable else find_setup_problem(body, secret, algorithm)
    if problem:
        raise problem
    return b2a_base64(_digest(body, secret, algorithm), newline=False).decode("ascii")


def find_setup_problem(
    body: object, secret: object, algorithm: object, max_age: object = None
) -> CallrError | None:
    """Return what is wrong with the arguments, or None."""
    if not isinstance(body, bytes | bytearray | memoryview):
        return ArgumentError("body", _BYTES_WANTED.format(type(body).__name__))
    if max_age is not None and not isinstance(max_age, timedelta):
        return ArgumentError("max_age", f"expected a timedelta, got {type(max_age).__name__}")
    if not isinstance(algorithm, str) or algorithm not in _HASHES:
        return ConfigurationError(f"algorithm: expected one of {', '.join(_HASHES)}")
    if secret is UNVERIFIED:
        return None
    if isinstance(secret, list | tuple):
        problem = _find_list_problem(cast("Sequence[object]", secret))
    else:
        problem = _find_key_problem(secret)
    return ConfigurationError(f"{problem}; {_CURE}") if problem else None


def _find_list_problem(keys: Sequence[object]) -> str | None:
    if not keys:
        return "secret: expected at least one key, got an empty list"
    return next(filter(None, (_find_key_problem(key, f"secret[{at}]") for at, key in enumerate(keys))), None)


def _find_key_problem(key: object, name: str = "secret") -> str | None:
    """Return why a key protects nothing, or None. HMAC pads keys with NUL: NUL alone is like no key."""
    if not isinstance(key, str | bytes):
        return f"{name}: expected the key of the webhook, a str or bytes, got {_name_of(key)}"
    # A control or format character, such as a byte order mark, is not visible either. Bytes may be random.
    if isinstance(key, str):
        text, is_visible = key, any(one.isprintable() and not one.isspace() for one in key)
    else:
        text, is_visible = key.decode("latin-1"), bool(key.strip(b"\0\t\n\v\f\r "))
    if is_visible:
        return None
    return f"{name}: expected the key of the webhook, got {'a blank' if text else 'an empty'} {_name_of(key)}"


def _name_of(value: object) -> str:
    return "None" if value is None else type(value).__name__


def find_signature_problem(
    body: bytes, headers: Headers, name: str, secret: Secret, algorithm: Algorithm
) -> CallrError | None:
    """Return why a body cannot be trusted, or None."""
    if isinstance(secret, Unverified):
        return None
    try:
        values = list(_values_of(headers, name))
    except (TypeError, ValueError, AttributeError):
        return ArgumentError("headers", _HEADERS_WANTED.format(type(headers).__name__))
    if len(values) != 1:
        return WebhookSignatureError(f"expected one header {name}, got {len(values)}")
    try:
        given = a2b_base64(values[0], strict_mode=True)
    except ValueError:
        return WebhookSignatureError(f"the header {name} is not base64")
    secrets = [secret] if isinstance(secret, str | bytes) else secret
    # All are compared, so that the time taken does not reveal which one matches.
    fits = [_are_equal(given, _digest(body, each, algorithm)) for each in secrets]
    return None if any(fits) else WebhookSignatureError(f"the header {name} does not match the body")


def _values_of(headers: Headers, name: str) -> Iterable[str]:
    wanted = name.lower()
    pairs = cast("HeadersLike", headers).items() if hasattr(headers, "items") else headers
    for found, value in cast("Iterable[tuple[str | bytes, str | bytes]]", pairs):
        # A WSGI environment has HTTP_X_NAME for X-Name.
        if _to_text(found).lower().replace("_", "-").removeprefix("http-") == wanted:
            yield _to_text(value).strip()


def _to_text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _digest(body: bytes, secret: str | bytes, algorithm: Algorithm) -> bytes:
    import hmac  # noqa: PLC0415 - it brings OpenSSL along, which takes long to import

    key = secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else secret
    return hmac.digest(key, body, _HASHES[algorithm])


def _are_equal(given: bytes, expected: bytes) -> bool:
    """Return whether two digests are equal, in constant time."""
    import hmac  # noqa: PLC0415 - as above

    return hmac.compare_digest(given, expected)
