"""Searching the SMS of an account, and waiting for those to come, over HTTP."""

import http.client
import json
import random
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest

from callr_sms_emulator import Config, create_app, open_store
from tests.emulator.conftest import NOON
from tests.emulator.databases import database_of
from tests.emulator.faults.raw import Seen, connect, read_all, write_request
from tests.emulator.support import (
    TIMEOUT,
    Answer,
    Client,
    ManualClock,
    basic,
    running,
    serving,
    serving_config,
)

ALICE = "+447700900001"
BOB = "+447700900002"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture(params=["memory", "postgresql"])
def client(request: pytest.FixtureRequest, clock: ManualClock, tmp_path: Path) -> Iterator[Client]:
    """A client of a server of this test's own, for which `/_emulator` is the base."""
    store = open_store(database_of(request.param, request, tmp_path))
    config = Config(accounts={"emulator": "emulator", "other": "other"})
    try:
        with serving(create_app(config, store=store, clock=clock)) as url:
            yield Client(url)
    finally:
        store.close()


def _control(client: Client, login: str = "emulator") -> Client:
    return Client(client.url.removesuffix(client.base_path) + "/_emulator", basic(f"{login}:{login}"))


def _get(client: Client, path: str, **criteria: object) -> Answer:
    query = urlencode({key.rstrip("_"): str(value) for key, value in criteria.items()}, quote_via=quote)
    return _control(client).request("GET", f"{path}?{query}")


def _search(client: Client, **criteria: object) -> list[str]:
    answer = _get(client, "/sms", **criteria)
    assert answer.status == 200, answer.body
    return [sms["text"] for sms in answer.data["sms"]]


