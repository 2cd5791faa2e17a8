"""An unlike contract: other names, another envelope, other types. Its client is made, checked and called."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings

from callr_sms_contract.contract.document import Contract
from callr_sms_contract.contract.schemas import Schemas
from generator.generate import generate_into
from generator.reference.page import render
from tests.generator.server import library
from tests.generator.support import GOLDEN, ROOT, imported, make, responding
from tests.together import values
from tests.together.telling import check_copies

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

#: Kept, because checking the standard library and httpx2 takes most of the time.
MYPY_CACHE = ROOT / ".mypy_cache" / "golden"
ID = UUID("8f14e45f-ceea-467f-a8b4-6d1c0d1f2a11")
BOOK: dict[str, Any] = {
    "title": "Solaris",
    "kind": "book",
    "id": str(ID),
    "genre": "space opera",
    "level": 3,
    "published": "1961-01-01",
    "seen": None,
    "cost": "12.50",
    "parts": [{"title": "One", "kind": "book", "id": str(ID), "parts": []}],
    "sequel": None,
    "anything": [1, {"a": None}],
    "to_dict": "dict",
    "self": True,
    "class": "first",
    "unknown": {"kept": True},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("golden") / "client"
    generate_into(GOLDEN / "contract.yaml", GOLDEN / "client.toml", output)
    return output


@pytest.fixture(scope="module")
def shelf(folder: Path) -> Iterator[ModuleType]:
    """The generated package, imported."""
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module("shelf_client")
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == "shelf_client"]:
            del sys.modules[name]


def test_it_is_typed(folder: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own command
        [
            *(sys.executable, "-m", "mypy", "--strict", "--config-file", ""),
            *("--python-version", "3.11", "--cache-dir", str(MYPY_CACHE), "shelf_client"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_it_has_a_reference(folder: Path) -> None:
    page = render(folder, "shelf_client")
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert {"Shelf", "AsyncShelf", "Model.to_dict", "ApiError"} <= set(ids)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_it_is_linted(folder: Path) -> None:
    """By the rules of this repository, but for what odd names and odd words of the contract bring about.

    TID252: `runtime/` is copied into packages of any name, so its imports are relative; the shipped client
    has the same exception. ASYNC109: so it has for the timeout of each call.
    """
    odd = "ASYNC109,TID252,D301,A001,A002,A003,D403,INP001,TC001,TC003,PLR0913,PLR0917,PYI051,RUF100,ICN001,N"
    done = subprocess.run(  # noqa: S603 - our own command
        [
            *(sys.executable, "-m", "ruff", "check", "--no-cache", "--config", str(ROOT / "pyproject.toml")),
            *("--extend-ignore", odd, str(folder)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_lists_and_headers(shelf: ModuleType) -> None:
    with (
        library(200, {"ok": True, "result": [BOOK]}) as (base_url, server),
        shelf.Shelf("t0k3n", base_url=base_url) as client,
    ):
        (book,) = client.books.list(
            x_trace_id="abc123",
            genre=["sci-fi", shelf.Genre.TRUE_CRIME],
            ids=[1, 2],
            list=False,
            shelf_level=-1,
            since=datetime(2024, 3, 19, 13, 0, 0, 500_000, tzinfo=timezone(timedelta(hours=1))),
            filter=shelf.Filter(author="Lem & Co", price=shelf.PriceFilter(max=20)),
        )
    ((method, path, headers, body),) = server.noted
    assert (method, body) == ("GET", b"")
    assert path == (
        "/v2/books?genre=sci-fi&genre=true%20crime&ids=1%2C2&list=false&shelf-level=-1"
        "&since=2024-03-19T12%3A00%3A00.500000Z&filter.author=Lem%20%26%20Co&filter.price.max=20"
    )
    assert (headers["X-Trace-Id"], headers["Authorization"]) == ("abc123", "Bearer t0k3n")
    assert book.to_dict() == BOOK
    assert (book.genre, book.genre.is_known) == ("space opera", False)
    assert (book.level, book.level.is_known) == (3, False)
    assert book.published == date(1961, 1, 1)
    assert str(book.cost) == "12.50"
    assert book.parts[0].parts == ()
    assert (book.sequel, book.seen, book.price) == (None, None, None)
    assert (book.to_dict_, book.self_, book.class_) == ("dict", True, "first")


@pytest.mark.parametrize(("schema", "name"), [("Book", "Book"), ("HTTPNote", "WebNote")])
def test_whatever_the_contract_allows_is_read_without_loss(shelf: ModuleType, schema: str, name: str) -> None:
    contract = Contract.load(GOLDEN / "contract.yaml")
    complaints = partial(Schemas(contract).violations, f"#/components/schemas/{schema}")
    model = getattr(shelf, name)
    fields = [attribute for attribute, item in vars(model).items() if isinstance(item, property)]
    allowed = values.Schemas(contract, is_open=True).values({"$ref": f"#/components/schemas/{schema}"})

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(allowed.filter(lambda value: not complaints(value)))
    def run(document: dict[str, Any]) -> None:
        made = model.from_dict(document)
        check_copies(made, document)
        assert len([getattr(made, attribute) for attribute in fields]) == len(fields)

    run()


def test_one_point_zero_is_an_integer(shelf: ModuleType) -> None:
    """To JSON Schema it is. In Python an integer is an int, and what came is kept."""
    said = {"text": "Hi", "stars": 2.0, "grade": 1.0, "pages": [3.0, None, 4]}
    with (
        library(200, {"ok": True, "result": said}) as (base_url, _),
        shelf.Shelf("t", base_url=base_url) as client,
    ):
        note = client.web_notes.write()
    assert (note.stars, note.grade, note.pages) == (2, 1, (3, None, 4))
    assert [type(each) for each in (note.stars, *note.pages)] == [int, int, type(None), int]
    assert note.grade.is_known
    assert json.dumps(note.to_dict()) == json.dumps(said)
    with pytest.raises(shelf.ArgumentError, match=r"^stars: expected an integer"):
        shelf.WebNote.from_dict({"text": "Hi", "stars": 2.5})


def test_a_form_without_words_is_named_by_its_pattern(shelf: ModuleType) -> None:
    with (
        shelf.Shelf("t", base_url="http://127.0.0.1:1") as client,
        pytest.raises(shelf.ArgumentError) as caught,
    ):
        client.books.list(x_trace_id="A B")
    said = r"x_trace_id: expected text that matches the regular expression ^[a-z\d]+\Z; got 3 characters"
    assert str(caught.value) == f"books.list: {said}"


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"price": {"max": 1, "min": 2}}, "filter.price.min"),
        ({"secret": {"key": "k3y"}}, "filter.secret"),
    ],
)
def test_a_member_without_a_parameter_is_refused(
    shelf: ModuleType, members: dict[str, object], named: str
) -> None:
    with (
        shelf.Shelf("t", base_url="http://127.0.0.1:1") as client,
        pytest.raises(shelf.ArgumentError) as caught,
    ):
        client.books.list(x_trace_id="a", filter=shelf.Filter.from_dict(members))
    assert caught.value.parameter == named
    assert str(caught.value) == (
        f"books.list: {named}: expected None, because this call does not support it; "
        "call books.save_search, which supports it"
    )


def test_null_needs_no_parameter(shelf: ModuleType) -> None:
    with (
        library(200, {"ok": True, "result": []}) as (base_url, server),
        shelf.Shelf("t", base_url=base_url) as client,
    ):
        given = shelf.Filter.from_dict({"price": {"max": 1, "min": None}})
        assert client.books.list(x_trace_id="a", filter=given) == []
    assert server.noted[0][1] == "/v2/books?list=true&filter.price.max=1"


def test_awkward_names_in_a_path(shelf: ModuleType) -> None:
    with (
        library(200, {"ok": True, "result": BOOK}) as (base_url, server),
        shelf.Shelf("t", base_url=base_url) as client,
    ):
        client.books.add("a/b ?", 7, ID, "é", date(2024, 3, 19), title="Solaris", kind="book", tags=["x"])
    ((method, path, _, body),) = server.noted
    assert (method, path) == ("POST", f"/v2/books/a%2Fb%20%3F/7/{ID}/%C3%A9/2024-03-19")
    assert json.loads(body) == {"title": "Solaris", "kind": "book", "tags": ["x"]}


def test_an_array_as_the_body(shelf: ModuleType) -> None:
    with (
        library(201, {"ok": True, "result": 2}) as (base_url, server),
        shelf.Shelf("t", base_url=base_url) as client,
    ):
        drafts = [
            shelf.Draft(title="A", kind="book", price=1.5),
            shelf.Draft(title="B", kind="book", extra={"x": [1]}),
        ]
        assert client.books.replace_all(body=drafts) == 2
        with pytest.raises(shelf.ArgumentError, match="1 to inf items"):
            client.books.replace_all(body=[])
    ((_, _, _, body),) = server.noted
    assert json.loads(body) == [draft.to_dict() for draft in drafts]


def test_no_content(shelf: ModuleType) -> None:
    with library(204, None) as (base_url, server), shelf.Shelf("t", base_url=base_url) as client:
        assert client.books.delete("x", 1, ID, "y", date(2024, 3, 19)) is None
    assert server.noted[0][0] == "DELETE"


@pytest.mark.anyio
async def test_an_anonymous_operation_with_an_optional_body(shelf: ModuleType) -> None:
    note = {"text": "Hi", "stars": None, "more": 1}
    with library(200, {"ok": True, "result": note}) as (base_url, server):
        async with shelf.AsyncShelf("t", base_url=base_url) as client:
            assert (await client.web_notes.write()).to_dict() == note
            await client.web_notes.write(body=shelf.WebNote(text="Hi", stars=5))
    (_, _, headers, empty), (_, _, _, body) = server.noted
    assert "Authorization" not in headers
    assert (empty, json.loads(body)) == (b"", {"text": "Hi", "stars": 5})


NOTHING = (
    *("mood", "grade", "reach", "author", "place", "colours", "pages", "draft", "weight", "day", "key"),
    *("price", "extra", "state"),
)


def test_every_type_may_be_null(shelf: ModuleType) -> None:
    said = {"text": "Hi"} | dict.fromkeys(NOTHING)
    with (
        library(200, {"ok": True, "result": said}) as (base_url, _),
        shelf.Shelf("t", base_url=base_url) as client,
    ):
        note = client.web_notes.write()
    assert [getattr(note, name) for name in NOTHING] == [None] * len(NOTHING)
    assert note.to_dict() == said


def test_what_may_be_null_keeps_its_type(shelf: ModuleType) -> None:
    teacher = shelf.Author(name="Ada", teacher=None)
    note = shelf.WebNote(
        text="Hi",
        mood="glad",
        grade=2,
        reach=shelf.Reach.FEW,
        author=shelf.Author(name="Bea", teacher=teacher),
        place=shelf.WebNotePlace(town=None),
        colours=["red", "blue"],
        pages=[1, None],
        day=date(2024, 3, 19),
        key=ID,
        price=Decimal(12),
        extra={"x": [None]},
    )
    said = {
        "text": "Hi",
        "mood": "glad",
        "grade": 2,
        "reach": "few",
        "author": {"name": "Bea", "teacher": {"name": "Ada", "teacher": None}},
        "place": {"town": None},
        "colours": ["red", "blue"],
        "pages": [1, None],
        "day": "2024-03-19",
        "key": str(ID),
        "price": "12",
        "extra": {"x": [None]},
    }
    assert note.to_dict() == said
    read = shelf.WebNote.from_dict({**said, "mood": "grim", "grade": 9})
    assert (read.mood, read.mood.is_known, read.grade, read.grade.is_known) == ("grim", False, 9, False)
    assert read.author.teacher == teacher
    assert (read.pages, read.price, read.key, read.day) == ((1, None), Decimal(12), ID, date(2024, 3, 19))


@pytest.mark.parametrize(
    "wrong",
    [
        {"mood": "grim"},
        {"grade": 3},
        {"reach": "nobody"},
        {"pages": [0]},
        {"colours": ["red"] * 3},
        {"author": {"name": "Ada"}},
        {"price": Decimal("1.5")},
        {"weight": -1},
        {"never": "then"},
    ],
)
def test_what_may_be_null_is_checked(shelf: ModuleType, wrong: dict[str, object]) -> None:
    with pytest.raises(shelf.ArgumentError, match=next(iter(wrong))):
        shelf.WebNote(text="Hi", **wrong)


@pytest.mark.parametrize("there", [None, [], [{"name": "Ada", "teacher": None}, None]])
def test_a_result_that_may_be_null(shelf: ModuleType, there: object) -> None:
    answer = {"ok": True, "result": there}
    with library(200, answer) as (base_url, server), shelf.Shelf("t", base_url=base_url) as client:
        found = client.web_notes.look_for(reach="all")
    assert server.noted[0][1] == "/v2/notes?reach=all"
    assert found == (there and [shelf.Author(name="Ada", teacher=None), None])


def test_errors_of_another_form(shelf: ModuleType) -> None:
    with (
        library(404, {"ok": False, "error": {"number": 17, "reason": "NO_BOOK [id]"}}) as (base_url, _),
        shelf.Shelf("t", base_url=base_url) as client,
        pytest.raises(shelf.NotFoundError) as caught,
    ):
        client.books.delete("x", 1, ID, "y", date(2024, 3, 19))
    assert (caught.value.code, caught.value.message, caught.value.parameter) == (17, "NO_BOOK [id]", "id")
    assert caught.value.operation == "books.delete"
    assert caught.value.outcome == "refused"
    assert str(caught.value) == "books.delete: HTTP 404 (the API's own words are in .message)"


@pytest.mark.parametrize(
    ("arguments", "parameter"),
    [
        ({"x_trace_id": "abc\r\nX: y"}, "x_trace_id"),
        ({"genre": "sci-fi"}, "genre"),
        ({"genre": ["romance"]}, "genre\\[0\\]"),
        ({"ids": [1, 2, 3, 4]}, "ids"),
        ({"ids": [True]}, "ids\\[0\\]"),
        ({"shelf_level": 5}, "shelf_level"),
        ({"since": datetime(2024, 3, 19)}, "since"),  # noqa: DTZ001 - naive on purpose
        ({"filter": []}, "filter"),
        ({"filter": {"unknown": 1}}, "filter"),
    ],
)
def test_arguments_are_checked(shelf: ModuleType, arguments: dict[str, object], parameter: str) -> None:
    with (
        shelf.Shelf("t", base_url="http://127.0.0.1:1") as client,
        pytest.raises(shelf.ArgumentError, match=parameter),
    ):
        client.books.list(**{"x_trace_id": "a", **arguments})


def test_events_of_another_form(shelf: ModuleType) -> None:
    notice = {"id": "7", "kind": "lent", "when": "2024-03-19T13:00:00+01:00", "again": 2, "book": BOOK}
    body = json.dumps({**notice, "reader": {"mood": "sad"}}).encode()
    event = shelf.webhooks.parse(body, {"SEAL": shelf.webhooks.sign(body, "wax")}, secret="wax")
    assert type(event) is shelf.LentNotice
    assert (event.id, event.kind, event.is_retry, event.book.title) == ("7", "lent", True, "Solaris")
    assert event.reader.mood is shelf.Mood.SAD
    assert event.age(now=datetime(2024, 3, 19, 13, tzinfo=UTC)) == timedelta(hours=1)
    burnt = {**notice, "kind": 'burnt "all"', "book": "Solaris", "date": "2024-03-19"}
    unverified = shelf.webhooks.UNVERIFIED
    event = shelf.webhooks.parse(json.dumps(burnt).encode(), {}, secret=unverified)
    assert (type(event), event.book, event.date) == (shelf.BurntNotice, "Solaris", date(2024, 3, 19))
    other = shelf.webhooks.parse(json.dumps({**notice, "kind": "eaten"}).encode(), {}, secret=unverified)
    assert (type(other), other.kind, other.book) == (shelf.Event, "eaten", BOOK)
    with pytest.raises(shelf.WebhookSignatureError, match="one header Seal"):
        shelf.webhooks.parse(body, {}, secret="wax")


@pytest.mark.parametrize("part", ["", ".", ".."])
def test_a_part_of_a_path_stays_one(shelf: ModuleType, part: str) -> None:
    with (
        shelf.Shelf("t", base_url="http://127.0.0.1:1") as client,
        pytest.raises(shelf.ArgumentError, match="class_"),
    ):
        client.books.delete(part, 1, ID, "y", date(2024, 3, 19))


def test_the_least_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No envelope, no credentials, no tags, no operationId, no server."""
    schema = {
        "type": "object",
        "required": ["list"],
        "properties": {
            "list": {"type": "array", "items": {"$ref": "#/components/schemas/Day"}},
            "date": {"type": "string", "format": "date"},
            "property": {"type": "string"},
        },
    }
    document = responding(schema, Day={"type": "string", "format": "date"})
    pong_of_server = {"list": ["2024-03-19"], "date": "2024-03-19"}
    with (
        imported(make(tmp_path, document)) as client_package,
        library(200, pong_of_server) as (base_url, server),
    ):
        monkeypatch.setenv("LEAST_BASE_URL", base_url)
        with client_package.Least.from_env() as client:
            pong = client.default.get_ping()
    assert (pong.list, pong.date, pong.property_) == ((date(2024, 3, 19),), date(2024, 3, 19), None)
    assert server.noted[0][:2] == ("GET", "/v2/ping")


