"""Accounts: each sees its own alone; who is let in, and by what."""

import asyncio
import json
import random
import sqlite3
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from callr_sms_emulator import Config
from callr_sms_emulator._accounts.accounts import write_uuid
from callr_sms_emulator._accounts.passwords import hash_password, is_password
from tests.emulator.conftest import NOON
from tests.emulator.journal.support import RPC_PATH, exchange
from tests.emulator.support import (
    EVER,
    JSON_TYPE,
    Client,
    ManualClock,
    basic,
    export,
    serving_config,
    take_in,
)

TOKEN = "an-admin-token"
ADMIN = {"Authorization": f"Bearer {TOKEN}"}
SECRET = "PROPERTY_VALUE_ERROR [password]: not shown, because it is a secret"
OPEN = Config(accounts={"emulator": "emulator"}, any_account=True, admin_token=TOKEN)


@pytest.fixture
def client() -> Iterator[Client]:
    with serving_config(OPEN, ManualClock(NOON)) as client:
        yield client


def _as(client: Client, credentials: str) -> Client:
    return Client(client.url, basic(credentials))


def _admin(client: Client) -> Client:
    return Client(client.url, ADMIN)


# --- any account ----------------------------------------------------------------------------------------


def test_any_login_is_an_account_with_the_first_password(client: Client) -> None:
    new = _as(client, "run-1:secret")
    assert new.get(new.send())["text"] == "Hello"
    assert _as(client, "run-1:other").request("GET", "/sms").status == 401
    assert len(new.find()) == 1


def test_login_of_the_command_line_keeps_its_password(client: Client) -> None:
    assert _as(client, "emulator:other").request("GET", "/sms").status == 401


@pytest.mark.parametrize("credentials", [":", ":secret", "run-1:"])
def test_empty_login_or_password_is_no_account(client: Client, credentials: str) -> None:
    assert _as(client, credentials).request("GET", "/sms").status == 401


RPC = {"jsonrpc": "2.0", "id": 1, "method": "sms.get_list", "params": ["OUT", *EVER.values()]}


def _through_each_door(client: Client) -> list[object]:
    """Give how an account is answered by the REST API, the control API and the JSON-RPC door."""
    statuses = [client.request("GET", f"/sms?{urlencode({'type': 'OUT'} | EVER)}").status]
    statuses.append(client.control("GET", "/account").status)
    code, answer = exchange(client, "POST", RPC_PATH, json.dumps(RPC).encode(), JSON_TYPE)
    assert code == 200
    error = json.loads(answer).get("error", {"code": 200})
    return [*statuses, error["code"]]


@pytest.mark.parametrize("login", ["é" * 256, "a" * 10_000, "a\nb", "\x7f"])
def test_login_that_is_too_long_or_none_is_no_account(client: Client, login: str) -> None:
    assert _through_each_door(_as(client, f"{login}:secret")) == [401, 401, 401]
    listed = _admin(client).control("GET", "/accounts").data
    assert [each["login"] for each in listed] == ["emulator"]


def test_longest_login_is_an_account_whoever_makes_it(client: Client) -> None:
    made, given = "é" * 255, "👍" * 255
    assert _through_each_door(_as(client, f"{made}:secret")) == [200, 200, 200]
    _admin(client).set("/accounts", login=given, password="secret")
    assert _through_each_door(_as(client, f"{given}:secret")) == [200, 200, 200]


def test_unknown_login_is_refused_unless_any_is_welcome() -> None:
    with serving_config(Config(), ManualClock(NOON)) as client:
        assert _as(client, "run-1:secret").request("GET", "/sms").status == 401


def test_account_that_was_made_survives_a_restart_with_its_password(tmp_path: Path) -> None:
    database = tmp_path / "sms.sqlite3"
    with serving_config(OPEN, ManualClock(NOON), database) as client:
        sms_hash = _as(client, "run-1:hunter2").send()
    with serving_config(Config(), ManualClock(NOON), database) as client:
        assert _as(client, "run-1:wrong").request("GET", "/sms").status == 401
        assert _as(client, "run-1:hunter2").get(sms_hash)["text"] == "Hello"
    assert b"hunter2" not in database.read_bytes()