@contextmanager
def _waiting(client: Client, **criteria: object) -> Iterator["Future[Answer]"]:
    """Wait in another thread. What the block does may come before or after: both must be answered alike."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(_get, client, "/sms/wait", **{"timeout": TIMEOUT, **criteria})
        yield future


# --- search ---------------------------------------------------------------------------------------------


def test_newest_first_and_with_the_api_s_own_json(client: Client) -> None:
    hashes = [client.send(body=text) for text in ("one", "two", "three")]
    answer = _get(client, "/sms")
    assert [sms["hash"] for sms in answer.data["sms"]] == hashes[::-1]
    assert answer.data["sms"][0] == client.get(hashes[-1])
    assert answer.data["next"] is None


def test_each_criterion(client: Client, clock: ManualClock) -> None:
    client.send(to=ALICE, body="Bonjour Élodie", **{"from": "Shop"})
    clock.advance(60_000)
    first = client.send(to=BOB, body="Your code is 1234", options={"user_data": "order-7"})
    client.send(to=BOB, body="Goodbye")
    assert _search(client, to=ALICE) == ["Bonjour Élodie"]
    assert _search(client, from_="Shop") == ["Bonjour Élodie"]
    assert _search(client, from_="") == ["Goodbye", "Your code is 1234"]
    assert _search(client, text="CODE is") == ["Your code is 1234"]
    assert _search(client, pattern=r"\d{4}$") == ["Your code is 1234"]
    assert _search(client, q="elodie bonjour") == ["Bonjour Élodie"]
    assert _search(client, q="ORDER-7") == ["Your code is 1234"]
    assert _search(client, q="elodie goodbye") == []
    assert _search(client, since="2024-03-21 05:47:00") != []
    assert _search(client, type="IN") == []
    assert _search(client, after=first) == ["Goodbye"]
    assert _search(client, status="RECEIVED") == ["Bonjour Élodie"]
    assert _search(client, status="CREATED", to=BOB, text="good") == ["Goodbye"]


def test_since_includes_its_own_second(client: Client, clock: ManualClock) -> None:
    sms = client.get(client.send(body="now"))
    clock.advance(1000)
    client.send(body="later")
    assert _search(client, since=sms["date_creation"]) == ["later", "now"]
    after = client.get(client.send(body="last"))["date_creation"]
    assert _search(client, since=after) == ["last", "later"]


def test_a_quote_in_a_text_is_no_recipient(client: Client) -> None:
    client.send(to=ALICE, body=f'"to":"{BOB}"')
    assert _search(client, to=BOB) == []


def test_pages_give_each_once(client: Client) -> None:
    texts = [f"number {number}" for number in range(25)]
    for text in texts:
        client.send(body=text)
    client.send(body="something else")
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        parameters = {"cursor": cursor} if cursor else {}
        page = _get(client, "/sms", q="number", limit=10, **parameters).data
        found += [sms["text"] for sms in page["sms"]]
        cursor = page["next"]
    assert found == texts[::-1]


def test_more_than_one_chunk_is_gone_through(client: Client) -> None:
    client.send(body="needle")
    for _ in range(600):
        client.send(body="hay")
    assert _search(client, q="needle") == ["needle"]


def test_nothing_of_another_account_is_found(client: Client) -> None:
    sms_hash = client.send(to=ALICE, body="private")
    other = _control(client, "other")
    assert other.request("GET", "/sms").data == {"sms": [], "next": None}
    assert other.request("GET", "/sms/wait?timeout=0").status == 404
    assert other.request("GET", f"/sms?after={sms_hash}").status == 404


@pytest.mark.parametrize(
    ("criteria", "name"),
    [
        ({"type": "BOTH"}, "[type]"),
        ({"status": "delivered"}, "[status]"),
        ({"to": "Shop"}, "[to]"),
        ({"to": "447700900001"}, "[to]"),
        ({"from": "more than eleven"}, "[from]"),
        ({"since": "2024-03-30T12:00:00Z"}, "[since]"),
        ({"pattern": "("}, "[pattern]"),
        ({"pattern": "a" * 1001}, "[pattern]"),
        ({"limit": 0}, "[limit]"),
        ({"limit": 1001}, "[limit]"),
        ({"limit": "many"}, "[limit]"),
        ({"cursor": "-1"}, "[cursor]"),
        ({"colour": "red"}, "[colour]"),
    ],
)
def test_what_cannot_be_looked_for_is_named(client: Client, criteria: dict[str, object], name: str) -> None:
    answer = _get(client, "/sms", **criteria)
    assert answer.status == 400
    assert name in answer.message


def test_an_unknown_hash_is_named(client: Client) -> None:
    answer = _get(client, "/sms", after="00000000")
    assert answer.status == 404
    assert "[after]" in answer.message


@pytest.mark.parametrize("path", ["/sms", "/sms/wait"])
@pytest.mark.parametrize(
    "pattern",
    [
        "(a?){60000}" * 6,
        "(a?){60000}" * 90,
        "((((a{50}){50}){50}){50}){50}",
        r"\p{L}{1000}",
        "(" * 500 + ")" * 500,
        r"(a)\1",
        "(?<!x)a",
        "(",
    ],
)
def test_a_pattern_that_cannot_be_searched_in_linear_time_is_refused(
    client: Client, path: str, pattern: str
) -> None:
    before = time.process_time()
    answer = _get(client, path, pattern=pattern)
    assert (answer.status, "[pattern]" in answer.message) == (400, True)
    assert time.process_time() - before < 1


def test_a_search_does_not_go_back(client: Client) -> None:
    text = "a" * 5000 + "b"
    client.send(body=text)
    before = time.process_time()
    assert _search(client, pattern=r"^(?:(a+)+)+$") == []
    assert _search(client, pattern=r"^(?:(a+)+)+b$") == [text]
    assert time.process_time() - before < 1


def test_an_sms_to_a_shortcode_is_found(clock: ManualClock) -> None:
    with serving_config(Config(number="36180"), clock) as client:
        client.set("/sms/incoming", **{"from": ALICE}, text="Hello")
        assert _search(client, to="36180") == ["Hello"]
        assert _get(client, "/sms/wait", to="36180", timeout=1).data["sms"]["to"] == "36180"
        assert "a shortcode of 3 to 8 digits" in _get(client, "/sms", to="1").message


def test_a_search_that_takes_long_nevertheless_is_refused(client: Client) -> None:
    client.send(body="zzz" + "".join(random.Random(1).choices("ab", k=30_000)))  # noqa: S311 - no secret
    answer = _get(client, "/sms", pattern="(?:a|b)*a(?:a|b){400}zzz")
    assert (answer.status, "took longer than 0.05 s" in answer.message) == (400, True)


def test_a_plus_that_was_not_escaped_is_a_plus(client: Client) -> None:
    client.send(to=ALICE, body="sent")
    client.set("/sms/incoming", **{"from": ALICE}, text="came in")
    client.send(to=BOB, body="to another", **{"from": "Shop 24"})
    for parameters, text in (
        (f"to={ALICE}", "sent"),
        (f"from={ALICE}", "came in"),
        ("from=Shop+24", "to another"),
    ):
        found = _control(client).request("GET", f"/sms?{parameters}")
        assert [sms["text"] for sms in found.data["sms"]] == [text]
        waited = _control(client).request("GET", f"/sms/wait?{parameters}&timeout=0")
        assert waited.data["sms"]["text"] == text


def test_a_blank_before_anything_but_digits_stays_one(client: Client) -> None:
    client.send(body="blank", **{"from": " 24h"})
    assert _search(client, from_=" 24h") == ["blank"]
    assert "+24h" in _get(client, "/sms", from_="+24h").message


# --- wait -----------------------------------------------------------------------------------------------


def test_what_is_there_is_answered_at_once_with_its_code(client: Client) -> None:
    client.send(to=ALICE, body="Your code is 111111")
    newest = client.send(to=ALICE, body="Your code is 222222")
    answer = _get(client, "/sms/wait", to=ALICE, timeout=0)
    assert (answer.data["sms"]["hash"], answer.data["code"]) == (newest, "222222")


def test_what_comes_later_is_answered_when_it_comes(client: Client) -> None:
    with _waiting(client, to=ALICE, text="code") as future:
        client.send(to=BOB, body="code 1111")
        client.send(to=ALICE, body="hello")
        wanted = client.send(to=ALICE, body="code 2222")
        answer = future.result(TIMEOUT)
    assert (answer.data["sms"]["hash"], answer.data["code"]) == (wanted, "2222")


def test_a_status_is_waited_for(client: Client, clock: ManualClock) -> None:
    sms_hash = client.send(to=ALICE)
    with _waiting(client, to=ALICE, status="RECEIVED") as future:
        # However the request and the passing of time meet, the change is seen.
        clock.advance(60_000)
        answer = future.result(TIMEOUT)
    assert answer.data["sms"] == client.get(sms_hash)
    assert answer.data["sms"]["status"] == "RECEIVED"


def test_a_change_of_an_older_one_is_not_what_was_waited_for(client: Client, clock: ManualClock) -> None:
    old = client.send(to=ALICE, body="old")
    with _waiting(client, after=old, status="PENDING") as future:
        clock.advance(60_000)
        new = client.send(to=ALICE, body="new")
        clock.advance(1500)
        answer = future.result(TIMEOUT)
    assert answer.data["sms"]["hash"] == new


def test_nothing_came_and_what_was_nearest(client: Client) -> None:
    answer = _get(client, "/sms/wait", to=ALICE, timeout=0)
    assert answer.status == 404
    assert "the account has no SMS" in answer.message
    client.send(to=BOB, body="Goodbye")
    nearest = client.send(to=ALICE, body="Hello")
    answer = _get(client, "/sms/wait", to=ALICE, text="code", timeout="0.05")
    assert answer.status == 404
    assert f"nearest is {nearest}, which differs in text" in answer.message


@pytest.mark.parametrize("timeout", ["301", "-1", "soon", "1e3"])
def test_how_long_must_be_a_number_of_seconds(client: Client, timeout: str) -> None:
    answer = _get(client, "/sms/wait", timeout=timeout)
    assert answer.status == 400
    assert "[timeout]" in answer.message


def test_who_leaves_is_waited_for_no_more(client: Client) -> None:
    """The server goes on after a client that hung up, and ends without waiting for its time to pass."""
    connection = http.client.HTTPConnection(urlsplit(client.url).netloc, timeout=TIMEOUT)
    connection.request("GET", "/_emulator/sms/wait?timeout=300", headers=basic("emulator:emulator"))
    connection.close()
    assert _search(client) == []


def test_who_waits_when_it_stops_is_told(tmp_path: Path) -> None:
    with running(tmp_path / "log", "--database", ":memory:") as process:
        connection = http.client.HTTPConnection(urlsplit(process.url).netloc, timeout=TIMEOUT)
        connection.request("GET", "/_emulator/sms/wait", headers=basic("emulator:emulator"))
        # Nothing tells from outside that the request is in, but that a later one is answered.
        assert _get(process.client, "/sms/wait", timeout="0.2").status == 404
        assert process.stop() == 0
        assert connection.getresponse().status == 503
        connection.close()
    assert (tmp_path / "log").read_text() == ""


def test_many_wait_at_once_and_each_gets_its_own(client: Client) -> None:
    numbers = [f"+4477009{number:05}" for number in range(100)]
    answers: dict[str, Any] = {}

    def wait(number: str) -> None:
        answers[number] = json.loads(_get(client, "/sms/wait", to=number, timeout=TIMEOUT).body)

    threads = [threading.Thread(target=wait, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for number in numbers:
        client.send(to=number, body=f"code {number[-5:]}")
    for thread in threads:
        thread.join(TIMEOUT)
    assert {number: answers[number]["data"]["code"] for number in numbers} == {
        number: number[-5:] for number in numbers
    }


def test_who_leaves_while_waiting_has_left(client: Client) -> None:
    """The connection is closed at once: nobody is waited for until the time is over."""
    waiting = _control(client)
    with connect(waiting) as connection:
        connection.sendall(write_request(waiting, path="/sms/wait?timeout=300", body=None, method="GET"))
        connection.shutdown(socket.SHUT_WR)
        assert read_all(connection) == Seen(b"", was_reset=False)


# --- delete ---------------------------------------------------------------------------------------------


def _delete(client: Client, path: str) -> Answer:
    return _control(client).request("DELETE", f"/sms{path}")


def test_one_is_deleted_and_returned(client: Client) -> None:
    gone, stays = client.send(body="goes"), client.send(body="stays")
    sms = client.get(gone)
    assert _search(client, q="goes") == ["goes"]
    assert _delete(client, f"/{gone}").data == sms
    assert client.request("GET", f"/sms/{gone}").status == 404
    assert _search(client) == ["stays"]
    assert _search(client, q="goes") == []
    assert _delete(client, f"/{gone}").status == 404
    assert _delete(client, "/nothing").status == 400
    assert client.get(stays)["text"] == "stays"


def test_those_that_match_are_deleted(client: Client) -> None:
    for number in range(600):
        client.send(to=ALICE if number % 3 else BOB, body=f"number {number}")
    other = Client(client.url, basic("other:other"))
    other.send(to=ALICE)
    assert _delete(client, f"?to={quote(ALICE)}&text=number").data == {"deleted": 400}
    assert len(_search(client, limit=1000)) == 200
    assert _delete(client, f"?to={quote(ALICE)}").data == {"deleted": 0}
    assert _delete(client, "?status=never").status == 400
    assert _delete(client, "").data == {"deleted": 200}
    assert _control(client, "other").request("GET", "/account").data["sms"] == 1


def test_deliveries_of_what_is_deleted_are_gone(client: Client, clock: ManualClock) -> None:
    """Also one under way: the receiver takes the connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as receiver:
        receiver.settimeout(TIMEOUT)
        endpoint = f"http://127.0.0.1:{receiver.getsockname()[1]}/"
        options = {"webhook": {"endpoint": endpoint, "hmac_secret": "secret"}}
        gone, stays = client.send(options=options), client.send()
        clock.advance(60_000)
        connection, _ = receiver.accept()
        with connection:
            assert connection.recv(4) == b"POST"
            assert _delete(client, f"/{gone}").status == 200
            while connection.recv(65536):  # until it is closed
                pass
        deliveries = _control(client).request("GET", "/webhooks/deliveries").data["deliveries"]
        assert deliveries == []
        assert client.get(stays)["status"] == "RECEIVED"


def test_a_wait_hears_of_an_sms_with_the_number_of_a_deleted_one(client: Client, clock: ManualClock) -> None:
    first = client.send(body="first")
    with _waiting(client, after=first, status="RECEIVED") as future:
        assert _delete(client, f"/{first}").status == 200
        clock.advance(60_000)
        second = client.send(body="second")
        clock.advance(60_000)
        answer = future.result(TIMEOUT)
    # The wait may come after the deletion, and then it is refused.
    assert answer.status == 404 or answer.data["sms"]["hash"] == second
