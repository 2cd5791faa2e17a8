"""What generations and comparisons have in common is made once for all tests."""

from __future__ import annotations

import functools
import json
import os
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from generator.diff import clients, signatures
from generator.diff.reader import load_public
from generator.generate import generate_document
from openapi.lint import node
from tests.generator.contracts import base

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import griffe
    import pytest

    from generator.config import ClientConfig
    from generator.parser.document import Document


def share_base(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Make and read the client of the contract once for each settings: most comparisons begin with it."""
    made: list[tuple[ClientConfig, Path]] = []

    def remembered(document: Document, settings: ClientConfig, output: Path) -> Path:
        if document.raw is not base().document:
            return generate_document(document, settings, output)
        known = next((path for each, path in made if each == settings), None)
        if known is None:
            known = folder / str(len(made))
            generate_document(document, settings, known)
            made.append((settings, known))
        output.symlink_to(known)
        return output / settings.package

    @functools.cache
    def read(folder: Path, package: str) -> griffe.Module:
        return load_public(folder, package)

    def read_once(folder: Path, package: str) -> griffe.Module:
        return (read if folder.is_symlink() else load_public)(folder.resolve(), package)

    patch.setattr(clients, "generate_document", remembered)
    patch.setattr(signatures, "load_public", read_once)


ALONE = node._run  # noqa: SLF001 - what is shared is compared with it
_CLI = Path("node_modules", "@redocly", "cli", "lib", "index.js")


@contextmanager
def redocly_process() -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """Run the commands of Redocly in one process; gives what `ALONE` is for a process each."""
    commands, ends = os.pipe(), os.pipe()
    script = Path(__file__).with_name("redocly.mjs")
    with (
        subprocess.Popen(  # noqa: S603 - our own script
            [node._NODE, script, node._HERE / _CLI, str(commands[0]), str(ends[1])],  # noqa: SLF001 - as the gate runs it
            cwd=node._HERE,  # noqa: SLF001 - as above
            env={**os.environ, **node._QUIET},  # noqa: SLF001 - as above
            stdin=subprocess.DEVNULL,
            pass_fds=(commands[0], ends[1]),
        ) as process,
        open(commands[1], "w", encoding="utf-8") as writing,  # noqa: PTH123 - a descriptor
        open(ends[0], encoding="utf-8") as reading,  # noqa: PTH123 - a descriptor
    ):
        os.close(commands[0])
        os.close(ends[1])

        def run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
            print(json.dumps(arguments), file=writing, flush=True)
            end = json.loads(reading.readline())
            return subprocess.CompletedProcess((tool, *arguments), end["code"], end["stdout"], end["stderr"])

        try:
            yield run
        finally:
            process.kill()


@contextmanager
def shared_redocly(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the comparisons of Redocly share a process, where it is installed."""
    if not (node._HERE / _CLI).exists():  # noqa: SLF001 - as above
        yield
        return
    with redocly_process() as together:
        installed = node._HERE  # noqa: SLF001 - as above

        def run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
            is_comparison = (tool, *arguments[:1]) == ("redocly", "diff")
            is_there = installed == node._HERE  # noqa: SLF001 - a test may say that it is elsewhere
            done = together(tool, *arguments) if is_comparison and is_there else None
            # What is said of a failure is looked at: it has to be that of a process of its own.
            return ALONE(tool, *arguments) if done is None or done.returncode else done

        patch.setattr(node, "_run", run)
        yield