def test_sixty_four_runs_share_an_emulator_and_see_nothing_of_each_other(client: Client) -> None:
    def run(number: int) -> Any:  # noqa: ANN401 - JSON
        own = _as(client, f"run-{number}:secret")
        own.set("/clock", freeze=f"2024-01-01 00:{number % 60:02}:00")
        texts = [f"{number}.{index}" for index in range(number % 7 + 1)]
        sent = {own.send(body=text): text for text in texts}
        own.set("/timings", created=number)
        own.set("/sms/incoming", **{"from": "+33639981234"}, text=f"in {number}")
        own.set("/clock", advance=number)
        found = {each["hash"]: each["text"] for each in own.find()}
        histories = [each["status_history"] for each in own.find()]
        return (
            found == sent,
            [each["text"] for each in own.find(type="IN")] == [f"in {number}"],
            {len(history) for history in histories} == {_changes(number)},
            own.control("GET", "/account").data == {"login": f"run-{number}", "sms": len(texts) + 1},
        )

    with ThreadPoolExecutor(64) as pool:
        assert set(pool.map(run, range(64))) == {(True, True, True, True)}


def _changes(seconds: int) -> int:
    """How many changes an SMS of the usual timings has made after so many seconds."""
    return sum(seconds >= moment for moment in (1, 3, 4, 5))


# --- one account and another ----------------------------------------------------------------------------


def test_hash_of_another_account_is_unknown(client: Client) -> None:
    one, two = _as(client, "one:secret"), _as(client, "two:secret")
    sms_hash = one.send()
    assert two.request("GET", f"/sms/{sms_hash}").status == 404
    answer = two.control("POST", "/sms/incoming", {"reply_to": sms_hash, "text": "x"})
    assert answer.status == 404


def test_two_accounts_may_have_the_same_hash() -> None:
    config = Config(accounts={"one": "secret", "two": "secret"})
    with serving_config(config, ManualClock(NOON), draw_hash=lambda: "AAAAAAAA") as client:
        for login in ("one", "two"):
            own = _as(client, f"{login}:secret")
            assert own.get(own.send(body=login))["text"] == login


def test_reset_empties_one_account_alone(client: Client) -> None:
    one, two = _as(client, "one:secret"), _as(client, "two:secret")
    for each in (one, two):
        each.send()
        each.set("/clock", freeze=True, rate=5)
        each.set("/timings", sent=1)
    one.control("POST", "/reset")
    assert (len(one.find()), len(two.find())) == (0, 1)
    assert one.control("GET", "/clock").data["frozen"] is False
    assert two.control("GET", "/clock").data["frozen"] is True
    assert one.control("GET", "/timings").data["sent"] == 1000
    assert one.get(one.send())["text"] == "Hello"


# --- the admin ------------------------------------------------------------------------------------------


def test_admin_makes_lists_and_removes_accounts(client: Client) -> None:
    admin = _admin(client)
    made = admin.set("/accounts", login="shop")
    shop = _as(client, f"shop:{made['password']}")
    shop.send()
    assert {"login": "shop", "sms": 1} in admin.control("GET", "/accounts").data
    assert admin.control("DELETE", "/accounts/shop").status == 200
    assert "shop" not in [each["login"] for each in admin.control("GET", "/accounts").data]
    assert admin.control("DELETE", "/accounts/shop").status == 404
    again = admin.set("/accounts", login="shop", password=made["password"])
    assert (again, shop.find()) == (made, [])


def test_account_that_was_removed_is_let_in_no_more() -> None:
    config = Config(accounts={"emulator": "emulator"}, admin_token=TOKEN)
    with serving_config(config, ManualClock(NOON)) as client:
        _admin(client).set("/accounts", login="shop", password="secret")
        shop = _as(client, "shop:secret")
        shop.send()
        _admin(client).control("DELETE", "/accounts/shop")
        assert shop.request("GET", "/sms").status == 401


