"""The examples and tables of the client's pages and README."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import callr_sms_client
from tests.docs.commands import lines_of, run_block, run_line
from tests.docs.pages import DOCS, ROOT, Block, run_by

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunningEmulator

BLOCKS = run_by("tests/client/test_pages.py")
README = (ROOT / "generated_client" / "README.md").read_text(encoding="utf-8")
ERRORS = (DOCS / "client" / "errors.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.info == "python"], ids=str)
def test_an_example_runs(
    block: Block,
    emulator: RunningEmulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in _environment(emulator).items():
        monkeypatch.setenv(name, value)
    exec(compile(block.text, block.page.name, "exec"), {})  # noqa: S102 - our own examples
    assert capsys.readouterr().out


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.info == "sh"], ids=str)
def test_the_commands_run(block: Block, emulator: RunningEmulator, tmp_path: Path) -> None:
    run_block(block, tmp_path, _environment(emulator))


def test_the_command_line_prints_what_the_readme_shows(tmp_path: Path) -> None:
    (shown,) = [block.text for block in BLOCKS if block.info == "text"]
    commands = [block for block in BLOCKS if block.info == "sh" and block.folder == "generated_client"]
    assert run_line(lines_of(commands[-1])[-1], tmp_path, {}) == shown


def _environment(emulator: RunningEmulator) -> dict[str, str]:
    return {
        "CALLR_LOGIN": emulator.login,
        "CALLR_PASSWORD": emulator.password,
        "CALLR_BASE_URL": emulator.base_url,
    }


def test_it_installs_from_the_checkout() -> None:
    assert "pip install ./generated_client\n" in README
    assert "pip install callr-sms-client" not in README


@pytest.mark.parametrize("page", [README, ERRORS])
def test_which_responses_are_rejections(page: str) -> None:
    """The README has them from the contract."""
    assert " with 400, 401, 403, 404, 405, 429" in page
    assert "4xx" not in page


def test_every_error_is_in_the_tree() -> None:
    for name in callr_sms_client.__all__:
        item = getattr(callr_sms_client, name)
        if isinstance(item, type) and issubclass(item, callr_sms_client.CallrError):
            assert f"`{name}`" in ERRORS or name == "CallrError"


def test_what_is_retried_is_what_the_contract_says() -> None:
    """The README has it from the contract, the page says it in more words."""
    said = {
        "only when it never left": "no connection",
        "when it failed in a way that may pass": (
            "no connection; a broken connection, a timeout, a cut response; HTTP 408, 429, 500, 502, 503, 504"
        ),
    }
    generated = re.findall(r"^\| `(sms\.\w+)` \|.*\| (.+) \|$", README, re.MULTILINE)
    page = (DOCS / "client" / "retries.md").read_text(encoding="utf-8")
    assert generated
    assert re.findall(r"^\| `(sms\.\w+)` \| (.+) \|$", page, re.MULTILINE) == [
        (name, said[retried]) for name, retried in generated
    ]
