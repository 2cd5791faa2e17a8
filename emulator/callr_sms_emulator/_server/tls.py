"""TLS: a certificate that was given, or one made on the spot.

A program with the vendor's host name built in finds the emulator through a hosts file; then the emulator has
to show a certificate for that name, from an authority that the program was told to trust. The authority's
key is used once and never kept: whoever trusts the authority's certificate trusts this one server key and
nothing that anybody could make later.
"""

import os
import ssl
from dataclasses import dataclass
from pathlib import Path

NAMES = ("api.callr.com", "localhost", "127.0.0.1", "::1")
"""Whom a certificate of our own stands for; the first is the vendor's host (seed)."""

_AUTHORITY = "authority.pem"
_CERTIFICATE = "certificate.pem"


class TlsError(Exception):
    """The certificate cannot be used, or none can be made."""


@dataclass(frozen=True)
class Certificate:
    """What a server needs for TLS, as PEM files.

    Attributes:
        chain: The certificate, and the authorities between it and a trusted one.
        key: Its private key; may be the same file.
        authority: What a client has to trust; None where the certificate was given.
    """

    chain: Path
    key: Path
    authority: Path | None = None

    def check(self) -> None:
        """Find out before anything listens whether the files can be used.

        Raises:
            TlsError: A file is missing, is no PEM, or the key belongs to another certificate.
        """
        try:
            # A key that wants a passphrase is refused: asking for it would stop a start without a terminal.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.chain, self.key, password="")
        except (ssl.SSLError, OSError) as error:
            reason = getattr(error, "reason", None) or error
            message = (
                f"cannot use the certificate {self.chain} with the key {self.key}: {reason}; "
                "expected a certificate in PEM and its own key without a passphrase"
            )
            raise TlsError(message) from error


def find_certificate(folder: Path) -> Certificate:
    """Give the certificate that an earlier start left in `folder`, or make one; it does not run out.

    Raises:
        TlsError: The extra that makes certificates is not installed, or the folder cannot be written.
    """
    found = Certificate(folder / _CERTIFICATE, folder / _CERTIFICATE, folder / _AUTHORITY)
    if not _is_usable(found):
        try:
            _make(folder)
        except OSError as error:
            message = f"cannot keep a certificate in {folder}: {error}; give one with --tls-certificate"
            raise TlsError(message) from error
    return found


def _is_usable(certificate: Certificate) -> bool:
    try:
        certificate.check()
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(certificate.authority)
    except (TlsError, OSError):  # an SSLError is one
        return False
    return True


def _make(folder: Path) -> None:
    try:
        import trustme  # noqa: PLC0415 - in an extra, for it brings a cryptography library along
    except ImportError:
        message = (
            '--tls: making a certificate needs an extra: pip install "callr-sms-emulator[tls]", '
            "or give one with --tls-certificate and --tls-key"
        )
        raise TlsError(message) from None
    authority = trustme.CA(organization_name="CALLR SMS emulator")
    issued = authority.issue_cert(*NAMES)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_privately(folder / _CERTIFICATE, issued.private_key_and_cert_chain_pem.bytes())
    authority.cert_pem.write_to_path(str(folder / _AUTHORITY))


def _write_privately(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)  # a file that was open to others would stay so
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
