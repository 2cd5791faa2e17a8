"""The application in-process, without a server, and the public names of the package."""

import asyncio
import json
import random
import re
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import callr_sms_emulator
from callr_sms_emulator import App, Config, SqliteStore, SystemClock, create_app
from callr_sms_emulator._accounts.hashes import draw_hash
from callr_sms_emulator.cli.commands import application
from tests.docs.pages import DOCS
from tests.emulator.conftest import NOON
from tests.emulator.support import ManualClock, basic

FLAGS_PAGE = DOCS / "emulator" / "serve.md"
SMS = {"to": "+33612345678", "body": "Hello"}


async def _call(app: App, method: str, path: str, body: bytes = b"") -> tuple[int, Any]:
    """Call an ASGI application as a server would."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    headers = [(b"authorization", basic("emulator:emulator")["Authorization"].encode())]
    headers += [(b"host", b"localhost"), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers}
    await app(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


def _send_with(hashes: list[str], times: int) -> list[tuple[int, Any]]:
    store = SqliteStore(":memory:")
    supply = iter(hashes)
    try:
        app = create_app(Config(), store=store, clock=ManualClock(NOON), draw_hash=lambda: next(supply))

        async def work() -> list[tuple[int, Any]]:
            return [
                await _call(app, "POST", "/rest/v1.1/sms", json.dumps(SMS).encode()) for _ in range(times)
            ]

        return asyncio.run(work())
    finally:
        store.close()


def test_clock_and_hashes_decide_all_that_differs_from_run_to_run() -> None:
    assert _send_with(["AAAAAAAA"], 1) == [(200, {"status": "success", "data": "AAAAAAAA"})]


def test_hash_in_use_is_drawn_again() -> None:
    answers = _send_with(["AAAAAAAA", "AAAAAAAA", "BBBBBBBB"], 2)
    assert [answer["data"] for _, answer in answers] == ["AAAAAAAA", "BBBBBBBB"]


def test_source_of_hashes_that_repeats_itself_is_an_error_not_a_loop() -> None:
    answers = _send_with(["AAAAAAAA"] * 100, 2)
    assert [status for status, _ in answers] == [200, 500]


def test_hashes_do_not_repeat_when_a_test_seeds_the_common_generator() -> None:
    random.seed(1)
    first = draw_hash()
    random.seed(1)
    assert draw_hash() != first


def test_sms_of_a_store_outlive_the_application() -> None:
    store = SqliteStore(":memory:")

    async def work() -> None:
        first = create_app(Config(), store=store, clock=ManualClock(NOON))
        _, sent = await _call(first, "POST", "/rest/v1.1/sms", json.dumps(SMS).encode())
        second = create_app(Config(), store=store, clock=ManualClock(NOON + 1_000))
        _, found = await _call(second, "GET", f"/rest/v1.1/sms/{sent['data']}")
        assert found["data"]["status"] == "PENDING"

    asyncio.run(work())
    store.close()


def test_system_clock_is_in_milliseconds_and_rings() -> None:
    clock = SystemClock()

    async def work() -> None:
        rung = asyncio.Event()
        clock.call_at(clock.now() + 1, rung.set)
        await asyncio.wait_for(rung.wait(), 10)
        never = clock.call_at(clock.now() + 3_600_000, rung.clear)
        never.cancel()

    asyncio.run(work())
    assert clock.now() > NOON


def test_config_does_not_show_passwords() -> None:
    assert "hunter2" not in repr(Config(accounts={"a": "hunter2"}))


# --- the public face ------------------------------------------------------------------------------------


def test_all_is_what_is_public() -> None:
    public = {name for name in vars(callr_sms_emulator) if not name.startswith("_")}
    assert public - {"cli"} == set(callr_sms_emulator.__all__)
    assert callr_sms_emulator.__all__ == sorted(callr_sms_emulator.__all__)


def _flags() -> set[str]:
    helped = CliRunner().invoke(application, ["serve", "--help"]).output
    return set(re.findall(r"^  (--[a-z-]+)", helped, re.MULTILINE)) - {"--help"}


def _variables() -> set[str]:
    helped = CliRunner().invoke(application, ["serve", "--help"]).output
    return set(re.findall(r"CALLR_EMULATOR_[A-Z_]+", helped))


def test_every_flag_and_variable_is_documented_and_no_other() -> None:
    text = FLAGS_PAGE.read_text(encoding="utf-8")
    assert len(_flags()) == len(_variables()) > 14
    assert set(re.findall(r"^\| `(--[a-z-]+)", text, re.MULTILINE)) == _flags()
    assert set(re.findall(r"CALLR_EMULATOR_[A-Z_]+", text)) == _variables()


def _code_words() -> set[str]:
    files = (Path(callr_sms_emulator.__file__).parent / "_errors").glob("*.py")
    source = "".join(file.read_text() for file in files)
    return set(re.findall(r"\"([A-Z]+(?:_[A-Z]+)+)\b", source))


@pytest.mark.parametrize("word", sorted(_code_words()))
def test_every_code_word_is_documented(word: str) -> None:
    assert f"| `{word}` " in (DOCS / "emulator" / "errors.md").read_text(encoding="utf-8")
