"""The certificates that verify servers: those of `SSL_CERT_FILE` or `SSL_CERT_DIR`, or the platform's."""

import os
import re
import ssl
from pathlib import Path

import httpx2

from .._errors import ConfigurationError

_CURE = "name certificates in PEM, unset the variable, or give the client tls="
_HASHED = r"[0-9a-f]{8}\.[0-9]+"
"""The file names that OpenSSL looks for in a folder."""


def load_certificates() -> ssl.SSLContext:
    """Return a context that verifies servers.

    Raises:
        ConfigurationError: The certificates, or another file that OpenSSL reads, cannot be used.
    """
    try:
        context = httpx2.create_ssl_context()
    except Exception as caught:  # noqa: BLE001 - whatever it is, this machine is configured wrongly
        raise ConfigurationError(_describe(caught)) from None
    problem = _find_problem(context)
    if problem is not None:
        raise ConfigurationError(problem)
    return context


def _find_problem(context: ssl.SSLContext) -> str | None:
    """Return why the certificates that were loaded are none, or None. OpenSSL does not complain of these."""
    if os.environ.get("SSL_CERT_FILE"):
        return f"SSL_CERT_FILE: {_describe_file()}; {_CURE}" if _is_empty(context) else None
    folders = os.environ.get("SSL_CERT_DIR")
    if folders and not any(map(_holds_certificates, folders.split(os.pathsep))):
        return (
            "SSL_CERT_DIR: expected a readable folder of certificates with the names that `openssl rehash` "
            f"gives them; {_CURE}"
        )
    return None


def _is_empty(context: ssl.SSLContext) -> bool:
    try:
        return not context.cert_store_stats()["x509"]
    except NotImplementedError:  # the class of truststore, which programs put in the place of Python's
        return False


def _holds_certificates(folder: str) -> bool:
    try:
        return any(re.fullmatch(_HASHED, name) for name in os.listdir(folder))  # noqa: PTH208 - names only
    except (OSError, ValueError):
        return False


def _describe(caught: Exception) -> str:
    """Return why no context could be made: the file of the variable that OpenSSL read, or the machine's."""
    keylog = os.environ.get("SSLKEYLOGFILE")
    if keylog and isinstance(caught, OSError) and caught.filename == keylog:
        return f"SSLKEYLOGFILE: {caught.strerror}; name a file that can be written, or unset the variable"
    if os.environ.get("SSL_CERT_FILE"):
        return f"SSL_CERT_FILE: {_describe_file()}; {_CURE}"
    reason = getattr(caught, "reason", None) or getattr(caught, "strerror", None) or type(caught).__name__
    return f"tls: no certificates of this machine can be loaded ({reason}); give the client tls="


def _describe_file() -> str:
    path = Path(os.environ["SSL_CERT_FILE"])
    try:
        if path.is_dir():
            return "expected a file, got a folder; SSL_CERT_DIR names folders"
        content = path.read_bytes() if path.is_file() else b""
        path.stat()
    except (OSError, ValueError) as caught:
        return getattr(caught, "strerror", None) or "expected a path"
    if not content.strip():
        return "the file is empty"
    if b"-----BEGIN" not in content:
        return "the file is not in PEM, which has lines such as -----BEGIN CERTIFICATE-----"
    return "the file holds no certificate that can be read"
