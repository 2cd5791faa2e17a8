"""Serving the application with uvicorn, from this process."""

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
# Seconds that requests in progress may take after a signal; with uvicorn's own pauses the end comes in one.
_GRACE = 0.3


class Server(uvicorn.Server):
    """An HTTP server for one application on one socket; call `on_listening` once it accepts.

    With a certificate it speaks TLS, and nothing else.
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
        # asyncio.wait_for, which it is given to, takes fractions.
        config.timeout_graceful_shutdown = _GRACE  # type: ignore[assignment]
        super().__init__(config)
        self._app = app
        self._listener = listener
        self._on_listening = on_listening

    def serve_until_stopped(self) -> None:
        """Serve until SIGINT, SIGTERM, or `should_exit` is set."""
        self.run(sockets=[self._listener])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, then tell that connections are accepted."""
        await super().startup(sockets)
        if self.started:
            self._on_listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop as uvicorn does; those who wait for something to happen are told first."""
        self._app.end_waits()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal and end with success: uvicorn would raise the signal once more at the end."""
        try:
            before = {each: signal.signal(each, self.handle_exit) for each in (signal.SIGINT, signal.SIGTERM)}
        except ValueError:  # not in the main thread: whoever started it sets `should_exit`
            yield
            return
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def raise_file_limit() -> None:
    """Take all the connections that the system gives this process: the usual limit is less than 1,024."""
    try:
        import resource  # noqa: PLC0415 - Windows has neither it nor the limit
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # macOS names a limit that it does not grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def listen(host: str, port: int) -> socket.socket:
    """Open the listening socket; port 0 takes a free one.

    Raises:
        OSError: The address is in use, not ours, or unknown.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return socket.create_server((address[0], address[1]), family=family, backlog=_BACKLOG)


def base_url(listener: socket.socket, *, tls: bool = False) -> str:
    """Give the URL that the API's paths are appended to."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"http{'s' * tls}://{shown}:{port}{BASE_PATH}"
