"""TLS: certificates that are generated, given or rejected, and programs with the vendor's host built in."""

import json
import shutil
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from callr_sms_emulator._server.tls import NAMES, Certificate, TlsError, find_certificate
from tests.emulator.faults.raw import read_all
from tests.emulator.support import AUTHORIZATION, TIMEOUT, Process, clean_environment, running
from tests.preloaded import command

VENDOR, FORMER = "api.callr.com", "api.thecallr.com"
MEMORY = ("--database", ":memory:")

# Recorded from notifme-sdk 1.16.25 on Node.js, byte for byte; the number is reserved for fiction.
NOTIFME = (
    b"POST /rest/v1.1/sms HTTP/1.1\r\n"
    b"Content-Type: application/json\r\n"
    b"Authorization: Basic ZW11bGF0b3I6ZW11bGF0b3I=\r\n"
    b"User-Agent: notifme-sdk/v1 (+https://github.com/notifme/notifme-sdk)\r\n"
    b"Accept: */*\r\n"
    b"Content-Length: 145\r\n"
    b"Accept-Encoding: gzip,deflate\r\n"
    b"Host: api.callr.com\r\n"
    b"Connection: keep-alive\r\n"
    b"\r\n"
    b'{"from":"Notifme","to":"+447700900123","body":"Hello John! How are you?",'
    b'"options":{"force_encoding":"GSM","nature":"ALERTING","user_data":"24"}}'
)
# As PHP Server Monitor 3.5 sends it with libcurl: no User-Agent, the text URL-encoded, the options null.
SERVER_MONITOR = (
    b"POST /rest/v1.1/sms HTTP/1.1\r\n"
    b"Host: api.callr.com\r\n"
    b"Accept: */*\r\n"
    b"authorization: Basic ZW11bGF0b3I6ZW11bGF0b3I=\r\n"
    b"content-type: application/json\r\n"
    b"Content-Length: 95\r\n"
    b"\r\n"
    b'{"to":"+447700900123","from":"Monitor","body":"Server+%27web%27+is+DOWN%21","options":null}    '
)
# As the PHP SDK 0.9.1 sends it, which the vendor's plugins for WooCommerce and PrestaShop contain.
SHOP = (
    b"POST / HTTP/1.1\r\n"
    b"Host: api.thecallr.com\r\n"
    b"Authorization: Basic ZW11bGF0b3I6ZW11bGF0b3I=\r\n"
    b"Accept: */*\r\n"
    b"Content-Type: application/json-rpc; charset=utf-8\r\n"
    b"Content-Length: 107\r\n"
    b"\r\n"
    b'{"id":521,"method":"sms.send","params":["Shop","+447700900123","Your order has left",null],'
    b'"jsonrpc":"2.0"}'
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def secure(home: Path) -> Iterator[Process]:
    """Return an emulator with a generated certificate."""
    with running(home / "log", *MEMORY, "--tls", XDG_DATA_HOME=str(home), HOME=str(home)) as process:
        yield process


def _folder(home: Path) -> Path:
    (authority,) = home.rglob("authority.pem")
    return authority.parent


def _trusting(authority: Path) -> ssl.SSLContext:
    """Return a context that trusts the authority of a file and none of the system's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(authority)
    return context


def _exchange(process: Process, authority: Path, name: str, request: bytes) -> tuple[bytes, bytes]:
    """Send bytes to the server as if `name` resolved to it; return head and body of the response."""
    address = ("127.0.0.1", urlsplit(process.url).port)
    with (
        socket.create_connection(address, TIMEOUT) as plain,
        _trusting(authority).wrap_socket(plain, server_hostname=name) as secured,
    ):
        secured.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer or not answer.endswith(b"}"):
            received = secured.recv(65536)
            assert received, answer
            answer += received
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


def _read(process: Process, authority: Path, sms_hash: str) -> dict[str, object]:
    request = (
        f"GET /rest/v1.1/sms/{sms_hash} HTTP/1.1\r\nHost: {VENDOR}\r\n"
        f"Authorization: {AUTHORIZATION['Authorization']}\r\n\r\n"
    )
    sms: dict[str, object] = json.loads(_exchange(process, authority, VENDOR, request.encode())[1])["data"]
    return sms


@pytest.mark.parametrize(
    ("request_", "text", "options"),
    [
        (
            NOTIFME,
            "Hello John! How are you?",
            {"force_encoding": "GSM", "nature": "ALERTING", "user_data": "24"},
        ),
        (SERVER_MONITOR, "Server+%27web%27+is+DOWN%21", None),
    ],
    ids=["notifme-sdk", "PHP Server Monitor"],
)
def test_programs_with_the_vendors_host_built_in(
    secure: Process, home: Path, request_: bytes, text: str, options: object
) -> None:
    authority = _folder(home) / "authority.pem"
    head, body = _exchange(secure, authority, VENDOR, request_)
    assert head.startswith(b"HTTP/1.1 200 ")
    answer = json.loads(body)
    assert answer["status"] == "success"
    sms = _read(secure, authority, answer["data"])
    assert (sms["text"], sms["options"]) == (text, options)


def test_a_shop_that_calls_the_former_address(secure: Process, home: Path) -> None:
    authority = _folder(home) / "authority.pem"
    head, body = _exchange(secure, authority, FORMER, SHOP)
    assert head.startswith(b"HTTP/1.1 200 ")
    answer = json.loads(body)
    assert answer["id"] == 521
    assert _read(secure, authority, answer["result"])["text"] == "Your order has left"


def test_libcurl_is_pointed_at_it_as_by_a_hosts_file(secure: Process, home: Path) -> None:
    curl = shutil.which("curl")
    assert curl, "install curl"
    done = subprocess.run(  # noqa: S603 - our own command
        [
            *(curl, "--silent", "--fail", "--cacert", str(_folder(home) / "authority.pem")),
            *("--connect-to", f"{VENDOR}:443:127.0.0.1:{urlsplit(secure.url).port}"),
            *("--user", "emulator:emulator", "--get", f"https://{VENDOR}/rest/v1.1/sms"),
            *("-d", "type=IN", "-d", "from=2030-01-01 00:00:00".replace(" ", "%20")),
            *("-d", "to=2030-01-01 00:00:00".replace(" ", "%20")),
        ],
        capture_output=True,
        check=False,
        timeout=TIMEOUT,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"status": "success", "data": []}


@pytest.mark.parametrize("name", NAMES)
def test_the_certificate_stands_for_the_vendor_and_this_machine(
    secure: Process, home: Path, name: str
) -> None:
    assert secure.url.startswith("https://127.0.0.1:")
    request = f"GET /x HTTP/1.1\r\nHost: {VENDOR}\r\n\r\n".encode()
    head, _ = _exchange(secure, _folder(home) / "authority.pem", name, request)
    assert head.startswith(b"HTTP/1.1 404 ")


def test_the_key_is_the_users_own(secure: Process, home: Path) -> None:
    assert secure.popen.returncode is None
    folder = _folder(home)
    assert stat.S_IMODE((folder / "certificate.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert b"PRIVATE KEY" not in (folder / "authority.pem").read_bytes()


def test_a_client_that_says_no_more_is_still_let_go(secure: Process, home: Path) -> None:
    """An end of the stream in the middle of a request ends the connection, not the server."""
    address = ("127.0.0.1", urlsplit(secure.url).port)
    authority = _folder(home) / "authority.pem"
    with (
        socket.create_connection(address, TIMEOUT) as plain,
        _trusting(authority).wrap_socket(plain, server_hostname=VENDOR) as secured,
    ):
        secured.sendall(NOTIFME[:60])
    assert _exchange(secure, authority, VENDOR, NOTIFME)[0].startswith(b"HTTP/1.1 200 ")


def _faulty(fault: str) -> bytes:
    return NOTIFME.replace(b"\r\n\r\n", f"\r\nX-Emulator-Fault: {fault}\r\n\r\n".encode(), 1)


@contextmanager
def _connected(process: Process, home: Path) -> Iterator[ssl.SSLSocket]:
    address = ("127.0.0.1", urlsplit(process.url).port)
    with (
        socket.create_connection(address, TIMEOUT) as plain,
        _trusting(_folder(home) / "authority.pem").wrap_socket(plain, server_hostname=VENDOR) as secured,
    ):
        yield secured


@pytest.mark.parametrize(("fault", "length"), [("cut=10", 10), ("garbage=bytes", None)])
def test_what_is_no_http_goes_through_tls(
    secure: Process, home: Path, fault: str, length: int | None
) -> None:
    data = b""
    with _connected(secure, home) as connection:
        connection.sendall(_faulty(fault))
        while piece := connection.recv(65536):
            data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ") == (length is not None)
    assert length in {None, len(body)}


@pytest.mark.parametrize("fault", ["reset", "cut=10; reset"])
def test_the_connection_below_tls_is_reset(secure: Process, home: Path, fault: str) -> None:
    with _connected(secure, home) as connection:
        connection.sendall(_faulty(fault))
        # Without TLS, because Python's TLS does not distinguish a reset from the end.
        with socket.socket(fileno=connection.detach()) as below:
            below.settimeout(TIMEOUT)
            assert read_all(below).was_reset


def test_who_leaves_through_tls_is_held_no_longer(secure: Process, home: Path) -> None:
    with _connected(secure, home) as connection:
        connection.sendall(_faulty("silence"))
        with suppress(ssl.SSLError, ConnectionError):
            assert connection.unwrap().recv(1) == b""


def test_a_certificate_is_made_once(tmp_path: Path) -> None:
    made = find_certificate(tmp_path).chain.read_bytes()
    assert find_certificate(tmp_path).chain.read_bytes() == made


@pytest.mark.parametrize("name", ["certificate.pem", "authority.pem"])
@pytest.mark.parametrize("content", [b"not a certificate", None])
def test_broken_files_are_replaced(tmp_path: Path, name: str, content: bytes | None) -> None:
    find_certificate(tmp_path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    found = find_certificate(tmp_path)
    found.check()
    assert found.authority is not None
    assert _trusting(found.authority).get_ca_certs()


def test_without_the_extra_the_cure_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(TlsError, match=r'pip install "callr-sms-emulator\[tls\]"'):
        find_certificate(tmp_path)


def test_a_given_certificate_is_served(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("sms.example")
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    issued.cert_chain_pems[0].write_to_path(str(tmp_path / "chain.pem"))
    issued.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    flags = ("--tls-certificate", str(tmp_path / "chain.pem"), "--tls-key", str(tmp_path / "key.pem"))
    with running(tmp_path / "log", *MEMORY, *flags) as process:
        head, _ = _exchange(process, tmp_path / "ca.pem", "sms.example", NOTIFME)
    assert head.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("flags", "code", "names"),
    [
        (
            ("--tls-certificate", "none.pem"),
            1,
            ("the certificate none.pem", "with the key none.pem: No such file"),
        ),
        (("--tls-certificate", "."), 1, ("the certificate .", "Is a directory")),
        (("--tls-certificate", "text.pem"), 1, ("the certificate text.pem", "expected a certificate in PEM")),
        (
            ("--tls-certificate", "chain.pem", "--tls-key", "other.pem"),
            1,
            ("the key other.pem", "expected a certificate in PEM"),
        ),
        (("--tls-certificate", "chain.pem"), 1, ("the key chain.pem", "its own key")),
        (
            ("--tls-certificate", "chain.pem", "--tls-key", "none.pem"),
            1,
            ("the key none.pem", "No such file"),
        ),
        (("--tls-key", "other.pem"), 2, ("'--tls-key'", "'other.pem'", "expected --tls-certificate")),
    ],
)
def test_files_that_cannot_be_used_end_the_start(
    tmp_path: Path, flags: tuple[str, ...], code: int, names: tuple[str, ...]
) -> None:
    (tmp_path / "text.pem").write_text("not a certificate")
    authority = trustme.CA()
    authority.issue_cert("a.example").cert_chain_pems[0].write_to_path(str(tmp_path / "chain.pem"))
    authority.issue_cert("b.example").private_key_pem.write_to_path(str(tmp_path / "other.pem"))
    done = subprocess.run(  # noqa: S603 - our own command
        [*command("callr_sms_emulator"), "serve", "--port", "0", *MEMORY, *flags],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        env=clean_environment(),
        check=False,
    )
    assert (done.returncode, done.stdout) == (code, "")
    assert code == 2 or done.stderr.count("\n") == 1
    assert [each for each in names if each not in done.stderr] == [], done.stderr


def test_a_key_with_a_passphrase_is_refused(tmp_path: Path) -> None:
    issued = trustme.CA().issue_cert("a.example")
    issued.cert_chain_pems[0].write_to_path(str(tmp_path / "chain.pem"))
    key = load_pem_private_key(issued.private_key_pem.bytes(), None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    (tmp_path / "key.pem").write_bytes(locked)
    with pytest.raises(TlsError, match="without a passphrase"):
        Certificate(tmp_path / "chain.pem", tmp_path / "key.pem").check()
