"""A proxy between a program and the API which breaks its sends, with the sockets' own RST and FIN."""

import contextlib
import functools
import socket
import ssl
import struct
import threading
from http.client import HTTPException
from io import BufferedIOBase
from pathlib import Path
from typing import Final

from callr_sms_contract.client_check.breaks import SIGN_IN, Break, End, Part, Response, Stage, Wait
from callr_sms_contract.client_check.requests import ClosedError, ReadRequest, forward

_CERTIFICATE: Final = Path(__file__).with_name("untrusted.pem")
_NOTHING: Final = Response(b"", (), b"")
_POLL_SECONDS: Final = 0.05
_STOP_SECONDS: Final = 5
_RST: Final = struct.pack("ii", 1, 0)
"""SO_LINGER with a time of 0: close() sends RST."""


class _Done(Exception):  # noqa: N818 - the end of a connection is no error
    """The connection is over."""


class BreakingProxy:
    """A proxy on a free port of 127.0.0.1, for one run of a program; `kind` None breaks nothing."""

    def __init__(self, server: tuple[str, int], kind: Break | None) -> None:
        self.server, self.kind = server, kind
        self.connections = 0
        self.requests = 0
        """Requests of which the line arrived."""
        self.hits = 0
        """How often it broke something."""
        self.had_no_body = False
        """Whether the break needs a body, and the send had none."""
        self.problem = ""
        """Why the API behind it did not respond."""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._lock, self._stopping = threading.Lock(), threading.Event()
        self._threads: list[threading.Thread] = []
        self._open: set[socket.socket] = set()
        self._accepting = threading.Thread(target=self._accept, daemon=True)

    @property
    def origin(self) -> str:
        """Return the URL of the proxy, without a path."""
        scheme = "https" if self.kind is not None and self.kind.is_tls else "http"
        return f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    def start(self) -> None:
        """Accept connections, unless they are to be refused."""
        if self.kind is not None and self.kind.stage is Stage.LISTEN:
            self._refuse()
        else:
            self._listener.settimeout(_POLL_SECONDS)
            self._accepting.start()

    def _refuse(self) -> None:
        """Keep the port, so that no other program listens there, without listening."""
        place = self._listener.getsockname()
        self._listener.close()
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(place)

    def stop(self) -> None:
        """Serve what has arrived until now, and close everything.

        The program has ended: its connections are at their end, unless a process that left it has them.
        """
        self._stopping.set()
        if self._accepting.ident is not None:
            self._accepting.join()
        for thread in self._threads:
            thread.join(_STOP_SECONDS)
        for sock in tuple(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except TimeoutError:
                if self._stopping.is_set():
                    return
                continue
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        sock.setblocking(True)  # noqa: FBT003 - as socket has it
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open.add(sock)
        try:
            with contextlib.suppress(OSError, _Done, ClosedError):
                self._exchange(sock)
        finally:
            self._open.discard(sock)
            sock.close()

    def _exchange(self, sock: socket.socket) -> None:
        kind = self.kind
        if kind is None or kind.stage is not Stage.CONNECT:
            self._handle_all(sock)
            return
        self.hits += 1
        if kind.is_tls and kind.end is End.KEEP:
            with _context().wrap_socket(sock, server_side=True) as wrapped:
                self._handle_all(wrapped)
        elif not kind.is_tls or sock.recv(1):
            self._break(sock, None, kind, "", _NOTHING)

    def _handle_all(self, sock: socket.socket) -> None:
        with sock.makefile("rb") as stream:
            while line := stream.readline(1 << 16):
                if line.strip():
                    request = ReadRequest(line)
                    self._handle(sock, stream, request)
                    if request.is_last:
                        return

    def _handle(self, sock: socket.socket, stream: BufferedIOBase, request: ReadRequest) -> None:
        kind = self.kind
        self.requests += 1
        for stage in request.stages(stream, sock):
            if kind is not None and stage is kind.stage and self._hits(request):
                self._break(sock, stream, kind, request.target, _NOTHING)
                return
        if request.is_send and not request.has_body:
            self.had_no_body = True
        if request.is_of_the_api:
            self._respond(sock, stream, request)
        else:
            sock.sendall(SIGN_IN.whole)

    def _respond(self, sock: socket.socket, stream: BufferedIOBase, request: ReadRequest) -> None:
        try:
            right = forward(request, self.server)
        except (OSError, HTTPException) as error:
            self.problem = f"the emulator did not respond ({type(error).__name__})"
            raise _Done from None
        if self.kind is not None and self.kind.stage is Stage.RESPONSE and self._hits(request):
            self._break(sock, stream, self.kind, request.target, right)
        else:
            sock.sendall(right.whole if request.method != "HEAD" else right.head)

    def _hits(self, request: ReadRequest) -> bool:
        """Return whether this request is broken."""
        if self.kind is None or not (request.is_of_the_api and request.is_send):
            return False
        with self._lock:
            if self.kind.only_first and self.hits:
                return False
            self.hits += 1
        return True

    def _break(
        self, sock: socket.socket, stream: BufferedIOBase | None, kind: Break, target: str, right: Response
    ) -> None:
        for part in kind.parts(right, target):
            self._write(sock, part)
        if kind.end is End.KEEP:
            return
        if kind.end is End.CLOSE:
            sock.shutdown(socket.SHUT_WR)
        if kind.end is not End.RESET:
            # An unread byte would make close() send RST.
            while sock.recv(1 << 16):
                pass
        else:
            if stream is not None:
                stream.close()  # it holds the socket open
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST)
            sock.close()
        raise _Done

    def _write(self, sock: socket.socket, part: Part) -> None:
        if isinstance(part, Wait):
            self._stopping.wait(part.seconds)
        elif part:
            sock.sendall(part)


@functools.cache
def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_CERTIFICATE)
    return context
