"""A certificate that is not valid any more, in the middle of a run, is called so, and accuses nobody."""

import dataclasses
import select
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
import trustme

from callr_sms_contract import Settings, run_suite
from tests.contract_tests.lying_proxy import Proxy, Request, Response

_YESTERDAY = datetime.now(UTC) - timedelta(days=1)


def _closing(told: Response, _: Request) -> Response:
    return told.with_header("connection", "close")


class _Terminator:
    """Terminates TLS before a server: with one certificate for some connections, then with another."""

    def __init__(self, first: trustme.LeafCert, then: trustme.LeafCert, connections: int) -> None:
        self.contexts = [ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) for _ in range(2)]
        first.configure_cert(self.contexts[0])
        then.configure_cert(self.contexts[1])
        self.left = connections

    @contextmanager
    def before(self, port: int) -> Iterator[int]:
        with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
            Thread(target=self._serve, args=(listener, port), daemon=True).start()
            yield listener.getsockname()[1]

    def _serve(self, listener: socket.socket, port: int) -> None:
        with suppress(OSError):
            while True:
                raw, _ = listener.accept()
                self.left -= 1
                context = self.contexts[self.left < 0]
                Thread(target=self._pass_on, args=(raw, context, port), daemon=True).start()

    def _pass_on(self, raw: socket.socket, context: ssl.SSLContext, port: int) -> None:
        """Pass octets on in both directions, in one thread: OpenSSL allows no more for a connection."""
        with suppress(OSError), raw, socket.create_connection(("127.0.0.1", port)) as inner:
            raw.settimeout(60)
            with context.wrap_socket(raw, server_side=True) as outer:
                while ready := [outer] if outer.pending() else select.select([outer, inner], [], [], 60)[0]:
                    for source in ready:
                        octets = source.recv(65536)
                        if not octets:
                            return
                        (inner if source is outer else outer).sendall(octets)


@pytest.mark.parametrize(("kind", "words"), [("expired", "certificate has expired"), ("other", "mismatch")])
def test_a_certificate_that_becomes_invalid_ends_the_run(
    kind: str, words: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    then = (
        authority.issue_cert("127.0.0.1", not_after=_YESTERDAY)
        if kind == "expired"
        else authority.issue_cert("other.example")
    )
    terminator = _Terminator(authority.issue_cert("127.0.0.1"), then, 120)
    with Proxy(settings.base_url, lie=_closing).listening() as proxy:
        port = int(proxy.base_url.split(":")[2].partition("/")[0])
        with terminator.before(port) as outside:
            url = proxy.base_url.replace("http:", "https:").replace(str(port), str(outside))
            record = run_suite(
                dataclasses.replace(settings, base_url=url, phases=("coverage",), webhooks="off")
            ).record
    assert "is no longer accepted" in record.stopped
    assert words in record.stopped
    assert (record.faults, record.errors) == ((), ())
