"""A proxy for all other hosts, which refuses: a program that ignores CALLR_BASE_URL must send nothing."""

import contextlib
import socket
import threading
from typing import Final
from urllib.parse import urlsplit

_REFUSAL: Final = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_VARIABLES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_SECONDS: Final = 1
_MOST_BYTES: Final = 4096
_LONGEST_HOST: Final = 80


class Outside:
    """Listens on a free port of 127.0.0.1 until `close`, for programs that follow the usual variables."""

    def __init__(self) -> None:
        self.hosts: set[str] = set()
        """The hosts that were called."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def settings(self) -> dict[str, str]:
        """Return the variables that lead a program here, but not from hosts of this machine."""
        url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        spelled = {each: url for name in _VARIABLES for each in (name, name.lower())}
        return spelled | dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost")

    def close(self) -> None:
        """Listen no more."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with contextlib.suppress(OSError), connection:
                    self._refuse(connection)

    def _refuse(self, connection: socket.socket) -> None:
        connection.settimeout(_SECONDS)
        _, _, target = connection.recv(_MOST_BYTES).decode("latin-1").partition(" ")
        target = target.partition(" ")[0]
        with contextlib.suppress(ValueError):
            host = urlsplit(target if "://" in target else f"//{target}").hostname
            self.hosts.add((host or "another host")[:_LONGEST_HOST])
        connection.sendall(_REFUSAL)