@pytest.mark.parametrize(
    "given",
    [
        {"weight": 0},
        {"weight": 0.5},
        {"pages": []},
        {"pages": [1, None]},
        {"colours": []},
        {"colours": ["red", "red"]},
        {"place": {"town": "x" * 20}},
        {"price": Decimal(0)},
        {"price": Decimal("1E+3")},
        {"extra": {"x": float(1)}},
    ],
)
def test_the_last_value_that_is_accepted(shelf: ModuleType, given: dict[str, Any]) -> None:
    if "place" in given:
        given = {"place": shelf.WebNotePlace(**given["place"])}
    (name,) = given
    sent = shelf.WebNote(text="Hi", **given).to_dict()[name]
    read = getattr(shelf.WebNote.from_dict({"text": "Hi", name: sent}), name)
    assert read == (tuple(given[name]) if isinstance(given[name], list) else given[name])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"weight": -0.5}, "weight: expected a number of at least 0"),
        ({"weight": True}, "weight: expected a float, got bool"),
        ({"weight": float("nan")}, "weight: expected a finite number"),
        ({"weight": float("inf")}, "weight: expected a finite number"),
        ({"weight": "1"}, "weight: expected a float, got str"),
        ({"pages": [0]}, "pages[0]: expected a number of at least 1"),
        ({"pages": [1, 1.0]}, "pages[1]: expected an int, got float"),
        ({"pages": [True]}, "pages[0]: expected an int, got bool"),
        ({"pages": "12"}, "pages: expected a sequence, got str"),
        ({"pages": b"12"}, "pages: expected a sequence, got bytes"),
        ({"pages": {1: 2}}, "pages: expected a sequence, got dict"),
        ({"colours": ["red", "blue", "red"]}, "colours: expected 0 to 2 items, got 3"),
        ({"colours": ["green"]}, "colours[0]: expected one of red, blue"),
        ({"grade": 0}, "grade: expected one of 1, 2"),
        ({"grade": True}, "grade: expected one of 1, 2"),
        ({"draft": 1}, "draft: expected True or False, got int"),
        ({"day": datetime(2024, 3, 19, tzinfo=UTC)}, "day: expected a date, got datetime"),
        ({"key": str(ID)}, "key: expected a UUID, got str"),
        ({"price": Decimal("NaN")}, "price: expected a finite number"),
        ({"price": 12}, "price: expected a Decimal, got int"),
        ({"extra": []}, "extra: expected a dict, got list"),
        ({"extra": {"x": {1}}}, "extra: expected JSON: set is not JSON"),
        ({"extra": {"x": float("nan")}}, "extra: expected JSON: float is not JSON"),
        ({"extra": {1: 2}}, "extra: expected JSON: int cannot be the name of a property"),
    ],
)
def test_the_first_value_that_is_refused(shelf: ModuleType, given: dict[str, Any], said: str) -> None:
    with pytest.raises(shelf.ArgumentError) as caught:
        shelf.WebNote(text="Hi", **given)
    assert str(caught.value) == said


