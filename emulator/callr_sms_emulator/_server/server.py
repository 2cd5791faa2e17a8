"""Serving the application with uvicorn in this process."""

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn

from callr_sms_emulator._api import BASE_PATH
from callr_sms_emulator._handlers import App
from callr_sms_emulator._server.protocol import EnvelopeProtocol
from callr_sms_emulator._server.tls import Certificate

_BACKLOG = 2048
# Seconds for the requests in progress after a signal. With uvicorn's own pauses, a stop takes one second.
_GRACE = 0.3


class Server(uvicorn.Server):
    """An HTTP server for one application on one socket.

    `on_listening` is called once it accepts connections. With a certificate, it accepts TLS only.
    """

    def __init__(
        self,
        app: App,
        listener: socket.socket,
        on_listening: Callable[[], None],
        certificate: Certificate | None = None,
    ) -> None:
        config = uvicorn.Config(
            app,
            http=EnvelopeProtocol,
            ws="none",
            lifespan="on",
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
        self._listener = listener
        self._on_listening = on_listening

    def serve_until_stopped(self) -> None:
        """Serve until SIGINT, SIGTERM, or `should_exit` is set."""
        self.run(sockets=[self._listener])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, then call `on_listening`."""
        await super().startup(sockets)
        if self.started:
            self._on_listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer requests that wait for something, then stop as uvicorn does."""
        self._app.end_waits()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal with exit code 0; uvicorn would raise the signal again at the end."""
        try:
            before = {each: signal.signal(each, self.handle_exit) for each in (signal.SIGINT, signal.SIGTERM)}
        except ValueError:  # not in the main thread, where the caller sets `should_exit`
            yield
            return
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def raise_file_limit() -> None:
    """Allow as many open files as the system permits; the default of 1,024 limits connections."""
    try:
        import resource  # noqa: PLC0415 - Windows has neither it nor the limit
    except ImportError:
        return
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # macOS reports a limit that it does not grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 picks a free one.

    Raises:
        OSError: The address is in use, unknown, or not one of this machine.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return socket.create_server((address[0], address[1]), family=family, backlog=_BACKLOG)


def base_url(listener: socket.socket, *, tls: bool = False) -> str:
    """Return the base URL of the API."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"http{'s' * tls}://{shown}:{port}{BASE_PATH}"
