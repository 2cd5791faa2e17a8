"""TLS: the certificate of the user, or one that the emulator makes.

A program with the vendor's host name built in finds the emulator through a hosts file. The emulator then
needs a certificate for that name, from an authority that the program is configured to trust. The key of the
authority is used once and never stored, so trusting the authority means trusting this one server key: nobody
can issue another certificate later.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path

from callr_sms_emulator._storage import make_file, make_folder

NAMES = ("api.callr.com", "api.thecallr.com", "localhost", "127.0.0.1", "::1")
"""The names in a certificate that the emulator makes: the vendor's host (seed), its former one (sdk-old), and
this machine."""

_AUTHORITY = "authority.pem"
_CERTIFICATE = "certificate.pem"


class TlsError(Exception):
    """The certificate cannot be used or made."""


@dataclass(frozen=True)
class Certificate:
    """The PEM files of a TLS server.

    Attributes:
        chain: The certificate and its intermediate certificates.
        key: Its private key; may be the same file.
        authority: The certificate that clients have to trust; None if the certificate is the user's.
    """

    chain: Path
    key: Path
    authority: Path | None = None

    def check(self) -> None:
        """Check that the files can be used.

        Raises:
            TlsError: A file is missing or not PEM, or the key belongs to another certificate.
        """
        try:
            # A key with a passphrase is rejected: a prompt would block a start without a terminal.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.chain, self.key, password="")
        except (ssl.SSLError, OSError) as error:
            reason = getattr(error, "reason", None) or error.strerror or error
            message = (
                f"cannot use the certificate {self.chain} with the key {self.key}: {reason}; "
                "expected a certificate in PEM and its own key without a passphrase"
            )
            raise TlsError(message) from error


def find_certificate(folder: Path) -> Certificate:
    """Return the certificate in `folder`, or make it. It does not expire.

    Raises:
        TlsError: The extra that makes certificates is not installed, or the folder is not writable.
    """
    found = Certificate(folder / _CERTIFICATE, folder / _CERTIFICATE, folder / _AUTHORITY)
    if not _is_usable(found):
        try:
            _make(folder)
        except OSError as error:
            message = f"cannot store a certificate in {folder}: {error}; pass one with --tls-certificate"
            raise TlsError(message) from error
    return found


def _is_usable(certificate: Certificate) -> bool:
    try:
        certificate.check()
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(certificate.authority)
    except (TlsError, OSError):  # SSLError is a subclass
        return False
    return True


def _make(folder: Path) -> None:
    try:
        import trustme  # noqa: PLC0415 - an extra, because it depends on a cryptography library
    except ImportError:
        message = (
            '--tls: making a certificate needs an extra: pip install "callr-sms-emulator[tls]", '
            "or pass one with --tls-certificate and --tls-key"
        )
        raise TlsError(message) from None
    authority = trustme.CA(organization_name="CALLR SMS emulator")
    issued = authority.issue_cert(*NAMES)
    make_folder(folder)
    path = folder / _CERTIFICATE
    path.unlink(missing_ok=True)  # an existing file would keep its permissions
    make_file(path)
    path.write_bytes(issued.private_key_and_cert_chain_pem.bytes())
    authority.cert_pem.write_to_path(str(folder / _AUTHORITY))
