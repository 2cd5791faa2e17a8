"""What the emulator's README shows is run: each console block, with the output that it promises.

A block that begins with `callr-sms-emulator serve` starts an emulator with those flags, on a free port and
with a folder of its own; the commands of the blocks behind it are run by bash against that one. What needs an
emulator that root started is left to other tests. In an output `…` stands for anything. A hash of the README
stands for the one that was answered in its place.
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

import callr_sms_emulator
from callr_sms_emulator import _reference_page
from tests.emulator.support import START_LINE, TIMEOUT, clean_environment, running

README = Path(callr_sms_emulator.__file__).parents[1] / "README.md"
ORIGIN = "http://127.0.0.1:8767"
SERVE = "callr-sms-emulator serve"
INSTALL = "pip install ./emulator"
HASH = re.compile(r"\b[0-9A-Z]{8}\b")


class Step(NamedTuple):
    """A command, and what it is said to print."""

    command: str
    output: str


class Session(NamedTuple):
    """An emulator and what is done with it: the heading where it starts, its command, what follows."""

    name: str
    serve: Step
    blocks: list[list[Step]]


def _blocks(text: str) -> Iterator[tuple[str, list[Step]]]:
    """Give the console blocks with their headings."""
    heading = ""
    for found in re.finditer(r"^## ([^\n]*)$|^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        if found[1]:
            heading = found[1]
        else:
            yield heading, [_step(each) for each in re.split(r"^\$ ", found[2], flags=re.MULTILINE)[1:]]


def _step(text: str) -> Step:
    """Tell a command, whose lines go on after a backslash, from its output."""
    command = re.match(r"(?:.*\\\n)*.*\n", text)
    assert command is not None
    return Step(command[0].rstrip("\n"), text[command.end() :])


def _sessions(text: str) -> list[Session]:
    sessions: list[Session] = []
    for heading, steps in _blocks(text):
        rest = [step for step in steps if step.command != INSTALL]
        if SERVE in rest[-1].command:
            sessions.append(Session(heading or "first steps", rest[-1], []))
        else:
            sessions[-1].blocks.append(rest)
    return [each for each in sessions if not each.serve.command.startswith("sudo ")]


SESSIONS = _sessions(README.read_text(encoding="utf-8"))


@pytest.mark.skipif(
    (shutil.which("curl") is None or shutil.which("bash") is None) and not os.environ.get("CI"),
    reason="runs curl from bash; install both (Debian: apt-get install curl)",
)
@pytest.mark.parametrize("session", SESSIONS, ids=lambda each: each.name)
def test_commands_of_the_readme_do_what_it_shows(session: Session, tmp_path: Path) -> None:
    program = [sys.executable, "-m", "callr_sms_emulator", *shlex.split(session.serve.command)[1:]]
    environment = clean_environment(HOME=str(tmp_path / "you"), CALLR_EMULATOR_PORT="0")
    environment.pop("XDG_DATA_HOME", None)
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(  # noqa: S603 - our own command
            program, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
        ) as process,
    ):
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            origin = first.removeprefix(START_LINE).strip().removesuffix("/rest/v1.1")
            for block in session.blocks:
                _run(block, origin, environment | {"HOME": str(tmp_path)})
        finally:
            process.terminate()
        printed = first + process.stdout.read()
    told = printed.replace(origin, ORIGIN).replace(str(tmp_path), "/home")
    _compare(told, _expected_start(session.serve.output))


def _expected_start(output: str) -> str:
    """Leave out the line of the reference page where that was not made."""
    lines = output.splitlines(keepends=True)
    built = _reference_page.is_built()
    return "".join(each for each in lines if built or not each.startswith("callr-sms-emulator: reference "))


def _run(block: list[Step], origin: str, environment: dict[str, str]) -> None:
    """Run the commands of a block in one shell, and compare what each prints."""
    hashes: dict[str, str] = {}
    (Path(environment["HOME"]) / ".curlrc").write_text("silent\nshow-error\n")
    for step in block:
        command = step.command.replace(ORIGIN, origin)
        for shown, real in hashes.items():
            command = command.replace(shown, real)
        done = subprocess.run(  # noqa: S603 - what the README shows
            ["bash", "-c", command],  # noqa: S607 - the reader's bash
            env=environment | {"CURL_HOME": environment["HOME"]},
            cwd=environment["HOME"],
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), command
        hashes |= _compare(done.stdout.replace(origin, ORIGIN), step.output)


def _compare(printed: str, expected: str) -> dict[str, str]:
    """Compare, and give the hashes that stand in the place of those of the README."""
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


def test_every_endpoint_of_the_control_api_is_in_the_readme() -> None:
    from callr_sms_emulator._control.endpoints import ENDPOINTS  # noqa: PLC0415 - of this test alone

    rows = re.findall(r"^\| (`GET.*?|`POST.*?|`DELETE.*?) \|", README.read_text(), re.MULTILINE)
    documented = set()
    for row in rows:
        path = re.search(r"/\S+(?=`$)", row)
        if path is not None:
            documented |= {(method, path[0]) for method in re.findall(r"GET|POST|DELETE", row)}
    ours = {each for each in documented if each[1].startswith("/_emulator")}
    assert ours == {(each.method, each.path.replace("{", "<").replace("}", ">")) for each in ENDPOINTS}


EXAMPLES = re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_python_of_the_readme_runs(example: str, tmp_path: Path) -> None:
    with running(tmp_path / "log", "--database", ":memory:") as process:
        done = subprocess.run(  # noqa: S603 - what the README shows
            [sys.executable, "-c", example.replace(ORIGIN, process.url.removesuffix("/rest/v1.1"))],
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