@pytest.mark.parametrize("value", ["a", "0", "a0b"])
def test_a_header_that_is_accepted(shelf: ModuleType, value: str) -> None:
    with (
        library(200, {"ok": True, "result": []}) as (base_url, server),
        shelf.Shelf("t0k3n~!", base_url=base_url) as client,
    ):
        assert client.books.list(x_trace_id=value, ids=[], genre=[]) == []
    headers = server.noted[0][2]
    assert (headers["X-Trace-Id"], headers["Authorization"]) == (value, "Bearer t0k3n~!")


@pytest.mark.parametrize("token", ["", "a b", " a", "a ", "a\n", "é", "\x7f"])
def test_a_token_that_no_header_can_carry(shelf: ModuleType, token: str) -> None:
    with pytest.raises(shelf.ConfigurationError) as caught:
        shelf.Shelf(token)
    assert str(caught.value) == "token: expected printable ASCII without spaces"


@pytest.mark.parametrize("constant", [1, "true", None, False])
def test_a_constant_has_its_type(shelf: ModuleType, constant: object) -> None:
    answer = {"ok": constant, "result": BOOK}
    with (
        library(200, answer) as (base_url, _),
        shelf.Shelf("t", base_url=base_url) as client,
        pytest.raises(shelf.ProtocolError) as caught,
    ):
        client.books.add("a", 1, ID, "b", date(2024, 3, 19), title="Solaris", kind="book")
    assert str(caught.value) == "books.add: HTTP 200: ok: expected True in a response of this status"
    with pytest.raises(shelf.ArgumentError) as wrong:
        shelf.Draft(title="Solaris", kind=constant)
    assert str(wrong.value) == "kind: expected 'book'"


