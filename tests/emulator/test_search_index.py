"""The search index: it finds what a look at every SMS finds, and reads no more than that."""

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from callr_sms_emulator import NewSms, SqliteStore, Store, open_store
from callr_sms_emulator._sms import (
    Criteria,
    Direction,
    Message,
    Progress,
    SmsList,
    SmsScan,
    SmsUpdate,
    compile_pattern,
    read_searchable,
    write_head,
    write_tail,
)
from callr_sms_emulator._sms.records import DueSms
from callr_sms_emulator._storage.postgresql import search as postgresql_search
from callr_sms_emulator._storage.postgresql.driver import Connection
from callr_sms_emulator._storage.postgresql.store import PostgresqlStore
from callr_sms_emulator._storage.searching import CHUNK
from callr_sms_emulator._storage.sqlite import search
from tests.emulator.databases import PostgresqlDatabase, database_of

DATE = "2024-03-30 12:00:00"
EVERY = 10**6
DIRECTIONS: tuple[Direction, ...] = ("IN", "OUT")
TEXTS = (
    "Your code is 482 913",
    "Bonjour Élodie, l'été",
    "STRASSE straße \u017ftraße",
    'a "quoted" AND (odd) * text',
    "before\0after",
    "\ue000\ue001\ue002 private",
    "ﬁne print",
    "안녕하세요",
    "ΣΊΣΥΦΟΣ",
    "x",
    "İstanbul",
    "e\u0301 decomposed",
)
PIECES = (
    *(
        "code",
        "CODE is",
        "élodie",
        "ELODIE",
        "été",
        "strasse",
        "SSE",
        '"quoted"',
        "AND",
        "*",
        "e\0a",
        "after",
    ),
    *(
        "\ue000\ue001\ue002",
        "fin",
        "ﬁne",
        "녕하세",
        "σίσυφος",
        "x",
        "i\u0307stan",
        "stan",
        "é dec",
        "e dec",
        " ",
    ),
)


