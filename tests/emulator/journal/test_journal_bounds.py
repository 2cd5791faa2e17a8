"""How much the journal keeps, whose clock it has, and what its documents say."""

import re
from pathlib import Path
from typing import get_args

import yaml

import callr_sms_emulator
from callr_sms_emulator import Config, _errors
from callr_sms_emulator._schemas import FILE
from tests.docs.pages import DOCS
from tests.emulator.journal.support import ask, listed, newest, of
from tests.emulator.support import Client, ManualClock, running, serving_config

RULES = set(get_args(_errors.Rule))


def test_the_oldest_make_room(clock: ManualClock) -> None:
    with serving_config(Config(journal=3), clock) as client:
        sent = [client.send() for _ in range(5)]
        page = ask(client).data
        assert [each["hash"] for each in page["requests"]] == sent[:1:-1]
        assert (page["forgotten"], page["requests"][0]["id"]) == (2, 5)
        assert ask(client, "/2").status == 404
        assert "2 earlier requests were dropped" in ask(client, "/verify", times=5).message


def test_large_bodies_make_room_earlier(client: Client) -> None:
    for _ in range(20):
        client.refuse(body="a" * 500_000)
    page = ask(client).data
    assert len(page["requests"]) == 16
    assert page["forgotten"] == 4
    assert page["requests"][0]["parameters"] is None


def test_accounts_together_are_bounded_too(clock: ManualClock) -> None:
    with serving_config(Config(any_account=True), clock) as client:
        accounts = [of(client, f"run-{number}") for number in range(10)]
        for account in accounts:
            for _ in range(8):
                account.refuse(body="a" * 1_000_000)
        held = [len(listed(account)) for account in accounts]
        assert held[0] == 0  # who has asked nothing for longest
        assert held[-1] == 8
        assert sum(held) * 1_000_000 <= 64 * 1024 * 1024
        assert ask(accounts[0]).data["forgotten"] == 8


def test_a_journal_that_is_off_says_so(clock: ManualClock) -> None:
    with serving_config(Config(journal=0), clock) as client:
        client.send()
        client.refuse(to="x")
        for path in ("", "/1", "/verify"):
            answer = ask(client, path)
            assert answer.status == 404
            assert answer.message.startswith("JOURNAL_OFF [journal]: ")
            assert "--journal" in answer.message


def test_flag_and_variable(tmp_path: Path) -> None:
    with running(tmp_path / "log", "--database", ":memory:", "--journal", "1") as process:
        process.client.send()
        process.client.send()
        assert [each["id"] for each in listed(process.client)] == [2]
    settings = {"CALLR_EMULATOR_DATABASE": ":memory:", "CALLR_EMULATOR_JOURNAL": "0"}
    with running(tmp_path / "log", **settings) as process:
        assert ask(process.client).status == 404


def test_each_process_on_a_database_has_its_own(tmp_path: Path) -> None:
    flags = ("--database", str(tmp_path / "sms.sqlite3"))
    with running(tmp_path / "log", *flags) as one, running(tmp_path / "log", *flags) as two:
        one.client.send()
        assert [len(listed(each.client)) for each in (one, two)] == [1, 0]


def test_moments_are_those_of_the_account_s_clock(client: Client) -> None:
    client.set("/clock", freeze="2031-01-01 00:00:00")
    client.send()
    assert newest(client)["at"] == "2031-01-01 00:00:00.000"
    assert len(listed(client, since="2031-01-01 00:00:00")) == 1


def test_every_rule_is_broken_by_something() -> None:
    package = Path(callr_sms_emulator.__file__).parent
    files = [*(package / "_errors").glob("*.py"), package / "_handlers" / "json_rpc.py"]
    source = "".join(file.read_text() for file in files)
    assert set(re.findall(r"Broken\(\s*\"([a-z0-9-]+)\"", source)) == RULES


def test_every_rule_is_on_the_page_and_in_the_document() -> None:
    document = yaml.safe_load(FILE.read_text())
    assert set(document["components"]["schemas"]["Rule"]["x-possible-values"]) == RULES
    text = (DOCS / "emulator" / "requests.md").read_text(encoding="utf-8")
    section = text.partition("| `rule` | broken by |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z0-9-]+)`", section)) - {"rule", "from", "to"} == RULES
