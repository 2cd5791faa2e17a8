"""A certificate that is not valid any more, in the middle of a run, is called so, and accuses nobody."""

import asyncio
import dataclasses
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

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
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        first.configure_cert(self.context)
        self.then, self.left = then, connections

    @contextmanager
    def before(self, port: int) -> Iterator[int]:
        with socket.create_server(("127.0.0.1", 0), backlog=128) as listener, ThreadPoolExecutor(1) as pool:
            end = Event()
            serving = pool.submit(asyncio.run, self._serve(listener, port, end))
            try:
                yield listener.getsockname()[1]
            finally:
                end.set()
                serving.result()

    async def _serve(self, listener: socket.socket, port: int, end: Event) -> None:
        async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.left -= 1
            if self.left == 0:
                self.then.configure_cert(self.context)
            with closing(writer), suppress(OSError):
                inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
                with closing(inner_writer):
                    asking = asyncio.create_task(_pump(reader, inner_writer))
                    await _pump(inner_reader, writer)
                    asking.cancel()

        async with await asyncio.start_server(pass_on, sock=listener, ssl=self.context):
            await asyncio.to_thread(end.wait)


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while octets := await source.read(65536):
            target.write(octets)
            await target.drain()


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