@pytest.mark.parametrize(
    ("account", "message"),
    [
        (
            {"login": "a:b"},
            'PROPERTY_VALUE_ERROR [login]: "a:b": expected 1 to 255 characters, no colon, no control',
        ),
        ({"login": 5}, "PROPERTY_VALUE_ERROR [login]: 5: expected 1 to 255 characters, no colon, no control"),
        ({"login": "é" * 256}, "PROPERTY_VALUE_ERROR [login]: "),
        ({"login": ""}, 'PROPERTY_VALUE_ERROR [login]: "": expected'),
        ({"login": "zz", "password": ""}, f"{SECRET}: expected 1 to 128 characters, no control characters"),
        ({"login": "\ud800"}, "PROPERTY_VALUE_ERROR [login]: half of a surrogate pair at character 0"),
        ({"login": "zz", "password": "a\ud800"}, "PROPERTY_VALUE_ERROR [password]: half of a surrogate pair"),
        ({"\ud800": "zz"}, "PROPERTY_VALUE_ERROR [\\ud800]: half of a surrogate pair"),
        ({}, "PROPERTY_MISSING [login]: left out"),
    ],
)
def test_wrong_account_is_refused(client: Client, account: dict[str, object], message: str) -> None:
    answer = _admin(client).control("POST", "/accounts", account)
    assert (answer.status, answer.message[: len(message)]) == (400, message)


@pytest.mark.parametrize("login", ["emulator", "shop"])
def test_login_in_use_is_a_conflict(client: Client, login: str) -> None:
    _admin(client).control("POST", "/accounts", {"login": "shop"})
    answer = _admin(client).control("POST", "/accounts", {"login": login})
    message = f'PROPERTY_VALUE_ERROR [login]: "{login}" is the login of an account that exists'
    assert (answer.status, answer.message.rpartition(":")[0]) == (409, message)


def test_wrong_password_is_not_repeated(client: Client) -> None:
    answer = _admin(client).control("POST", "/accounts", {"login": "shop", "password": "hunter2\n"})
    assert (answer.status, "hunter2" in answer.message) == (400, False)


def test_admin_resets_all_accounts(client: Client) -> None:
    own = [_as(client, f"{login}:secret") for login in ("one", "two")]
    for each in own:
        each.send()
    assert _admin(client).control("POST", "/reset").status == 200
    assert [each.find() for each in own] == [[], []]


def test_admin_is_no_account_and_no_account_is_admin(client: Client) -> None:
    assert _admin(client).request("GET", "/sms").status == 401
    assert _admin(client).control("GET", "/clock").status == 401
    assert client.control("GET", "/accounts").status == 401


def test_nobody_is_admin_without_a_token() -> None:
    with serving_config(Config(), ManualClock(NOON)) as client:
        for token in ("", "None", TOKEN):
            headers = {"Authorization": f"Bearer {token}"}
            answer = Client(client.url, headers).control("GET", "/accounts")
            assert (answer.status, "--admin-token" in answer.message) == (401, True)


# --- passwords ------------------------------------------------------------------------------------------


def test_passwords_are_salted() -> None:
    async def work() -> None:
        first, second = await hash_password(b"hunter2"), await hash_password(b"hunter2")
        assert first != second
        assert await is_password(b"hunter2", first)
        assert not await is_password(b"hunter3", first)

    asyncio.run(work())


# --- older files ----------------------------------------------------------------------------------------

_OLD = """
CREATE TABLE sms (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, account TEXT NOT NULL,
  direction TEXT NOT NULL, created INTEGER NOT NULL, due INTEGER, head TEXT NOT NULL, tail TEXT NOT NULL);
CREATE INDEX sms_by_creation ON sms (account, direction, created, hash);
CREATE INDEX sms_by_due ON sms (due) WHERE due IS NOT NULL;
PRAGMA application_id = 0x43534D53;
PRAGMA user_version = 1;
"""