@pytest.mark.parametrize("spelling", ["1961-1-01", "1961-01-01T00:00:00", "1961-02-29", " 1961-01-01", ""])
def test_a_day_of_another_form(shelf: ModuleType, spelling: str) -> None:
    book = shelf.Book.from_dict({**BOOK, "published": spelling})
    with pytest.raises(shelf.ProtocolError, match=r"^Book\.published: "):
        _ = book.published
    assert book.to_dict()["published"] == spelling


@pytest.mark.parametrize(
    ("written", "cost"),
    [("0", "0"), ("-0.10", "-0.10"), ("007.80", "7.80"), ("1", "1"), ("9" * 40, "9" * 40)],
)
def test_a_decimal_keeps_its_places(shelf: ModuleType, written: str, cost: str) -> None:
    assert str(shelf.Book.from_dict({**BOOK, "cost": written}).cost) == cost


@pytest.mark.parametrize("written", ["+1", ".5", "5.", "1e3", "1_0", " 1", "1\n", "--1", ""])
def test_a_decimal_of_another_form(shelf: ModuleType, written: str) -> None:
    book = shelf.Book.from_dict({**BOOK, "cost": written})
    with pytest.raises(shelf.ProtocolError) as caught:
        _ = book.cost
    assert str(caught.value) == "Book.cost: not a decimal number"
