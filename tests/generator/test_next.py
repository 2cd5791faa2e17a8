"""A contract as the vendor's next version may be: its client is made, type-checked and called."""

from __future__ import annotations

import email
import importlib
import json
import subprocess
import sys
import warnings
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from generator.generate import generate_into
from tests.generator.server import Library, library
from tests.generator.support import GOLDEN, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

MYPY_CACHE = ROOT / ".mypy_cache" / "golden"
MESSAGE: dict[str, Any] = {
    "sid": "abcdef12",
    "sent_at": "2024-03-19T13:00:00+01:00",
    "day": "2024-03-19",
    "status": "remote-queued",
    "target": {"kind": "phone", "number": "+33612345678"},
    "prices": {"EUR": 0.5},
    "links": {"owner": {"id": 1, "name": "Ada", "phone": None}},
    "reference": 7,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("next") / "client"
    generate_into(GOLDEN / "next.yaml", GOLDEN / "next.toml", output)
    return output


@pytest.fixture(scope="module")
def package(folder: Path) -> Iterator[ModuleType]:
    """The generated package, imported."""
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module("next_client")
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == "next_client"]:
            del sys.modules[name]


@contextmanager
def serving(package: ModuleType, status: int, answer: object) -> Iterator[tuple[Any, type[Library]]]:
    """Serve one response; yields a client, and the class that notes the requests."""
    with library(status, answer) as (base_url, server), package.Next("k", base_url=base_url) as client:
        yield client, server


def test_it_is_typed(folder: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own command
        [
            *(sys.executable, "-m", "mypy", "--strict", "--config-file", ""),
            *("--python-version", "3.11", "--cache-dir", str(MYPY_CACHE), "next_client"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_a_key_in_a_header_and_parameters_of_all_kinds(package: ModuleType) -> None:
    page = {"items": [MESSAGE], "meta": {"next": None}}
    with serving(package, 200, page) as (client, server):
        found = client.messages.list(
            status=[package.Status.REMOTE_QUEUED, "+"], tags=["a", "b"], x_trace="t 1", limit=1
        )
        with pytest.warns(DeprecationWarning, match=r"^messages\.list: old is deprecated$"):
            client.messages.list(old=True)
    _, path, headers, _ = server.noted[0]
    assert path == "/v2/messages?limit=1&status=remote-queued&status=%2B&tags=a%2Cb"
    assert (headers["X-Api-Key"], headers["X-Trace"], headers["Accept"]) == ("k", "t 1", "application/json")
    assert "Authorization" not in headers
    (message,) = found.items
    assert message.sent_at == datetime(2024, 3, 19, 12, tzinfo=UTC)
    assert (message.day, message.status) == (date(2024, 3, 19), package.Status.REMOTE_QUEUED)
    assert message.target == package.PhoneTarget(kind="phone", number="+33612345678")
    assert (message.prices, message.reference) == ({"EUR": 0.5}, 7)
    assert message.links["owner"].to_dict() == MESSAGE["links"]["owner"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"limit": 0}, "limit: expected a number above 0"),
        ({"limit": 101}, "limit: expected a number of at most 100"),
        ({"status": ["+", "+"]}, "status: expected items that differ from each other"),
        ({"status": ["sent"]}, r"status\[0\]: expected one of created, remote-queued"),
    ],
)
def test_parameters_are_checked(package: ModuleType, arguments: dict[str, Any], said: str) -> None:
    with (
        package.Next("k", base_url="http://127.0.0.1:1") as client,
        pytest.raises(package.ArgumentError, match=f"^messages.list: {said}"),
    ):
        client.messages.list(**arguments)


def test_each_value_of_an_enum_has_a_name(package: ModuleType) -> None:
    named = {name: value for name, value in vars(package.Status).items() if name.isupper()}
    assert named == {
        "CREATED": "created",
        "REMOTE_QUEUED": "remote-queued",
        "REMOTE_QUEUED_2": "remote_queued",
        "DELIVERED": "Delivered",
        "DELIVERED_2": "delivered",
        "VALUE_5": "+",
        "VALUE_6": "",
    }


