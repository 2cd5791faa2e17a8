"""Serving the application with uvicorn in this process."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import FrameType

import uvicorn

from callr_sms_emulator._handlers import App
from callr_sms_emulator._server.protocol import EnvelopeProtocol
from callr_sms_emulator._server.timeouts import DEFAULT_TIMEOUTS, Timeouts
from callr_sms_emulator._server.tls import Certificate

# Seconds for the requests in progress after a signal. With uvicorn's own pauses, a stop takes one second.
_GRACE = 0.3
# After this part of it, the connections of clients that do not read are closed.
_UNREAD_GRACE = 0.2
_CHECK_S = 1.0


class Server(uvicorn.Server):
    """An HTTP server for one application on its sockets.

    `on_listening` is called once it accepts connections. With a certificate, it accepts TLS only.
    `timeouts` are for clients that send slowly or not at all.
    """

    def __init__(
        self,
        app: App,
        listeners: Sequence[socket.socket],
        on_listening: Callable[[], None],
        certificate: Certificate | None = None,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
    ) -> None:
        config = uvicorn.Config(
            app,
            http=partial(EnvelopeProtocol, timeouts=timeouts),  # type: ignore[arg-type] # uvicorn calls it
            ws="none",
            lifespan="off",  # else uvicorn would log a failed start with a traceback
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ssl_certfile=certificate.chain if certificate else None,
            ssl_keyfile=certificate.key if certificate else None,
        )
        # uvicorn passes it to asyncio.wait_for, which accepts fractions.
        config.timeout_graceful_shutdown = _GRACE  # type: ignore[assignment]
        super().__init__(config)
        self._app = app
        self._listeners = list(listeners)
        self._on_listening = on_listening
        self._is_signalled = False

    def serve_until_stopped(self) -> None:
        """Serve until SIGINT, SIGTERM, or `should_exit` is set.

        Raises:
            StoreError: The application cannot start on what its store contains.
        """
        self.run(sockets=self._listeners)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, then as uvicorn does, then call `on_listening`."""
        await self._app.start()
        await super().startup(sockets)
        if self.started:
            self._check_connections()
            self._on_listening()

    def _check_connections(self) -> None:
        """Close the connections that have been waited for too long, every second."""
        loop = asyncio.get_running_loop()
        for connection in [*self.server_state.connections]:
            if isinstance(connection, EnvelopeProtocol):
                connection.check(loop.time())
        self._next_check = loop.call_later(_CHECK_S, self._check_connections)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer requests that wait for something, stop as uvicorn does, then stop the application."""
        self._next_check.cancel()
        self._app.end_waits()
        cutting = asyncio.get_running_loop().call_later(_UNREAD_GRACE, self._cut_unread)
        await super().shutdown(sockets)
        cutting.cancel()
        await self._app.stop()

    def _cut_unread(self) -> None:
        """Close the connections whose clients do not read; uvicorn would cancel, and log a traceback."""
        for connection in [*self.server_state.connections]:
            if isinstance(connection, EnvelopeProtocol) and connection.flow.write_paused:
                connection.transport.abort()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as the system calls it
        """Stop; a second signal changes nothing, because the end takes a moment at most."""
        self._is_signalled = self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal with exit code 0; uvicorn would raise the signal again at the end.

        After a signal the process ends, and another one must not interrupt that.
        """
        try:
            before = {each: signal.signal(each, self.handle_exit) for each in (signal.SIGINT, signal.SIGTERM)}
        except ValueError:  # not in the main thread, where the caller sets `should_exit`
            yield
            return
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, signal.SIG_IGN if self._is_signalled else handler)


def raise_file_limit() -> None:
    """Allow as many open files as the system permits; the default of 1,024 limits connections."""
    try:
        import resource  # noqa: PLC0415 - Windows has neither it nor the limit
    except ImportError:
        return
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # macOS reports a limit that it does not grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
