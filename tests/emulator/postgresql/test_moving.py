"""Accounts move between the stores, both ways, and are byte for byte the same."""

from pathlib import Path

from callr_sms_emulator import Config
from tests.emulator.conftest import NOON
from tests.emulator.databases import PostgresqlDatabase
from tests.emulator.support import Client, ManualClock, basic, export, serving_config, take_in
from tests.emulator.test_transfer import fill

CONFIG = Config(any_account=True, shortcodes=frozenset({"12345"}))


def test_account_moves_there_and_back(postgresql: PostgresqlDatabase, tmp_path: Path) -> None:
    with (
        serving_config(CONFIG, ManualClock(NOON), tmp_path / "sms.sqlite3") as here,
        serving_config(CONFIG, ManualClock(NOON), postgresql.empty()) as there,
    ):
        fill(here)
        fill(there)
        for source, target in ((here, there), (there, here)):
            lines = export(source)
            copy = Client(target.url, basic("copy:secret"))
            assert take_in(copy, lines).status == 200
            assert export(copy) == lines
            assert copy.find() == source.find()
        here_again = Client(here.url, basic("again:secret"))
        take_in(here_again, export(Client(there.url, basic("copy:secret"))))
        assert export(here_again) == export(here)


def test_wrong_line_is_named_and_nothing_of_the_import_is_kept(postgresql: PostgresqlDatabase) -> None:
    with serving_config(CONFIG, ManualClock(NOON), postgresql.empty()) as client:
        fill(client)
        lines = export(client).splitlines(keepends=True)
        kinds = [line.split(b'"', 4)[3].decode() for line in lines]
        copy = Client(client.url, basic("copy:secret"))
        for kind, said in (("subscription", "twice"), ("sms", "twice"), ("event", "earlier line")):
            first = kinds.index(kind)
            wrong = lines[first] if kind != "event" else lines[first].replace(b'"sms":"', b'"sms":"0000', 1)
            wrong = wrong if kind != "event" else _with_hash(lines[first])
            answer = take_in(copy, b"".join([*lines[: first + 1], wrong, *lines[first + 1 :]]))
            assert (answer.status, said in answer.message) == (400, True), answer.message
            assert f"line {first + 2}" in answer.message
            assert copy.find() == []
        assert take_in(copy, b"".join(lines)).status == 200


def _with_hash(line: bytes) -> bytes:
    """Return an event of an SMS that does not exist."""
    before, _, after = line.partition(b'"sms":"')
    return before + b'"sms":"00000000' + after[8:]