@pytest.mark.parametrize(
    ("status", "answer", "name"),
    [(201, MESSAGE, "Message"), (202, {"at": "2030-01-01T00:00:00Z"}, "Scheduled")],
)
def test_each_status_of_success_has_its_result(
    package: ModuleType, status: int, answer: object, name: str
) -> None:
    target = package.GroupTarget(kind="group", members=["+33612345678"])
    moment = datetime(2030, 1, 1, 1, 2, 3, 4, tzinfo=UTC)
    with serving(package, status, answer) as (client, server):
        found = client.messages.send(
            to=target, text="Hi", at=moment, weight=0.3, labels={"a": "b"}, reference="x"
        )
    assert type(found).__name__ == name
    assert json.loads(server.noted[0][3]) == {
        "to": {"kind": "group", "members": ["+33612345678"]},
        "text": "Hi",
        "at": "2030-01-01T01:02:03.000004Z",
        "weight": 0.3,
        "labels": {"a": "b"},
        "reference": "x",
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"to": {"kind": "fax"}}, "to: expected an object whose kind is one of phone, group"),
        ({"to": {"kind": "group", "members": []}}, "to.members: expected 1 to inf items, got 0"),
        ({"to": "+33612345678"}, "to: expected an object whose kind"),
        ({"weight": 0.25}, "weight: expected a multiple of 0.1"),
        ({"weight": 2.0}, "weight: expected a number below 2"),
        ({"labels": {"a": "longer"}}, "labels"),
        ({"labels": {1: "a"}}, "labels: expected names that are str, got int"),
        ({"labels": []}, "labels: expected a mapping, got list"),
        ({"reference": "long"}, "reference: expected at most 3 characters"),
        ({"reference": 1.5}, "reference: expected a str, got float; or expected an int, got float"),
    ],
)
def test_a_body_is_checked(package: ModuleType, arguments: dict[str, Any], said: str) -> None:
    given = {"to": {"kind": "phone", "number": "+1"}, "text": "Hi", **arguments}
    with (
        package.Next("k", base_url="http://127.0.0.1:1") as client,
        pytest.raises(package.ArgumentError) as caught,
    ):
        client.messages.send(**given)
    assert str(caught.value).removeprefix("messages.send: ").startswith(said)


def test_an_empty_204_is_none(package: ModuleType) -> None:
    with serving(package, 204, None) as (client, _):
        assert client.messages.read("abcdef12") is None
        with pytest.warns(DeprecationWarning, match=r"^messages\.delete is deprecated$") as noted:
            client.messages.delete("abcdef12")
    assert noted[0].filename == __file__


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        ({}, {}),
        ({"note": None}, {"note": None}),
        ({"note": "x", "priority": 2}, {"note": "x", "priority": 2}),
        ({"contact": {"name": "Ada", "phone": None}}, {"contact": {"name": "Ada", "phone": None}}),
        ({"contact": {"name": "Ada"}}, {"contact": {"name": "Ada"}}),
    ],
)
def test_a_patch_tells_null_from_absent(package: ModuleType, arguments: dict[str, Any], sent: object) -> None:
    with serving(package, 200, None) as (client, server):
        assert client.messages.update("abcdef12", **arguments) is None
    _, _, headers, body = server.noted[0]
    assert (json.loads(body), headers["Content-Type"]) == (sent, "application/merge-patch+json")


def test_what_is_left_out_of_a_patch(package: ModuleType) -> None:
    unset = package.UNSET
    assert (bool(unset), repr(unset)) == (False, "UNSET")
    assert package.Contact(name="Ada").to_dict() == {"name": "Ada"}
    assert package.Contact(name="Ada", phone=None).to_dict() == {"name": "Ada", "phone": None}
    with pytest.raises(package.ArgumentError, match="contact: expected a dict without other keys"):
        package.Next("k").messages.update("abcdef12", contact={"name": "Ada", "id": 1})
    with pytest.raises(package.ArgumentError, match="priority: expected an int, got None"):
        package.Next("k").messages.update("abcdef12", priority=None)
    received = package.Contact.from_dict({"id": 1, "name": "Ada"})
    with serving(package, 200, None) as (client, server):
        client.messages.update("abcdef12", contact=received)
    assert (received.id, json.loads(server.noted[0][3])) == (1, {"contact": {"name": "Ada"}})


@pytest.mark.anyio
async def test_pages(package: ModuleType) -> None:
    pages = {
        "": {"items": [MESSAGE, MESSAGE], "meta": {"next": "b"}},
        "b": {"items": [], "meta": {"next": "c"}},
        "c": {"items": [MESSAGE]},
        "x": {"items": [], "meta": {"next": "x"}},
    }
    asked: list[str] = []

    def answer(request: Any) -> Any:  # noqa: ANN401 - classes of a generated package
        asked.append(dict(parse_qsl(urlsplit(request.url).query)).get("cursor", ""))
        return package.Response.of_json(pages[asked[-1]])

    client = package.Next("k", transport=package.MockTransport(answer))
    found = client.messages.iterate(limit=2)
    assert asked == []
    assert [item.sid for item in found] == ["abcdef12"] * 3
    assert asked == ["", "b", "c"]
    with pytest.raises(package.ArgumentError, match="limit"):
        client.messages.iterate(limit=0)
    other = package.AsyncNext("k", transport=package.AsyncMockTransport(answer))
    assert len([item async for item in other.messages.iterate()]) == len(found_sids(pages))
    pages["c"] = pages["x"]
    with pytest.raises(package.ProtocolError, match="never ends"):
        list(client.messages.iterate())


