"""`python -m mutants` as a process, and the commands of its README."""

import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

import mutants
from mutants import MUTANTS, cli
from tests.conftest import RunningEmulator
from tests.docs.commands import lines_of
from tests.docs.pages import run_by
from tests.preloaded import command

FOLDER = Path(mutants.__file__).parent
README = (FOLDER / "README.md").read_text("utf-8")
BLOCKS = run_by("tests/contract_tests/mutants/test_cli.py")
COMMAND = (sys.executable, "-m", "mutants")


def _run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own command
        [*command("mutants"), *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_lie_is_served_until_the_process_is_told_to_end(emulator: RunningEmulator) -> None:
    serve = [*COMMAND, "serve", "--upstream", emulator.base_url, "--mutant", "unauthorized-403"]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("lying proxy: listening on ").strip()
        assert (
            process.stdout.readline() == "lying proxy: tells unauthorized-403: wrong credentials answer 403\n"
        )
        with pytest.raises(urllib.error.HTTPError, match="403") as refused:
            urllib.request.urlopen(f"{url}/sms", timeout=60)  # noqa: S310 - loopback
        refused.value.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_the_list_has_each_mutant_with_its_kind_and_summary() -> None:
    lines = _run("list").stdout.splitlines()
    assert [line.split("\t") for line in lines] == [
        [mutant.name, mutant.kind, mutant.summary] for mutant in MUTANTS.values()
    ]
    assert len(_run("list", "--kind", "money").stdout.splitlines()) > 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("serve", "--upstream", "nowhere"), "--upstream: 'nowhere' is not the URL of a server"),
        (
            ("serve", "--upstream", "http://192.0.2.1/rest/v1.1"),
            "--upstream: '192.0.2.1' is not this machine, and sends that reach it may be billed",
        ),
        (
            ("serve", "--upstream", "http://127.0.0.1:1/x", "--mutant", "perfect"),
            "--mutant: 'perfect' is unknown; expected a name",
        ),
        (("list", "--kind", "odd"), "--kind: 'odd' is unknown; expected one of auth, "),
        (("kill", "--profile", "slow"), "--profile: 'slow' is unknown; expected one of quick, full"),
        (("kill", "--shard", "3/2"), "--shard: '3/2' is no part of a whole; expected one such as 2/8"),
        (("--nothing",), "No such option: --nothing"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(arguments: tuple[str, ...], message: str) -> None:
    result = _run(*arguments)
    assert result.returncode == 2
    assert result.stderr.startswith(f"mutants: {message}")
    assert result.stderr.count("\n") == 1


def test_a_kill_is_told_with_the_check_that_noticed() -> None:
    result = _run("kill", "--mutant", "send-201", "--mutant", "error-html", "--truths", "0", "--workers", "1")
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"^send-201 +\w+ +directed +[0-9.]+ s +\d+ requests$", result.stdout, re.MULTILINE)
    assert result.stdout.endswith("2 of 2 killed, the right server accused 0 times\n")


def test_a_right_server_without_a_verdict_is_not_called_accused() -> None:
    result = _run("kill", "--mutant", "send-201", "--workers", "1", "--seconds", "0.01")
    assert result.returncode == 1, result.stdout + result.stderr
    assert result.stdout.endswith(
        "0 of 1 killed, the right server accused 0 times, 1 times without a verdict\n"
    )


def test_a_shard_is_its_part_and_all_shards_are_the_whole() -> None:
    parts = [cli._part(list(MUTANTS), f"{number}/3") for number in (1, 2, 3)]  # noqa: SLF001 - a pure function
    assert sorted(name for part in parts for name in part) == sorted(MUTANTS)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_every_option_is_in_the_readme_and_no_other() -> None:
    options = {
        f"--{name}" for each in (cli.serve, cli.kill) for name in each.__annotations__.keys() - {"return"}
    }
    assert set(re.findall(r"^\| `(--[a-z-]+)`", README, re.MULTILINE)) == options


def test_the_commands_of_the_readme_run(emulator: RunningEmulator) -> None:
    (block,) = [block for block in BLOCKS if block.info == "sh"]
    start, listing, serving = (line.split() for line in lines_of(block))
    assert start == ["callr-sms-emulator", "serve", "--port", "8767", "--database", ":memory:", "&"]
    assert _run(*listing[3:]).returncode == 0
    program = [sys.executable, *serving[1:]]
    command = [each.replace("http://127.0.0.1:8767/rest/v1.1", emulator.base_url) for each in program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        assert process.stdout is not None
        assert process.stdout.readline().startswith("lying proxy: listening on http://127.0.0.1:")
        process.terminate()


def test_the_python_of_the_readme_runs(emulator: RunningEmulator, capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = [block.text for block in BLOCKS if block.info == "python"]
    exec(example.replace("http://127.0.0.1:8767/rest/v1.1", emulator.base_url), {})  # noqa: S102 - our own page
    assert capsys.readouterr().out.startswith("a list leaves out its last SMS http://127.0.0.1:")
