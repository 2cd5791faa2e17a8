"""The pages of the documentation: their code blocks, and who runs them.

The info string of a fence says what a block is: a language, sometimes with a second word (`python pytest`).
Shell and Python blocks are run. A block that cannot run here has a comment in the line before it:
`<!-- not run: the reason -->`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
READMES = [
    ROOT / folder / "README.md"
    for folder in (
        ".",
        "openapi",
        "generator",
        "generated_client",
        "emulator",
        "contract_tests",
        "contract_tests/mutants",
        "benchmarks",
    )
]
PAGES = [*sorted(DOCS.rglob("*.md")), *READMES, ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"]

#: Languages whose blocks a reader may run; YAML is a job of CI.
RUNNABLE = frozenset({"console", "sh", "bash", "shell", "python", "js", "sql", "yaml"})

#: The module that runs the blocks of a folder with an info string. It takes all of them, from `run_by`.
RUNNERS = {
    ("docs/emulator", "console"): "tests/emulator/test_pages.py",
    ("docs/emulator", "python"): "tests/emulator/test_pages.py",
    ("docs/emulator", "sql"): "tests/emulator/postgresql/test_page.py",
    ("docs/emulator", "js"): "tests/emulator/test_node_sdk.py",
    ("docs/emulator", "yaml"): "tests/emulator/test_metrics.py",
    ("docs/emulator", "python pytest"): "tests/emulator/test_pytest_runs.py",
    ("emulator", "console"): "tests/emulator/test_pages.py",
    ("emulator", "python pytest"): "tests/emulator/test_pytest_runs.py",
    ("docs/client", "python"): "tests/client/test_pages.py",
    ("docs/client", "sh"): "tests/client/test_pages.py",
    ("docs/client", "python fastapi"): "tests/client/test_receivers.py",
    ("docs/client", "python flask"): "tests/client/test_receivers.py",
    ("docs/client", "python django"): "tests/client/test_receivers.py",
    ("docs/client", "python workers"): "tests/client/test_receivers.py",
    ("docs/client", "python tracing"): "tests/client/test_tracing.py",
    ("generated_client", "python"): "tests/client/test_pages.py",
    ("generated_client", "sh"): "tests/client/test_pages.py",
    ("generated_client", "text"): "tests/client/test_pages.py",
    ("docs/contract-tests", "sh"): "tests/contract_tests/test_pages.py",
    ("docs/contract-tests", "python pytest"): "tests/contract_tests/test_pytest_plugin.py",
    ("docs/contract-tests", "python send"): "tests/contract_tests/test_pages.py",
    ("docs/contract-tests", "yaml"): "tests/contract_tests/test_ci.py",
    ("docs/contract-tests", "yaml action"): "tests/contract_tests/test_recipes.py",
    ("docs/contract-tests", "yaml template"): "tests/contract_tests/test_recipes.py",
    ("docs/contract-tests", "yaml pre-commit"): "tests/contract_tests/test_recipes.py",
    ("contract_tests", "sh"): "tests/contract_tests/test_pages.py",
    ("contract_tests", "text"): "tests/contract_tests/test_pages.py",
    ("contract_tests/mutants", "sh"): "tests/contract_tests/mutants/test_cli.py",
    ("contract_tests/mutants", "python"): "tests/contract_tests/mutants/test_cli.py",
    ("docs/generator", "sh"): "tests/docs/test_commands.py",
    ("docs/contract", "sh"): "tests/docs/test_commands.py",
    ("docs/contract", "sh generators"): "tests/peers/test_other_generators.py",
    ("docs/contract", "sh schemathesis"): "tests/peers/test_other_generators.py",
    ("generator", "sh"): "tests/docs/test_commands.py",
    ("generator", "text"): "tests/docs/test_commands.py",
    ("openapi", "sh"): "tests/docs/test_commands.py",
    ("benchmarks", "sh"): "tests/docs/test_commands.py",
    (".", "sh"): "tests/docs/test_commands.py",
    (".", "console"): "tests/emulator/test_pages.py",
    (".", "python"): "tests/docs/test_readme.py",
}

_BLOCK = re.compile(
    r"^(?:<!-- not run: (?P<reason>[^\n]+) -->\n)?```(?P<info>[^\n]*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A code block, the page that it is on, and why it is not run, if it is not."""

    page: Path
    line: int
    info: str
    text: str
    reason: str | None

    @property
    def folder(self) -> str:
        return self.page.parent.relative_to(ROOT).as_posix()

    @property
    def is_runnable(self) -> bool:
        """Whether a reader would run it: by its language, or because a command stands in it."""
        language = self.info.partition(" ")[0]
        has_command = re.search(r"^(\$ |make |curl |pip |python |callr-sms)", self.text, re.MULTILINE)
        return language in RUNNABLE or (not language and has_command is not None)

    def __str__(self) -> str:
        """Name it in the identifier of a test."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def files_of(ending: str) -> list[Path]:
    """List the files of the repository whose names end so; what was installed in it is not looked through."""
    found: list[Path] = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name != "node_modules" and not name.startswith(".")]
        found += [Path(folder, name) for name in names if name.endswith(ending)]
    return found


def blocks(page: Path) -> list[Block]:
    """List the code blocks of a page."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            page, text[: found.start("info")].count("\n") + 1, found["info"], found["text"], found["reason"]
        )
        for found in _BLOCK.finditer(text)
    ]


def run_by(module: str) -> list[Block]:
    """List the blocks that a test module has to run, in the order of their pages."""
    return [
        block
        for page in PAGES
        for block in blocks(page)
        if block.reason is None and RUNNERS.get((block.folder, block.info)) == module
    ]


def anchors(page: Path) -> set[str]:
    """List the anchors of the headings of a page, as GitHub makes them."""
    outside = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    names: dict[str, int] = {}
    found = set()
    for title in re.findall(r"^#+ (.+?) *$", outside, re.MULTILINE):
        name = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        found.add(f"{name}-{names[name]}" if name in names else name)
        names[name] = names.get(name, 0) + 1
    return found


def links(page: Path) -> list[str]:
    """List the targets of the links of a page, those in its code blocks left out."""
    outside = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", outside))