def found_sids(pages: dict[str, Any]) -> list[str]:
    return [item["sid"] for page in pages.values() for item in page["items"]]


def test_a_file_is_uploaded(package: ModuleType) -> None:
    with serving(package, 201, "m1") as (client, server):
        upload = package.Upload(b"\x00\r\n--x", name='a"b\n.png', media_type="image/png")
        assert (
            client.media.upload(
                file=upload, title="Grüße", more=[b"1", b"2"], labels=["x", "y"], about={"a": "b"}
            )
            == "m1"
        )
        assert repr(upload) == "Upload(media_type='image/png')"
        with pytest.raises(package.ArgumentError, match="file: expected bytes or an Upload"):
            client.media.upload(file="text", title="")
    _, _, headers, body = server.noted[0]
    message = email.message_from_bytes(
        b"Content-Type: " + headers["Content-Type"].encode() + b"\r\n\r\n" + body
    )
    parts: Any = message.get_payload()
    assert [part.get_param("name", header="content-disposition") for part in parts] == [
        *("file", "title", "more", "more", "labels", "labels", "about")
    ]
    assert [part.get_payload(decode=True) for part in parts] == [
        *(b"\x00\r\n--x", "Grüße".encode(), b"1", b"2", b"x", b"y", b'{"a":"b"}')
    ]
    assert (parts[0].get_content_type(), parts[0].get_filename()) == ("image/png", "a%22b%0A.png")


def test_a_file_is_downloaded_and_replaced(package: ModuleType) -> None:
    content = bytes(range(256))
    with serving(package, 200, content) as (client, server):
        assert client.media.download("m1") == content
        assert client.media.with_raw_response.download("m1").parse() == content
        with pytest.raises(package.ProtocolError, match="expected text in UTF-8, got 256 other bytes"):
            client.media.replace("m1", body=b"x")
    assert server.noted[0][2]["Accept"] == "image/png"
    with serving(package, 200, "done é".encode()) as (client, server):
        assert client.media.replace("m1", body=content) == "done é"
    _, _, headers, body = server.noted[0]
    assert (body, headers["Content-Type"], "X-Api-Key" in headers) == (content, "image/png", False)


def test_a_form(package: ModuleType) -> None:
    with serving(package, 204, None) as (client, server):
        client.media.make_token(scope=["a b", "c&d"], ttl=5)
    _, _, headers, body = server.noted[0]
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert body == b"scope=a+b&scope=c%26d&ttl=5"


def test_an_error_of_any_form(package: ModuleType) -> None:
    with serving(package, 404, b"<html>") as (client, _), pytest.raises(package.NotFoundError) as caught:
        client.messages.read("abcdef12")
    assert caught.value.response.body == b"<html>"


def test_an_object_of_a_kind_is_one_of_its_class(package: ModuleType) -> None:
    message = package.Message.from_dict({**MESSAGE, "target": {"kind": "group", "members": []}})
    assert message.target.members == ()


def test_an_object_of_a_new_kind_is_a_dict(package: ModuleType) -> None:
    """A copy of it, which no `repr` shows."""
    target = {"kind": "fax", "line": ["secret"]}
    message = package.Message.from_dict({**MESSAGE, "target": target})
    message.target["line"].append("changed")
    assert message.target == message.to_dict()["target"] == target
    assert "secret" not in repr(message)


@pytest.mark.parametrize(
    "wrong",
    [
        {"target": {"kind": "phone"}},
        {"target": {}},
        {"prices": {"EUR": "0.5"}},
        {"links": {"owner": {"id": "1", "name": "Ada"}}},
        {"reference": 1.5},
    ],
)
def test_a_response_is_checked(package: ModuleType, wrong: dict[str, Any]) -> None:
    with pytest.raises(package.ProtocolError, match=next(iter(wrong))):
        package.Message.from_dict({**MESSAGE, **wrong})


def test_a_deprecated_property_brings_a_warning(package: ModuleType) -> None:
    with serving(package, 202, {"at": "2030-01-01T00:00:00Z"}) as (client, _):
        to = {"kind": "phone", "number": "+1"}
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            client.messages.send(to=to, text="Hi")
        with pytest.warns(DeprecationWarning, match=r"^messages\.send: class_ is deprecated$"):
            client.messages.send(to=to, text="Hi", class_="x")
    assert "Deprecated" in client.messages.delete.__doc__
    assert "Deprecated" in client.messages.send.__doc__
