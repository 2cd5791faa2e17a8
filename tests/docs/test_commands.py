"""The shell blocks of the READMEs and of the pages about contract and generator."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.docs.commands import run_block
from tests.docs.pages import ROOT, Block, run_by
from tests.generator.support import CONTRACT, run

if TYPE_CHECKING:
    from pathlib import Path

BLOCKS = run_by("tests/docs/test_commands.py")


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.info == "sh"], ids=str)
def test_the_commands_run(block: Block, tmp_path: Path) -> None:
    run_block(block, tmp_path, {})


def test_the_generator_prints_what_its_readme_shows(tmp_path: Path) -> None:
    (block,) = [block for block in BLOCKS if block.info == "text"]
    client = shutil.copytree(ROOT / "generated_client", tmp_path / "client")
    for cache in client.rglob("__pycache__"):
        shutil.rmtree(cache)
    contract = tmp_path / "openapi.yaml"
    text = CONTRACT.read_text(encoding="utf-8").replace("summary: Read one SMS\n", "summary: Read an SMS\n")
    contract.write_text(text, encoding="utf-8")
    assert run("generate", "--contract", contract, "--output", client) == (0, block.text)
