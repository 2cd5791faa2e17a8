"""A hundred thousand attempts to send past the guard, by every way that Python has: none arrives."""

import asyncio
import http.client
import itertools
import os
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from random import Random
from typing import TypeVar
from urllib.parse import unquote

import httpx
import httpx2
import pytest
import requests
import urllib3

from callr_sms_contract.guard.guard import EXIT_CODE
from tests.contract_tests import guarded_script
from tests.contract_tests.live_host import (
    BASE,
    EndOfProcessError,
    LiveHost,
    SurvivableGuard,
    guarding,
    live_host,
)

T = TypeVar("T")

ATTEMPTS = 100_000
CERTIFICATE = Path(__file__).with_name("localhost.pem")


# ---- what is tried ----

METHODS = (
    "POST",
    "post",
    "PoSt",
    "PUT",
    "PATCH",
    "POST\t",
    "XPOST",
    "CONNECT",
    "DELETE",
    "MERGE",
    "\x00POST",
)
READ = f"{BASE}/sms?type=OUT&from=2024-03-19+00%3A00%3A00&to=2024-03-19+23%3A59%3A59"
SENDS = (
    "/sms/send",
    "/sms/%73end",
    "/sms/%2573end",
    "/sms/s%65nd",
    "/sms/SEND",
    "/SMS/send",
    "//sms/send",
    "/sms//send",
    "/sms/./send",
    "/./sms/send",
    "/sms/8242D945/../send",
    "/sms/%2e%2e/sms/send",
    "/sms/..%2fsms/send",
    "/sms/send/",
    "/sms/send;v=1",
    "/sms;v=1/send",
    "/sms%2Fsend",
    "/sms%5Csend",
    "\\sms\\send",
    "/sms/send%20",
    "/sms/send%00",
    "/sms/send.json",
    "/sms/\uff53end",
    "/sms?/../send",
    "/sms#/send",
)
QUERIES = ("?to=%2B33639981234&body=x", "?to=%2B33639981234&body=x&from=SMS", "", "?", "?hash=8242D945")
FORMS = ("{}", "http://{host}{}", "https://{host}{}", "//{host}{}", "*{}", "{host}{}", "http://a@{host}{}")
VERSIONS = ("HTTP/1.1", "HTTP/1.0", "HTTP/2", "HTTP/0.9", "http/1.1", "", "HTTP/1.1 HTTP/1.1")
ENDS = ("\r\n", "\n", "\r", "\r\r\n", "\r\n ", "\r\n\t", "\x0b", "\x85", "\u2028")
HEADERS = (
    "Content-Type: application/json",
    "Content-Length: 40",
    "Content-Length: 0",
    "Content-Length : 40",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding:\tchunked",
    "Transfer-Encoding: identity, chunked",
    "X-HTTP-Method-Override: POST",
    "X-HTTP-Method: POST",
    "X-Original-URL: /rest/v1.1/sms/send",
    "X-Rewrite-URL: /rest/v1.1/sms/send",
    "Upgrade: h2c",
    "Expect: 100-continue",
    "Connection: Upgrade, HTTP2-Settings",
    "Accept: */*\r\n folded",
    "Accept: */*\r\n\tfolded",
    "Authorization: Basic eDp5",
    "Cookie: a=b",
)
BODIES = (
    '{"to":"+33639981234","body":"x"}',
    '20\r\n{"to":"+33639981234","body":"x"}\r\n0\r\n\r\n',
    "to=%2B33639981234&body=x",
    "",
)
ANY_PATH = ("/sms", *SENDS)
SPELLED = tuple(path for path in SENDS if path.isascii() and path.isprintable() and "#" not in path)
SOME_HEADERS = tuple(tuple(itertools.permutations(HEADERS, number)) for number in range(4))
"""None to three headers, in every order."""
OVERRIDES = ("X-HTTP-Method-Override: POST", "X-HTTP-Method: POST", "X-Original-URL: /rest/v1.1/sms/send")


