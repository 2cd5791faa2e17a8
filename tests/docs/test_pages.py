"""Every page of the documentation: its blocks are run, its links lead somewhere, a README is short."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import (
    DOCS,
    PAGES,
    READMES,
    ROOT,
    RUNNERS,
    Block,
    anchors,
    blocks,
    files_of,
    links,
    run_by,
)

if TYPE_CHECKING:
    from pathlib import Path

BLOCKS = [block for page in PAGES for block in blocks(page)]
MODULES = [path.as_posix() for path in files_of(".py")]
FOLDERS = sorted({page.parent for page in DOCS.rglob("*.md")} - {DOCS})


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.is_runnable], ids=str)
def test_a_block_is_run_or_says_why_not(block: Block) -> None:
    if block.reason is not None:
        assert len(block.reason.split()) > 3
    else:
        module = RUNNERS.get((block.folder, block.info))
        assert module is not None, f"no test runs {block}: see RUNNERS, or mark it `<!-- not run: why -->`"
        assert block in run_by(module)


@pytest.mark.parametrize("module", sorted(set(RUNNERS.values())))
def test_a_runner_takes_its_blocks_from_the_pages(module: str) -> None:
    text = (ROOT / module).read_text(encoding="utf-8")
    assert f'run_by("{module}")' in text
    assert run_by(module)


def test_every_fence_is_a_block() -> None:
    """A fence that the pattern does not match would not be run."""
    for page in PAGES:
        fences = re.findall(r"^\s*(?:```|~~~)", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert len(fences) == 2 * len(blocks(page)), page


@pytest.mark.parametrize(
    ("text", "runnable", "reason"),
    [
        ("```sh\ntrue\n```\n", True, None),
        ("```python pytest\n1\n```\n", True, None),
        ("```\nmake x\n```\n", True, None),
        ("```\n┌──┐\n```\n", False, None),
        ("<!-- not run: it sends -->\n```sh\ntrue\n```\n", True, "it sends"),
        ("<!-- not run: it sends -->\n\n```sh\ntrue\n```\n", True, None),
    ],
)
def test_what_a_block_is(text: str, runnable: bool, reason: str | None, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter of the test
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    (block,) = blocks(page)
    assert (block.is_runnable, block.reason) == (runnable, reason)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_modules_that_a_page_names_exist(page: Path) -> None:
    named = set(re.findall(r"`((?:[a-z_]+/)*_?[a-z][a-z_]*\.py)`", page.read_text(encoding="utf-8")))
    assert {name for name in named if not any(path.endswith(f"/{name}") for path in MODULES)} == set()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_index_links_to_all_pages_of_its_folder(folder: Path) -> None:
    index = folder / "README.md"
    pages = {page.name for page in folder.glob("*.md")} - {index.name}
    assert pages <= set(links(index))
    assert f"{folder.name}/README.md" in links(DOCS / "README.md")


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.parent.name)
def test_a_readme_is_no_manual(page: Path) -> None:
    assert len(page.read_text(encoding="utf-8").splitlines()) <= 200
