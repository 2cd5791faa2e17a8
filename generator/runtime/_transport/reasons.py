"""Why a connection failed, in words, with the cure where there is one.

Nothing here comes from a server's text: the words are those of the operating system, of OpenSSL, or ours.
"""

import os
import ssl
from typing import Final

_TRUST: Final = "give its authority to the client with tls= or SSL_CERT_FILE"
_CLIENT_CERTIFICATE: Final = "load one with load_cert_chain() into the context of tls="
_REJECTED: Final = f"the server rejects the client's certificate; {_CLIENT_CERTIFICATE}"
_NO_VERSION: Final = "client and server share no version of TLS; check minimum_version of the context of tls="
_NO_TLS: Final = "the server does not speak TLS on this port; check the port, or use http://"

_VERIFY_CODES: Final = {
    9: "the server's certificate is not valid yet; check the clock of this machine",
    10: "the server's certificate has expired; check the clock of this machine, or ask the server's operator",
    18: f"the server's certificate is self-signed; {_TRUST}",
    19: f"the server's certificate chain ends in a self-signed certificate; {_TRUST}",
    20: f"the authority of the server's certificate is unknown; {_TRUST}",
    21: f"the authority of the server's certificate is unknown; {_TRUST}",
    62: "the server's certificate is for another host name; check base_url",
    64: "the server's certificate is for another IP address; check base_url",
}
"""By the codes of OpenSSL's `X509_V_ERR_…`."""

_TLS_REASONS: Final = (
    ("CERTIFICATE_REQUIRED", f"the server requires a client certificate; {_CLIENT_CERTIFICATE}"),
    (
        "ALERT_UNKNOWN_CA",
        f"the authority of the client's certificate is unknown to the server; {_CLIENT_CERTIFICATE}",
    ),
    ("ALERT_CERTIFICATE_EXPIRED", f"the client's certificate has expired; {_CLIENT_CERTIFICATE}"),
    ("ALERT_CERTIFICATE", _REJECTED),
    ("ALERT_BAD_CERTIFICATE", _REJECTED),
    ("ALERT_UNSUPPORTED_CERTIFICATE", _REJECTED),
    ("ALERT_ACCESS_DENIED", _REJECTED),
    (
        "ALERT_HANDSHAKE_FAILURE",
        f"no cipher is shared with the server, or it requires a client certificate; {_CLIENT_CERTIFICATE}",
    ),
    (
        "PROTOCOL_VERSION",
        _NO_VERSION,
    ),
    (
        "UNSUPPORTED_PROTOCOL",
        _NO_VERSION,
    ),
    ("UNRECOGNIZED_NAME", "the server does not know the host name; check base_url"),
    ("WRONG_VERSION_NUMBER", _NO_TLS),
    ("HTTP_REQUEST", _NO_TLS),
    ("UNEXPECTED_EOF", "the server closed the connection during TLS"),
)
"""By a part of the name that OpenSSL gives to the reason."""


def describe(caught: BaseException) -> str:
    """Return why a connection failed: the first cause that says more than its type."""
    cause: BaseException | None = caught
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return _describe_tls(cause)
        if isinstance(cause, OSError) and cause.errno:
            return os.strerror(cause.errno)
        cause = cause.__cause__ or cause.__context__
    return type(caught).__name__


def _describe_tls(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        code = getattr(error, "verify_code", 0)
        message = getattr(error, "verify_message", "") or str(error)
        return f"CERTIFICATE_VERIFY_FAILED: {_VERIFY_CODES.get(code, message)}"
    reason = error.reason or type(error).__name__
    if isinstance(error, ssl.SSLEOFError):
        reason = "UNEXPECTED_EOF"
    words = next((words for part, words in _TLS_REASONS if part in reason), "TLS failed")
    return f"{reason}: {words}"