class Attempts:
    """Makes attempts to send: what a lenient server, or a proxy before it, could take for one."""

    def __init__(self, seed: int, host: str) -> None:
        # `choice` and `sample` of a Random take longer than the guard.
        self._random, self._host = Random(seed).random, host  # noqa: S311 - it makes requests, not secrets

    def _choice(self, options: Sequence[T]) -> T:
        return options[int(self._random() * len(options))]

    def bytes(self) -> bytes:
        """The bytes of one attempt."""
        choice = self._choice
        kind = self._random()
        if kind < 0.4:
            request = self._request(choice(METHODS), f"{BASE}{choice(ANY_PATH)}{choice(QUERIES)}")
        elif kind < 0.8:
            request = self._request("GET", f"{BASE}{choice(SENDS)}{choice(QUERIES)}")
        elif kind < 0.9:
            request = self._request("GET", READ, choice(OVERRIDES))
        else:
            read = f"GET {READ} HTTP/1.1\r\nHost: {self._host}\r\n\r\n"
            request = choice((read, "\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")) + self._request(
                "POST", f"{BASE}/sms"
            )
        return request.encode("utf-8", "surrogatepass")

    def _request(self, method: str, path: str, *headers: str) -> str:
        choice, plain = self._choice, self._random() < 0.5
        end = "\r\n" if plain else choice(ENDS)
        target = path if plain else choice(FORMS).replace("{host}", self._host).replace("{}", path)
        version = "HTTP/1.1" if plain else choice(VERSIONS)
        lines = [f"{method} {target} {version}".rstrip(), f"Host: {self._host}", *headers]
        lines += choice(choice(SOME_HEADERS))
        return end.join([*lines, "", choice(BODIES)])

    def call(self) -> tuple[str, str]:
        """A method and a path below the base, as a library takes them."""
        if self._random() < 0.4:
            return self._choice(("POST", "PUT", "DELETE", "PATCH")), "/sms"
        return "GET", self._choice(SPELLED) + self._choice(QUERIES[:3])


_OVERRIDE = re.compile(r"x-(http-method|original-url|rewrite-url)")
_OTHER_METHOD = re.compile(r"(^|[\r\n\x0b\x85\u2028\x00]) *(?!get\b)[a-z]+\s+\S*/")


def could_send(attempt: bytes) -> bool:
    """Whether the most lenient of readers finds a send in it: another method, or the path of the send."""
    if b"send" in attempt.lower():
        return True
    text = unquote(unquote(attempt.decode("utf-8", "replace"))).lower().replace("\uff53", "s")
    return "send" in text or bool(_OVERRIDE.search(text)) or bool(_OTHER_METHOD.search(text))


_EXACT_READ = re.compile(
    rb"GET /rest/v1\.1/sms(/[0-9A-Z]{8})?(\?[!-~]*)? HTTP/1\.1\r\n([!-~]+: [ -~]*\r\n)+\r\n"
)


# ---- how it is tried: on a socket ----


def _of_file(sock: socket.socket, data: bytes) -> None:
    with sock.makefile("wb", buffering=0) as file:
        file.write(data)


