"""One request after the other, to receivers that are good, down, slow or lie."""

import asyncio
import socket
import threading
from collections.abc import Callable

import pytest

from callr_sms_emulator._http_client.client import HttpClient
from callr_sms_emulator._http_client.connection import EXCERPT_LIMIT, RESPONSE_LIMIT, HttpResponse
from callr_sms_emulator._http_client.endpoint import read_endpoint
from callr_sms_emulator._http_client.errors import (
    AddressNotAllowedError,
    ConnectError,
    ResponseTimeoutError,
    TransportError,
)
from callr_sms_emulator._http_client.resolver import Resolver, look_up
from callr_sms_emulator._settings.allowed_addresses import (
    DEFAULT_ALLOWED_ADDRESSES,
    AllowedAddresses,
    read_allowed_addresses,
)
from tests.emulator.webhooks.receivers import (
    TIMEOUT,
    Behaviour,
    Receiver,
    answer,
    never_end,
    receiving,
    reset,
    say,
)


def send(
    *urls: str,
    reach: AllowedAddresses = DEFAULT_ALLOWED_ADDRESSES,
    timeout: float = TIMEOUT,
    lookup: Callable[[str, int], list[str]] = look_up,
) -> list[HttpResponse]:
    """Make a POST to each URL, one after the other."""

    async def run() -> list[HttpResponse]:
        sender = HttpClient(Resolver(reach.allows, lookup), timeout)
        try:
            return [await post(sender, url) for url in urls]
        finally:
            sender.close()

    return asyncio.run(run())


async def post(sender: HttpClient, url: str) -> HttpResponse:
    ended: asyncio.Future[HttpResponse | Exception] = asyncio.get_running_loop().create_future()
    sender.send(read_endpoint(url), head(url) + b"{}", ended.set_result)
    end = await ended
    if isinstance(end, Exception):
        raise end
    return end


def head(url: str) -> bytes:
    endpoint = read_endpoint(url)
    lines = [f"POST {endpoint.target} HTTP/1.1", f"Host: {endpoint.host_header}", "Content-Length: 2", "", ""]
    return "\r\n".join(lines).encode()


def wait_for_the_test(connection: socket.socket) -> bool:
    """Say nothing until the other side goes."""
    return connection.recv(1) != b""


def test_an_answer_gives_its_status_and_how_it_began() -> None:
    with receiving(answer(201, b"thanks", "X-Request: 7")) as receiver:
        (found,) = send(receiver.url)
    assert found.status == 201
    assert found.start.startswith(b"HTTP/1.1 201 Whatever\r\n")
    assert found.start.endswith(b"X-Request: 7\r\n\r\nthanks")
    assert found.flaw == ""


def test_connections_are_kept() -> None:
    with receiving() as receiver:
        assert len(send(*[receiver.url] * 5)) == 5
        assert receiver.connections == 1


