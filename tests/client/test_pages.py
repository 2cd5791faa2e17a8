"""The README of the client, run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import callr_sms_client

if TYPE_CHECKING:
    from tests.conftest import RunningEmulator

README = (Path(__file__).parents[2] / "generated_client" / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS)
def test_an_example_runs(
    block: str,
    emulator: RunningEmulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CALLR_LOGIN", emulator.login)
    monkeypatch.setenv("CALLR_PASSWORD", emulator.password)
    monkeypatch.setenv("CALLR_BASE_URL", emulator.base_url)
    exec(compile(block, "README.md", "exec"), {})  # noqa: S102 - our own examples
    assert capsys.readouterr().out


def test_it_installs_from_the_checkout() -> None:
    assert "pip install ./generated_client\n" in README
    assert "pip install callr-sms-client" not in README


def test_which_answers_are_refusals() -> None:
    assert "400, 401, 404, 405, 429: not sent" in README
    assert "4xx" not in README


def test_every_error_is_in_it() -> None:
    for name in callr_sms_client.__all__:
        item = getattr(callr_sms_client, name)
        if isinstance(item, type) and issubclass(item, callr_sms_client.CallrError):
            assert f"`{name}`" in README