def test_file_of_the_first_schema_is_taken_over(tmp_path: Path) -> None:
    database = tmp_path / "sms.sqlite3"
    with serving_config(Config(), ManualClock(NOON)) as client:
        sms = client.get(client.send(body="from before"))
    connection = sqlite3.connect(database)
    connection.executescript(_OLD)
    cut = '"status":'
    head, _, tail = _json(sms).partition(cut)
    row = (sms["hash"], "emulator", "OUT", NOON // 1000, NOON + 1000, head, cut + tail)
    connection.execute(
        "INSERT INTO sms (hash, account, direction, created, due, head, tail) VALUES (?, ?, ?, ?, ?, ?, ?)",
        row,
    )
    connection.commit()
    connection.close()
    with serving_config(Config(), ManualClock(NOON + 5_000), database) as client:
        (found,) = client.find()
        assert (found["text"], found["status"]) == ("from before", "RECEIVED")
        assert client.get(client.send(body="from now"))["text"] == "from now"


WITH_TRIGRAMS = """
DROP TABLE search_terms;
CREATE VIRTUAL TABLE search_text USING fts5(text, tokenize='trigram');
"""


def test_file_of_the_second_schema_is_searched(tmp_path: Path) -> None:
    database = tmp_path / "sms.sqlite3"
    with serving_config(Config(), ManualClock(NOON), database) as client:
        client.send(body="from before")
    connection = sqlite3.connect(database)
    later = ("searchable", "search_terms", "unsubscribed")
    connection.executescript("".join(f"DROP TABLE {each};" for each in later) + "PRAGMA user_version = 2;")
    connection.close()
    with serving_config(Config(), ManualClock(NOON + 5_000), database) as client:
        client.send(body="from now")
        control = Client(client.url.removesuffix(client.base_path) + "/_emulator")
        found = control.request("GET", "/sms?text=FROM%20B&status=RECEIVED").data["sms"]
        assert [sms["text"] for sms in found] == ["from before"]


def test_file_of_the_fourth_schema_is_searched_by_two_characters(tmp_path: Path) -> None:
    database = tmp_path / "sms.sqlite3"

    def search(client: Client, text: str) -> list[str]:
        control = Client(client.url.removesuffix(client.base_path) + "/_emulator")
        return [sms["text"] for sms in control.request("GET", f"/sms?text={text}").data["sms"]]

    with serving_config(Config(), ManualClock(NOON), database) as client:
        client.send(body="from before")
        assert search(client, "from") == ["from before"]  # it is in the index
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(f"{WITH_TRIGRAMS} PRAGMA user_version = 4;")
    with serving_config(Config(), ManualClock(NOON), database) as client:
        assert search(client, "be") == ["from before"]


def test_file_of_the_third_schema_keeps_who_unsubscribed(tmp_path: Path) -> None:
    database = tmp_path / "sms.sqlite3"
    with serving_config(Config(), ManualClock(NOON), database) as client:
        sms_hash = client.send()
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(f"{WITH_TRIGRAMS} DROP TABLE unsubscribed; PRAGMA user_version = 3;")
    with serving_config(Config(), ManualClock(NOON), database) as client:
        lines = [json.loads(each) for each in export(client).splitlines()]
        client.control("POST", "/reset")
        lines.insert(1, {"kind": "unsubscribed", "number": "+33612345678", "at": NOON})
        assert take_in(client, b"\n".join(_json(each).encode() for each in lines)).data["unsubscribed"] == 1
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (5,)
    with serving_config(Config(), ManualClock(NOON), database) as client:
        assert [json.loads(each) for each in export(client).splitlines()] == lines
        assert client.get(sms_hash)["status"] == "CREATED"


def _json(sms: dict[str, Any]) -> str:
    return json.dumps(sms, separators=(",", ":"))


def test_identifiers_are_uuids_as_python_writes_them() -> None:
    drawn = random.Random(4711)  # noqa: S311 - no secrets
    for _ in range(1000):
        digits = drawn.randbytes(16).hex()
        assert write_uuid(digits) == str(uuid.UUID(hex=digits, version=5))