def test_a_receiver_that_closes_after_each_answer_gets_a_connection_for_each_request() -> None:
    with receiving(say(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")) as receiver:
        assert [each.status for each in send(*[receiver.url] * 3)] == [200] * 3
        assert receiver.connections == 3


def test_a_receiver_that_closes_a_kept_connection_without_a_word_gets_the_request_again() -> None:
    with receiving(say(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as receiver:
        assert [each.status for each in send(*[receiver.url] * 3)] == [200] * 3
        assert len(receiver.received) == 3


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    with receiving() as other, receiving(answer(status, b"", f"Location: {other.url}")) as receiver:
        assert [each.status for each in send(receiver.url)] == [status]
        assert len(receiver.received) == 1
        assert not other.received


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as proxy, receiving() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert [each.status for each in send(receiver.url)] == [200]
        assert not proxy.received


def test_a_login_in_the_url_is_not_part_of_the_target() -> None:
    with receiving() as receiver:
        send(receiver.url.replace("//", "//me:pass%20word@").replace("/hook", "/a/b?c=d#e"))
        assert receiver.received[0].line == "POST /a/b?c=d HTTP/1.1"
        assert "@" not in receiver.received[0].headers["host"]
    endpoint = read_endpoint("http://me:pass%20word@receiver")
    assert endpoint.authorization == "Basic bWU6cGFzcyB3b3Jk"
    assert "bWU6" not in repr(endpoint)


LIES: dict[str, tuple[Behaviour, int, str]] = {
    "a body that is cut": (
        say(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"),
        200,
        "the receiver closed the connection too early",
    ),
    "a body without an end": (
        never_end,
        200,
        f"the response is longer than {RESPONSE_LIMIT} bytes: not read further",
    ),
    "garbage for a chunk": (
        say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        200,
        "the response is not HTTP/1.1",
    ),
    "a body until the end of the connection": (say(b"HTTP/1.0 200 OK\r\n\r\nhello"), 200, ""),
    "an interim answer": (
        say(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"),
        204,
        "",
    ),
    "two answers": (
        say(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
        200,
        "",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_follows_the_head_of_an_answer_does_not_change_its_status(lie: str) -> None:
    behave, status, flaw = LIES[lie]
    with receiving(behave) as receiver:
        (found,) = send(receiver.url)
    assert (found.status, found.flaw) == (status, flaw)
    assert len(found.start) <= EXCERPT_LIMIT


NO_ANSWERS: dict[str, tuple[Behaviour, str]] = {
    "garbage": (say(b"lorem ipsum\r\n\r\n"), "the response is not HTTP/1.1"),
    "the head of a request": (say(b"GET / HTTP/1.1\r\n\r\n"), "the response is not HTTP/1.1"),
    "half a head": (say(b"HTTP/1.1 200 OK\r\nContent-"), "the receiver closed the connection too early"),
    "nothing": (say(b""), "the receiver closed the connection too early"),
    "only interim answers": (
        say(b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000),
        f"the response is longer than {RESPONSE_LIMIT} bytes: not read further",
    ),
    "a head without an end": (
        say(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000),
        f"the response is longer than {RESPONSE_LIMIT} bytes: not read further",
    ),
    "a reset": (reset, "the connection was reset"),
}


@pytest.mark.parametrize("trouble", NO_ANSWERS)
def test_without_the_head_of_an_answer_it_is_told_what_was_wrong(trouble: str) -> None:
    behave, words = NO_ANSWERS[trouble]
    with receiving(behave) as receiver, pytest.raises(TransportError) as caught:
        send(receiver.url)
    assert str(caught.value) == words


def test_a_receiver_that_says_nothing_is_left_after_the_time_limit() -> None:
    with receiving(wait_for_the_test) as receiver, pytest.raises(ResponseTimeoutError) as caught:
        send(receiver.url, timeout=0.2)
    assert str(caught.value) == "no complete response within 0.2 s"


def test_a_receiver_that_stalls_behind_the_head_has_said_its_status() -> None:
    def stall(connection: socket.socket) -> bool:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")
        return wait_for_the_test(connection)

    with receiving(stall) as receiver:
        (found,) = send(receiver.url, timeout=0.5)
    assert (found.status, found.flaw) == (200, "no complete response within 0.5 s")


def test_a_receiver_that_is_down() -> None:
    receiver = Receiver()
    receiver.start()
    receiver.stop()
    with pytest.raises(ConnectError, match=r"no connection: "):
        send(receiver.url)


def test_a_receiver_without_tls() -> None:
    with receiving(say(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as receiver, pytest.raises(ConnectError):
        send(receiver.url.replace("http:", "https:"), timeout=0.5)


# --- names ----------------------------------------------------------------------------------------------


def test_a_name_is_asked_for_once_and_the_connection_goes_to_what_was_checked() -> None:
    """DNS rebinding: a second question would be answered with another address."""
    asked: list[str] = []

    def rebind(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    with receiving(say(b"HTTP/1.0 200 OK\r\n\r\n")) as receiver:
        url = receiver.url.replace("127.0.0.1", "rebind.test")
        assert [each.status for each in send(url, url, lookup=rebind)] == [200, 200]
        assert receiver.received[0].headers["host"].startswith("rebind.test:")
    assert asked == ["rebind.test"]


def test_of_several_addresses_those_that_may_be_called_are() -> None:
    with receiving() as receiver:
        url = receiver.url.replace("127.0.0.1", "mixed.test")
        (found,) = send(url, lookup=lambda *_: ["8.8.8.8", "169.254.169.254", "::1", "127.0.0.1"])
    assert found.status == 200


def test_localhost_needs_no_name_server() -> None:
    def refuse(host: str, _port: int) -> list[str]:
        raise AssertionError(host)

    with receiving() as receiver:
        (found,) = send(receiver.url.replace("127.0.0.1", "LocalHost"), lookup=refuse)
    assert found.status == 200


@pytest.mark.parametrize(
    ("addresses", "cure"),
    [
        (["93.184.215.14"], "public.test or any"),
        (["169.254.169.254"], "169.254.169.254"),
        (["224.0.0.1"], "224.0.0.1"),
        (["::ffff:169.254.1.2"], "169.254.1.2"),
        (["::ffff:8.8.8.8"], "public.test or any"),
        ([], "public.test or any"),
    ],
)
def test_a_name_of_other_addresses_is_not_called(addresses: list[str], cure: str) -> None:
    with pytest.raises(AddressNotAllowedError) as caught:
        send("http://public.test/", lookup=lambda *_: addresses)
    assert str(caught.value).endswith(f"start it with --webhooks-to {cure}")


def test_an_unusual_way_to_write_an_address_is_looked_up_and_checked() -> None:
    """`getaddrinfo` takes 0x7f.1 and 2130706433 for addresses: the check comes after it."""
    with receiving() as receiver:
        (found,) = send(receiver.url.replace("127.0.0.1", "2130706433"))
        assert found.status == 200
    with pytest.raises(AddressNotAllowedError):
        send("http://2852039166/latest/meta-data")


def test_a_name_that_is_not_there() -> None:
    def fail(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(ConnectError, match=r"the host name nowhere\.test cannot be resolved"):
        send("http://nowhere.test/", lookup=fail)


def test_a_name_that_is_allowed_is_called_whatever_its_address() -> None:
    with receiving() as receiver:
        url = receiver.url.replace("127.0.0.1", "named.test")
        reach = read_allowed_addresses("named.test")
        assert send(url, reach=reach, lookup=lambda *_: ["127.0.0.1"])[0].status == 200
        with pytest.raises(AddressNotAllowedError):
            send(receiver.url, reach=reach)


def test_a_name_server_that_says_nothing_holds_up_nobody_for_long() -> None:
    let_go = threading.Event()

    def hang(_host: str, _port: int) -> list[str]:
        let_go.wait(TIMEOUT)
        return []

    try:
        with pytest.raises(ConnectError, match=r"no connection within 0\.2 s"):
            send("http://hanging.test/", timeout=0.2, lookup=hang)
    finally:
        let_go.set()