@pytest.fixture(params=["file", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = open_store(database_of(request.param, request, tmp_path))
    yield made
    made.close()


def _sms(
    number: int,
    text: str,
    account: str = "a",
    status: str = "CREATED",
    created: int = 1_711_800_000_000,
) -> NewSms:
    message = Message(
        type="OUT" if number % 2 else "IN",
        hash=f"{number:08}",
        sender="Shop" if number % 3 else "",
        to=f"+4477009{number % 7:05}",
        text=text,
        options=None,
        encoding="GSM",
        user_data=f"order-{number}",
        b_customer_mode="POSTPAID",
        b_customer_debit="0.00",
        network="",
        parts=1,
        nature="MARKETING",
        date_creation=DATE,
    )
    head, tail = write_head(message), write_tail(Progress(status=status, date_update=DATE))
    due = 5 if status == "CREATED" else None
    return NewSms(message.hash, account, message.type, created, due, head, tail)


async def _index(store: Store) -> None:
    while not await store.index():
        pass


async def _search(store: Store, criteria: Criteria, account: str = "a") -> list[str]:
    """Search with the index, and compare with a look at every SMS."""
    scan = SmsScan(
        account,
        type=criteria.type,
        sender=criteria.sender,
        to=criteria.to,
        status=criteria.status,
        pieces=criteria.pieces,
    )

    def accept(sms: bytes) -> bool:
        return criteria.accepts(read_searchable(sms))

    await _index(store)
    found = await store.scan(scan, accept, EVERY, EVERY)
    every = [each for kind in DIRECTIONS for each in await _all_of(store, account, kind)]
    wanted = {each["hash"]: each for each in every if accept(json.dumps(each).encode())}
    assert {each["hash"]: each for each in (json.loads(row.sms) for row in found.rows)} == wanted
    assert len(found.rows) == len(wanted)
    numbers = [row.id for row in found.rows]
    assert numbers == sorted(numbers, reverse=True)
    return [read_searchable(row.sms).text for row in found.rows]


async def _all_of(store: Store, account: str, direction: Direction) -> list[dict[str, str]]:
    part = await store.read_list(
        SmsList(account, direction, (0, ""), EVERY**2, 0, EVERY), lambda sms: sms.head
    )
    found: list[dict[str, str]] = json.loads(b"[%b]" % part.sms)
    return found


async def _fill(store: Store, texts: tuple[str, ...] = TEXTS) -> None:
    for number, text in enumerate(texts):
        await store.add(_sms(number, text))


@pytest.mark.parametrize(
    ("pattern", "pieces"),
    [
        (r"Your code is \d+ 913$", ("Your code is ", " 913")),
        (r"Bonjours? Élo", ("Bonjour", " Élo")),
        (r"Bo{1}njo+ur{1,2}?.*", ("B", "njo", "u")),
        (r"co+?de*+ ?is{0}", ("c", "d", "i")),
        (r"[a-z]{3}e[\]x]?\b{0}", ()),
        (r"[\s\]]é+té*", ("é", "t")),
        (r"stra(ss)?e|x", ()),
        (r"Your (code) is (?:(\d+) )(9|8)13+(x|y)?", ("Your code is ", " ", "13")),
        (r"stra(?:ss|ß)e", ("stra", "e")),
        (r"st(r(a)){1}ße(x)*", ("st", "ße")),
        (r"(?i)BONJOUR", ()),
        (r"(?P<name>Bonjour) É", ()),
        (r"[]'x]été", ()),
        (r"\x78", ()),
        (r"\(odd\)( text|\(|)", ("odd",)),
        (r"ﬁne", ("ﬁne",)),
        (r"[^a]\*+ text", (" text",)),
        ("e\u0301 de", ("e\u0301 de",)),
    ],
)
def test_a_pattern_is_searched_by_its_literals(store: Store, pattern: str, pieces: tuple[str, ...]) -> None:
    compiled = compile_pattern(pattern)
    assert compiled.pieces == pieces

    async def work() -> None:
        await _fill(store, (*TEXTS, "Bonjouuuur Élodie", "codi", "] ééét"))
        assert await _search(store, Criteria(pattern=compiled))

    asyncio.run(work())


def test_each_piece_of_a_text_is_found(store: Store) -> None:
    async def work() -> None:
        await _fill(store)
        for piece in PIECES:
            by_text = await _search(store, Criteria(text=piece))
            assert by_text or piece in {"ELODIE", "é dec", "e dec"}
            assert await _search(store, Criteria(words=piece)) or not by_text
        for text in TEXTS:
            assert text in await _search(store, Criteria(text=text))
            assert text in await _search(store, Criteria(words=text))

    asyncio.run(work())


def test_criteria_narrow_each_other(store: Store) -> None:
    async def work() -> None:
        await _fill(store, TEXTS * 5)
        for kind in (None, "IN", "OUT"):
            for sender in (None, "", "Shop"):
                for to in (None, "+447700900002"):
                    for text in (None, "code", "x"):
                        await _search(store, Criteria(type=kind, sender=sender, to=to, text=text))

    asyncio.run(work())


def test_a_status_is_that_of_now(store: Store) -> None:
    def move(_sms: DueSms, _now: int, _wanted: object) -> SmsUpdate:
        return SmsUpdate(write_tail(Progress(status="SENT", date_update=DATE)), None, [])

    async def work() -> None:
        await _fill(store, ("indexed before",))
        assert await _search(store, Criteria(status="CREATED")) == ["indexed before"]
        await store.add(_sms(10, "indexed after"))
        await store.advance("a", 5, move, 10, notify=False)
        assert await _search(store, Criteria(status="CREATED")) == []
        assert await _search(store, Criteria(status="SENT")) == ["indexed after", "indexed before"]

    asyncio.run(work())


@pytest.mark.parametrize("most", [0, 10_000])
def test_what_was_removed_is_not_found_under_its_number(
    store: Store, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_MOST_FORGOTTEN", most)

    async def work() -> None:
        await store.add(_sms(0, "of another account", account="b"))
        await store.add(_sms(1, "removed"))
        assert await _search(store, Criteria(text="removed")) == ["removed"]
        await store.accounts.empty("a", b"{}")
        await store.add(_sms(2, "new"))
        assert await _search(store, Criteria(text="removed")) == []
        assert await _search(store, Criteria(text="new")) == ["new"]
        assert await _search(store, Criteria(text="another"), "b") == ["of another account"]

    asyncio.run(work())


def test_many_candidates_come_in_parts(store: Store) -> None:
    async def work() -> None:
        await asyncio.gather(*(store.add(_sms(number, "hay")) for number in range(1, 1200)))
        await _index(store)
        seen: list[bytes] = []

        def look(sms: bytes) -> bool:
            seen.append(sms)
            return False

        found = await store.scan(SmsScan("a", pieces=("hay",)), look, 1, 600)
        assert (len(found.rows), len(seen)) == (0, 1001)
        assert found.rest is not None
        rest = await store.scan(SmsScan("a", pieces=("hay",), below=found.rest), look, 1, 600)
        assert (rest.rest, len(seen), len(set(seen))) == (None, 1199, 1199)

    asyncio.run(work())


@pytest.mark.parametrize("text", ["q", "Q", "qu", "~", '"~', "\0", "ž", "語", "語~", "\ue071"])
def test_one_or_two_characters_are_found_without_reading_the_others(store: Store, text: str) -> None:
    async def work() -> None:
        await asyncio.gather(*(store.add(_sms(number, "hay")) for number in range(1, 50)))
        await store.add(_sms(50, f"in front {text} behind"))
        await store.add(_sms(51, f"at the end {text}"))
        await _index(store)
        seen: list[bytes] = []

        def look(sms: bytes) -> bool:
            seen.append(sms)
            return True

        criteria = Criteria(text=text)
        await store.scan(SmsScan("a", pieces=criteria.pieces), look, EVERY, EVERY)
        assert len(seen) == 2
        assert len(await _search(store, criteria)) == 2

    asyncio.run(work())


@pytest.mark.parametrize("many", [1, 3, 100])
def test_what_is_not_among_the_newest_is_found(
    store: Store, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_search, "_NEWEST_LOOKED_AT", 4)
    monkeypatch.setattr(postgresql_search, "_MANY", many)
    monkeypatch.setattr(postgresql_search, "CHUNK", 6)

    async def work() -> None:
        await _fill(store, TEXTS * 3)
        for number in range(3):
            await store.add(_sms(number, "of another account", "b"))
        for text in ("code", "x", "strasse", "nowhere", None):
            for status in ("CREATED", "SENT", None):
                await _search(store, Criteria(text=text, status=status))
                await _search(store, Criteria(text=text, status=status, type="IN"))
        await store.add(_sms(100, "later", created=1_711_900_000_000))
        await asyncio.gather(*(store.add(_sms(number, "newer")) for number in range(101, 106)))
        await _index(store)
        for since in (1_711_800_000, 1_711_900_000):
            scan = SmsScan("a", since=since)
            found = await store.scan(scan, lambda sms: b"later" in sms, EVERY, EVERY)
            assert [read_searchable(row.sms).text for row in found.rows] == ["later"]

    asyncio.run(work())


def test_sms_that_come_and_go_during_a_search_hide_no_other_and_repeat_none(
    postgresql: PostgresqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After its first statement, some of the newest are removed, or others are indexed."""
    monkeypatch.setattr(postgresql_search, "_NEWEST_LOOKED_AT", 4)

    async def work(store: PostgresqlStore, change: Callable[[], Awaitable[None]]) -> list[int]:
        await asyncio.gather(*(store.add(_sms(number, "code")) for number in range(10)))
        await _index(store)

        async def search(connection: Connection) -> list[int]:
            meddled = cast("Connection", _Meddling(connection, change))
            found = await postgresql_search.read_candidates(SmsScan("a", pieces=("code",)), EVERY, meddled)
            return [row.id for row in found.rows]

        return await store._database.read(search)  # noqa: SLF001 - to come between its statements

    url = postgresql.empty()
    store = open_store(url)
    other = open_store(url)
    assert isinstance(store, PostgresqlStore)
    added = iter(range(100, 200))

    async def add() -> None:
        await asyncio.gather(*(other.add(_sms(next(added), "code")) for _ in range(3)))
        await _index(other)

    async def remove() -> None:
        newest = await other.scan(SmsScan("a"), lambda _sms: True, 2, EVERY)
        await other.remove([row.id for row in newest.rows])

    try:
        found = asyncio.run(work(store, add))
        assert found == [*range(10, 0, -1)]
        asyncio.run(other.accounts.empty("a", b"{}"))
        found = asyncio.run(work(store, remove))
        left = [row.id for row in asyncio.run(other.scan(SmsScan("a"), lambda _sms: True, EVERY, EVERY)).rows]
        assert set(left) <= set(found)
    finally:
        store.close()
        other.close()


async def _no_change() -> None:
    pass


class _Meddling:
    """A connection; after its first statement, something else happens."""

    def __init__(self, connection: Connection, change: Callable[[], Awaitable[None]]) -> None:
        self._connection, self._change = connection, change

    def __getattr__(self, name: str) -> Callable[..., Awaitable[object]]:
        async def run(*arguments: object) -> object:
            found: object = await getattr(self._connection, name)(*arguments)
            change, self._change = self._change, _no_change
            await change()
            return found

        return run


def test_older_sms_are_found_by_their_terms(postgresql: PostgresqlDatabase) -> None:
    open_store(postgresql.empty()).close()
    postgresql.execute(
        "INSERT INTO searchable SELECT id, 'a', 1, 'SENT', ARRAY[id] FROM generate_series(1, 20000) AS id"
    )
    statement = vars(postgresql_search)["_OLDER_BY_TERMS"].format(criteria=" AND terms @> ARRAY[1]")
    for place, value in enumerate(("'a'", "20000", "0", "51"), 1):
        statement = statement.replace(f"${place}", value)
    for known in ("nothing", "all"):
        plan = postgresql.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        assert "searchable_by_terms" in str(plan), f"the server knows {known} of the table"
        postgresql.execute("ANALYZE searchable")


SCANS = (
    SmsScan("a"),
    SmsScan("a", type="OUT", sender="", to="+447700900001", pieces=("code",)),
    SmsScan("a", status="SENT"),
    SmsScan("a", type="OUT", status="SENT", since=1_711_800_000),
)


def test_no_statement_reads_a_whole_table(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "sms.sqlite3")
    statements: list[str] = []

    def explain(connection: sqlite3.Connection) -> list[str]:
        for account in ("a", "b"):  # more than one part of each, so that every source is looked at
            rows = [_sms(number, "code", account, "SENT") for number in range(CHUNK + 1)]
            for row in rows:
                search_row = (row.hash, account, row.direction, row.created // 1000, row.head, row.tail)
                connection.execute(
                    "INSERT INTO sms (hash, account, direction, created, head, tail) VALUES (?,?,?,?,?,?)",
                    search_row,
                )
        while not search.extend(connection):
            pass
        connection.set_trace_callback(statements.append)
        assert search.is_complete(connection)
        search.extend(connection)
        search.set_statuses(connection, [(1, b'"status":"SENT",')])
        for scan in SCANS:
            search.read_candidates(scan, CHUNK, connection)
        search.forget(connection, [1, 2])
        search.forget_account(connection, "b")
        connection.set_trace_callback(None)
        ours = [each for each in dict.fromkeys(statements) if not each.startswith("--")]
        return [
            f"{plan.decode()} in {each}"
            for each in ours
            for *_, plan in connection.execute(f"EXPLAIN QUERY PLAN {each}")
        ]

    async def work() -> list[str]:
        return await store._database.write(explain)  # noqa: SLF001 - the plans of this connection

    plans = asyncio.run(work())
    store.close()
    assert len(plans) > len(SCANS)
    # A virtual table is never said to be searched: with an index it has a number other than 0.
    accepted = ("SCAN CONSTANT ROW", "SCAN moved", "SCAN wanted VIRTUAL", "SCAN gone VIRTUAL")
    whole = [each for each in plans if each.startswith("SCAN") and not each.startswith(accepted)]
    by_terms = [each for each in whole if each.startswith("SCAN search_terms VIRTUAL TABLE INDEX")]
    assert len(by_terms) >= 2
    assert [each for each in whole if each not in by_terms or "INDEX 0:" in each] == []
