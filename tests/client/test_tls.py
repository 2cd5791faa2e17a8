"""What is wrong with TLS, in words, and the certificates of the environment."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import trustme
import truststore

from callr_sms_client import CallrConnectionError
from tests.client.support import HASH
from tests.client.tls_servers import (
    AUTHORITY,
    SENT,
    answer,
    certified,
    listening,
    over_tls,
    trusting,
)
from tests.client.ways import WAYS, attempt, fail

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

ANOTHER = trustme.CA()


def old_tls() -> ssl.SSLContext:
    context = certified()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


def new_tls() -> ssl.SSLContext:
    context = trusting()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def asking(version: ssl.TLSVersion) -> ssl.SSLContext:
    """A server that requires the certificate of a client."""
    context = certified()
    context.maximum_version = version
    context.verify_mode = ssl.CERT_REQUIRED
    AUTHORITY.configure_trust(context)
    return context


def with_certificate(authority: trustme.CA) -> ssl.SSLContext:
    context = trusting()
    authority.issue_cert("me@example.com").configure_cert(context)
    return context


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("server", "client", "why"),
    [
        (certified, lambda: trusting(ANOTHER), "the authority of the server's certificate is unknown; give"),
        (lambda: certified("a.invalid"), trusting, "for another host name; check base_url"),
        (lambda: asking(ssl.TLSVersion.TLSv1_3), trusting, "the server requires a client certificate; load"),
        (lambda: asking(ssl.TLSVersion.TLSv1_2), trusting, "or it requires a client certificate; load"),
        (
            lambda: asking(ssl.TLSVersion.TLSv1_3),
            lambda: with_certificate(ANOTHER),
            "the authority of the client's certificate is unknown to the server; load",
        ),
        (old_tls, new_tls, "client and server share no version of TLS; check"),
    ],
)
def test_why_tls_failed(
    way: str, server: Callable[[], ssl.SSLContext], client: Callable[[], ssl.SSLContext], why: str
) -> None:
    with listening(over_tls(server(), answer)) as port:
        error = fail(way, base_url=f"https://localhost:{port}", tls=client())
    assert type(error) is CallrConnectionError
    assert why in str(error)


@pytest.mark.parametrize("way", WAYS)
def test_a_server_without_tls(way: str) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(SENT)

    with listening(serve) as port:
        error = fail(way, base_url=f"https://localhost:{port}", tls=trusting())
    assert "the server does not speak TLS on this port; check the port, or use http://" in str(error)
    assert error.outcome == "not_sent"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "SSL_CERT_FILE: No such file or directory"),
        (b"", "SSL_CERT_FILE: the file is empty"),
        (b" \r\n", "SSL_CERT_FILE: the file is empty"),
        (b"\x30\x82\x01\x00", "SSL_CERT_FILE: the file is not in PEM"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n", "SSL_CERT_FILE: the file holds no certificate"),
    ],
)
def test_files_of_certificates(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, why: str
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    assert why in str(fail("sync", base_url="https://127.0.0.1:1"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path))
    assert "SSL_CERT_FILE: expected a file, got a folder" in str(fail("sync", base_url="https://127.0.0.1:1"))
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert "SSL_CERT_DIR: expected a readable folder" in str(fail("sync", base_url="https://127.0.0.1:1"))


def test_certificates_in_a_program_that_uses_truststore(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its class replaces Python's, and does not count certificates."""
    path = tmp_path / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    truststore.inject_into_ssl()
    try:
        error = fail("sync", base_url="https://127.0.0.1:1")
    finally:
        truststore.extract_from_ssl()
    assert (error.outcome, "Connection refused" in str(error)) == ("not_sent", True)


def test_certificates_of_the_environment_are_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with listening(over_tls(certified(), answer)) as port:
        assert attempt("sync", base_url=f"https://localhost:{port}") == HASH
