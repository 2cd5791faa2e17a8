"""The commands and examples of the emulator's pages, run, with the output that the pages promise.

A block with `callr-sms-emulator serve` starts an emulator with those flags, on a free port and with a
folder of its own; bash runs the commands of the following blocks against it. A page without such a block
gets an emulator without flags. In an output `…` stands for anything. A hash of a page stands for the hash
that was returned in its place.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from callr_sms_emulator import _page
from tests.docs.pages import DOCS, Block, run_by
from tests.emulator.support import START_LINE, TIMEOUT, clean_environment, running
from tests.preloaded import Forked

BLOCKS = run_by("tests/emulator/test_pages.py")
ADDRESS = "127.0.0.1:8767"
ORIGIN = f"http://{ADDRESS}"
DATABASE = "postgresql://sms:secret@db.test/sms"
SERVE = "callr-sms-emulator serve"
INSTALL = "pip install ./emulator"
HASH = re.compile(r"\b[0-9A-Z]{8}\b")


class Step(NamedTuple):
    """A command, and what it is said to print."""

    command: str
    output: str


class Session(NamedTuple):
    """An emulator and what is done with it: where it is shown, its command, the blocks that follow."""

    name: str
    serve: Step
    blocks: list[list[Step]]


def _steps(block: Block) -> list[Step]:
    """Split a console block into its commands, without the installation."""
    assert block.text.startswith("$ "), block
    steps = [_step(each) for each in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]]
    return [step for step in steps if step.command != INSTALL]


def _step(text: str) -> Step:
    """Split a command, whose lines go on after a backslash, from its output."""
    command = re.match(r"(?:.*\\\n)*.*\n", text)
    assert command is not None
    return Step(command[0].rstrip("\n"), text[command.end() :])


def _sessions() -> Iterator[Session]:
    """Group the console blocks of each page by the emulator that they talk to."""
    session, page = None, None
    for block in BLOCKS:
        if block.info != "console":
            continue
        steps = _steps(block)
        starts = steps[-1].command.startswith(SERVE)
        if session is None or block.page != page or starts:
            if session is not None:
                yield session
            serve = steps.pop() if starts else Step(SERVE, "…")
            session, page = Session(str(block), serve, []), block.page
        session.blocks.append(steps)
    if session is not None:
        yield session


SESSIONS = list(_sessions())


@pytest.mark.skipif(
    (shutil.which("curl") is None or shutil.which("bash") is None) and not os.environ.get("CI"),
    reason="runs curl from bash; install both (Debian: apt-get install curl)",
)
@pytest.mark.parametrize("session", SESSIONS, ids=lambda each: each.name)
def test_commands_do_what_the_page_shows(
    session: Session, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    home = tmp_path / "you"
    home.mkdir()
    environment = clean_environment(HOME=str(home), CALLR_EMULATOR_PORT="0")
    environment.pop("XDG_DATA_HOME", None)
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    command, shown_url = session.serve.command, ""
    if DATABASE in command:
        shown_url = request.getfixturevalue("postgresql").empty()
        command = command.replace(DATABASE, shown_url)
    with (
        (tmp_path / "log").open("w") as log,
        Forked("callr_sms_emulator", shlex.split(command)[1:], log, environment) as process,
    ):
        try:
            first = process.stdout.readline()
            address = first.removeprefix(START_LINE).partition("://")[2].partition("/")[0]
            for block in session.blocks:
                _run(block, address, environment)
        finally:
            process.terminate()
        printed = first + process.stdout.read()
    shown = printed.replace(address, ADDRESS).replace(str(tmp_path), "/home")
    shown = shown.replace(shown_url, DATABASE.replace(":secret", "")) if shown_url else shown
    _compare(shown, _expected_start(session.serve.output))


def _expected_start(output: str) -> str:
    """Leave out the line of the reference page where that was not made."""
    lines = output.splitlines(keepends=True)
    built = _page.is_reference_built()
    return "".join(each for each in lines if built or not each.startswith("callr-sms-emulator: reference "))


def _run(block: list[Step], address: str, environment: dict[str, str]) -> None:
    """Run the commands of a block in one shell, and compare what each prints."""
    hashes: dict[str, str] = {}
    (Path(environment["HOME"]) / ".curlrc").write_text("silent\nshow-error\n")
    for step in block:
        command = step.command.replace(ADDRESS, address)
        for shown, real in hashes.items():
            command = command.replace(shown, real)
        done = subprocess.run(  # noqa: S603 - what the page shows
            ["bash", "-c", command],  # noqa: S607 - the reader's bash
            env=environment | {"CURL_HOME": environment["HOME"]},
            cwd=environment["HOME"],
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), command
        hashes |= _compare(done.stdout.replace(address, ADDRESS), step.output)


def _compare(printed: str, expected: str) -> dict[str, str]:
    """Compare, and return the hashes that stand in the place of those of the page."""
    pieces = re.split(f"(…|{HASH.pattern})", expected.rstrip("\n"))
    pattern = ""
    names: list[str] = []
    for piece in pieces:
        if HASH.fullmatch(piece):
            pattern += f"(?P<h{len(names)}>{HASH.pattern})"
            names.append(piece)
        else:
            pattern += ".*" if piece == "…" else re.escape(piece)
    found = re.fullmatch(pattern, printed.rstrip("\n"), re.DOTALL)
    assert found is not None, f"expected\n{expected}\ngot\n{printed}"
    return {name: found[f"h{index}"] for index, name in enumerate(names)}


def test_every_endpoint_of_the_control_api_is_documented() -> None:
    from callr_sms_emulator._control.endpoints import ENDPOINTS  # noqa: PLC0415 - of this test alone

    text = "".join(
        (DOCS / "emulator" / name).read_text("utf-8") for name in ("control-api.md", "webhooks.md")
    )
    rows = re.findall(r"^\| (`GET.*?|`POST.*?|`DELETE.*?) \|", text, re.MULTILINE)
    documented = set()
    for row in rows:
        path = re.search(r"/\S+(?=`$)", row)
        if path is not None:
            documented |= {(method, path[0]) for method in re.findall(r"GET|POST|DELETE", row)}
    ours = {each for each in documented if each[1].startswith("/_emulator")}
    assert ours == {(each.method, each.path.replace("{", "<").replace("}", ">")) for each in ENDPOINTS}


EXAMPLES = [block for block in BLOCKS if block.info == "python"]


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_python_of_the_pages_runs(example: Block, tmp_path: Path) -> None:
    with running(tmp_path / "log", "--database", ":memory:") as process:
        done = subprocess.run(  # noqa: S603 - what the page shows
            [sys.executable, "-c", example.text.replace(ORIGIN, process.url.removesuffix("/rest/v1.1"))],
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