def _in_pieces(sock: socket.socket, data: bytes) -> None:
    """A half that is exactly a read may go; then the other is stopped."""
    stopped = False
    for piece in filter(None, (data[: len(data) // 2], data[len(data) // 2 :])):
        try:
            sock.sendall(piece)
        except EndOfProcessError:
            stopped = True
    if stopped:
        raise EndOfProcessError


ON_A_SOCKET: tuple[Callable[[socket.socket, bytes], object], ...] = (
    lambda sock, data: sock.sendall(data),
    lambda sock, data: sock.send(data),
    lambda sock, data: sock.send(bytearray(data), 0),
    lambda sock, data: sock.sendall(memoryview(data)),
    lambda sock, data: sock.sendmsg([data[:9], data[9:]]),
    lambda sock, data: sock.sendto(data, sock.getpeername()),
    lambda sock, data: os.write(sock.fileno(), data),
    lambda sock, data: os.writev(sock.fileno(), [data[:9], data[9:]]),
    _of_file,
    _in_pieces,
)


def _try_on_sockets(live: LiveHost, attempts: Attempts, number: int) -> int:
    """Nothing arrives, so a connection can be used again and again."""
    ended = 0
    with socket.create_connection(("127.0.0.1", live.port), 10) as sock:
        ways = itertools.cycle(ON_A_SOCKET)
        for way in itertools.islice(ways, number):
            data = attempts.bytes()
            assert could_send(data), data
            try:
                way(sock, data)
            except EndOfProcessError:
                ended += 1
    return ended


# ---- how it is tried: with a library ----

Call = Callable[[str, str], object]


@contextmanager
def _with_requests(url: str) -> Iterator[Call]:
    with requests.Session() as session:
        # It would look for proxies and credentials in the environment at each request.
        session.trust_env = False
        yield lambda method, path: session.request(method, url + path, json={"to": "x"}, timeout=10)


@contextmanager
def _with_urllib3(url: str) -> Iterator[Call]:
    with urllib3.PoolManager() as pool:
        yield lambda method, path: pool.request(method, url + path, body=b"{}", retries=False, timeout=10)


@contextmanager
def _with_httpx(url: str) -> Iterator[Call]:
    with httpx.Client(timeout=10) as client:
        yield lambda method, path: client.request(method, url + path, content=b"{}")


@contextmanager
def _with_httpx2(url: str) -> Iterator[Call]:
    with httpx2.Client(timeout=10) as client:
        yield lambda method, path: client.request(method, url + path, content=b"{}")


@contextmanager
def _with_http_client(url: str) -> Iterator[Call]:
    host, _, base = url.partition("://")[2].partition("/")

    def call(method: str, path: str) -> None:
        connection = http.client.HTTPConnection(host, timeout=10)
        try:
            connection.putrequest(method, f"/{base}{path}", skip_accept_encoding=True)
            connection.endheaders(b"{}")
            connection.getresponse().read()
        finally:
            connection.close()

    yield call


@contextmanager
def _with_asyncio(url: str) -> Iterator[Call]:
    host, _, base = url.partition("://")[2].partition("/")

    async def call(method: str, path: str) -> None:
        name, _, port = host.partition(":")
        reader, writer = await asyncio.open_connection(name, int(port))
        try:
            writer.write(f"{method} /{base}{path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            await writer.drain()
            await reader.read(1)
        finally:
            writer.transport.abort()

    with asyncio.Runner() as runner:
        # It would log each end of the process with its traceback.
        runner.get_loop().set_exception_handler(lambda *_: None)
        yield lambda method, path: runner.run(call(method, path))


@contextmanager
def _with_tls(url: str) -> Iterator[Call]:
    host, _, base = url.partition("://")[2].partition("/")
    name, _, port = host.partition(":")
    context = ssl.create_default_context(cafile=CERTIFICATE)
    raw = socket.create_connection((name, int(port)), 10)
    with context.wrap_socket(raw, server_hostname="localhost") as sock:
        plain: tuple[Callable[[bytes], object], ...] = (sock.sendall, sock.send, sock.write)
        ways = itertools.cycle(plain)
        yield lambda method, path: next(ways)(f"{method} /{base}{path} HTTP/1.1\r\n\r\n".encode())


LIBRARIES = {
    _with_requests: 600,
    _with_urllib3: 600,
    _with_httpx: 200,
    _with_httpx2: 200,
    _with_http_client: 800,
    _with_asyncio: 300,
}


def _try_with(
    library: Callable[[str], AbstractContextManager[Call]],
    url: str,
    attempts: Attempts,
    number: int,
    guard: SurvivableGuard,
) -> int:
    stopped = 0
    with library(url) as call:
        for _ in range(number):
            before = guard.ended
            with suppress(EndOfProcessError, ConnectionError):  # asyncio catches even the end of the process
                call(*attempts.call())
            stopped += guard.ended > before
    return stopped


def test_of_a_hundred_thousand_attempts_to_send_none_arrives() -> None:
    with live_host() as live:
        attempts = Attempts(6, f"127.0.0.1:{live.port}")
        with guarding(live) as guard:
            tried = [_try_with(way, live.url, attempts, number, guard) for way, number in LIBRARIES.items()]
            assert tried == list(LIBRARIES.values())
            rest = ATTEMPTS - sum(tried)
            assert _try_on_sockets(live, attempts, rest) == rest
            assert all(map(_EXACT_READ.fullmatch, live.received))
            before = len(live.received)
            requests.get(f"{live.url}/sms", timeout=10)
    assert len(live.received) == before + 1  # the host was there all the time


def test_in_tls_none_arrives_either() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with live_host(context) as live, guarding(live) as guard:
        attempts = Attempts(7, f"127.0.0.1:{live.port}")
        assert _try_with(_with_tls, live.url, attempts, 2000, guard) == 2000
        requests.get(f"{live.url.replace('http', 'https')}/sms", timeout=10, verify=str(CERTIFICATE))
    assert len(live.received) == 1


def test_a_send_behind_a_read_that_was_let_through_does_not_arrive() -> None:
    """The read is a whole request in a call of its own, so it goes; the rest of the stream does not."""
    with live_host() as live:
        attempts = Attempts(8, f"127.0.0.1:{live.port}")
        read = f"GET {READ} HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\n\r\n".encode()
        with guarding(live), socket.create_connection(("127.0.0.1", live.port), 10) as sock:
            for way in ON_A_SOCKET * 20:
                sock.sendall(read)
                sock.recv(1000)
                with pytest.raises(EndOfProcessError):
                    way(sock, attempts.bytes())
    assert set(live.received) == {read}


# ---- how it is tried: around the socket ----

_SEND = b"POST /rest/v1.1/sms HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
AROUND = {
    "a descriptor as a file": "open(sock.fileno(), 'wb', closefd=False).write(SEND)",
    "a descriptor as a raw file": "io.FileIO(sock.fileno(), 'wb', closefd=False).write(SEND)",
    "a copied descriptor": "os.fdopen(os.dup(sock.fileno()), 'wb').write(SEND)",
    "os.sendfile": "os.sendfile(sock.fileno(), file.fileno(), 0, len(SEND))",
    "os.sendfile by name": "os.sendfile(out_fd=sock.fileno(), in_fd=file.fileno(), offset=0, count=9)",
    "os.splice": "r, w = os.pipe(); os.write(w, SEND); os.splice(r, sock.fileno(), len(SEND))",
    "posix.write": "import posix; posix.write(sock.fileno(), SEND)",
    "a file that asyncio sends": "asyncio.run(send_file())",
    "a socket of C": "raw = _socket.socket(); raw.connect(live); raw.send(SEND)",
    "a socket of C, politely": "raw = _socket.socket(); raw.connect_ex(live); raw.send(SEND)",
    "a class of its own": "own = Own(); own.connect(live); own.send(SEND)",
    "TCP fast open": "socket.socket().sendto(SEND, socket.MSG_FASTOPEN, live)",
    "TCP fast open of C": "_socket.socket().sendto(SEND, socket.MSG_FASTOPEN, live)",
    "TCP fast open with buffers": "socket.socket().sendmsg([SEND], [], socket.MSG_FASTOPEN, live)",
    "descriptors to another process": "subprocess.run(['cat'], stdin=file, stdout=sock)",
    "curl": "subprocess.run(['curl', '-d', '{}', url])",
    "a shell": "os.system('curl -d {} ' + url)",
    "posix_spawn": "os.posix_spawn('/usr/bin/env', ['env', 'curl', '-d', '{}', url], {})",
    "exec": "os.execlp('curl', 'curl', '-d', '{}', url)",
    "fork": "os.fork()",
    "ctypes": "import ctypes; ctypes.CDLL(None).send(sock.fileno(), SEND, len(SEND), 0)",
    "ctypes by index": "import ctypes; ctypes.CDLL(None)['write'](sock.fileno(), SEND, len(SEND))",
    "uvloop": "import uvloop",
    "the wrapped function": "socket.socket.send.__wrapped__(sock, SEND)",
}
_SCRIPT = """
import _socket, asyncio, io, os, socket, subprocess, sys, tempfile
from callr_sms_contract.guard import allowed_requests as _allowed
SEND, live = {send!r}, ("127.0.0.1", int(sys.argv[1]))
url = "http://127.0.0.1:" + sys.argv[1] + "/rest/v1.1/sms"
class Own(socket.socket):
    send = _socket.socket.send
async def send_file():
    loop = asyncio.get_running_loop()
    sock.setblocking(False)
    await loop.sock_sendfile(sock, file)
file = tempfile.TemporaryFile()
file.write(SEND)
file.seek(0)
reads = _allowed.Reads("127.0.0.1:" + sys.argv[1], "/rest/v1.1")
_guard.install(_guard.Guard(reads, is_local=lambda _: False))
sock = socket.create_connection(live, 10)
try:
    {what}
except AttributeError:
    os._exit(2)  # there is no such way
print("survived", flush=True)
"""


@pytest.mark.parametrize("what", AROUND.values(), ids=AROUND.keys())
def test_no_way_around_the_socket_arrives(what: str) -> None:
    with live_host() as live:
        result = guarded_script.run(_SCRIPT.format(send=_SEND, what=what), str(live.port))
    assert (result.returncode, result.stdout) == (EXIT_CODE, ""), result.stderr
    assert live.received == []
    with suppress(IndexError):
        assert "callr-sms-contract: stopped" in result.stderr.splitlines()[0]
