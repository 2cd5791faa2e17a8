"""The recipes for CI that are copied whole: their shell steps are run in a fresh folder, as by a runner."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from callr_sms_emulator_pytest import CallrEmulator
from tests.contract_tests.test_cli import environment
from tests.docs.pages import ROOT, run_by
from tests.preloaded import command

BLOCKS = run_by("tests/contract_tests/test_recipes.py")
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
SPEC, TEMPLATE = yaml.safe_load_all((ROOT / "templates" / "contract-tests.yml").read_text("utf-8"))
QUICK = "--phase examples --operation listSms --max-seconds 900"
BIN = Path(sys.executable).parent
SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")


def _examples(kind: str) -> list[dict[Any, Any]]:
    return [yaml.safe_load(block.text) for block in BLOCKS if block.info == f"yaml {kind}"]


def _bash(script: str, folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a script as GitHub and GitLab do: it ends at the first command that fails."""
    return subprocess.run(  # noqa: S603 - what the recipe says
        [*SHELL, script],
        cwd=folder,
        env=_environment(folder) | variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def _environment(folder: Path) -> dict[str, str]:
    path = f"{folder / 'bin'}{os.pathsep}{BIN}{os.pathsep}{os.environ['PATH']}"
    return environment("emulator", "emulator") | {"PATH": path}


def _program(path: Path, *words: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
    path.chmod(0o755)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _is_stopped(port: int) -> bool:
    """Return whether the server ends that was asked to: it takes a moment."""
    for _ in range(200):
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) != 0:
                return True
        time.sleep(0.05)
    return False


# ---- GitHub ----


def _step(name: str, given: dict[str, str], folder: Path) -> tuple[str, dict[str, str]]:
    """Return the script of a step, and its environment for the inputs that are given."""
    (step,) = [each for each in ACTION["runs"]["steps"] if each["name"] == name]
    values = {each: settings["default"] for each, settings in ACTION["inputs"].items()} | given
    assert values.keys() == ACTION["inputs"].keys()
    variables = {
        each: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda found: values[found[1]], value)
        for each, value in step.get("env", {}).items()
    }
    assert "${{" not in step["run"] + "".join(variables.values())  # an input in a script could be a command
    runner = {
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_RUN_ID": "17",
        "GITHUB_STEP_SUMMARY": str(folder / "page.md"),
        "RUNNER_TEMP": str(folder / "temp"),
    }
    return step["run"], runner | variables


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A folder in which the action has installed the contract tests."""
    _program(
        tmp_path / "temp" / "callr-sms-contract" / "bin" / "callr-sms-contract",
        *command("callr_sms_contract"),
    )
    return tmp_path


def test_the_action_installs_folders_that_exist(tmp_path: Path) -> None:
    script, variables = _step("Install the contract tests", {}, tmp_path)
    _program(tmp_path / "bin" / "python3", "sh", "-c", 'mkdir -p "$3/bin"; cp "$PIP" "$3/bin/pip"', "sh")
    _program(tmp_path / "pip", "sh", "-c", 'printf "%s\\n" "$@" > installed', "sh")
    done = _bash(script, tmp_path, **variables, PIP=str(tmp_path / "pip"))
    assert done.returncode == 0, done.stderr
    words = (tmp_path / "installed").read_text("utf-8").split()
    folders = [Path(word) for word in words if word.startswith("/")]
    assert [each.name for each in folders] == ["contract_tests", "emulator"]
    assert all((each / "pyproject.toml").is_file() for each in folders)


def test_the_action_starts_a_server_waits_for_it_and_stops_it(runner: Path) -> None:
    port = _free_port()
    url = f"http://127.0.0.1:{port}/rest/v1.1"
    start = f"sleep 0.5; callr-sms-emulator serve --port {port} --database :memory:; echo never"
    for shard in ("1/2", "2/2"):
        given = {"base-url": url, "start": start, "options": QUICK, "shard": shard, "login": "emulator"}
        script, variables = _step("Test the server", given | {"password": "emulator"}, runner)
        done = _bash(script, runner, **variables)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert "the contract holds" in done.stdout
        assert _is_stopped(port)
    assert (runner / "output").read_text("utf-8") == "name=contract-1\nname=contract-2\n"
    assert "the contract holds" in (runner / "page.md").read_text("utf-8")
    reports = runner / "temp" / "callr-sms-reports"
    names = {f"contract-{number}.{kind}" for number in (1, 2) for kind in ("json", "xml", "html")}
    assert {each.name for each in reports.iterdir()} == names | {"server.log"}
    assert "listening" in (reports / "server.log").read_text("utf-8")

    reports.rename(runner / "temp" / "callr-sms-shards")  # as the download of the artifacts has them
    script, variables = _step("Merge the reports", {"merge": "true"}, runner)
    done = _bash(script, runner, **variables)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    merged = json.loads((reports / "contract.json").read_text("utf-8"))
    assert merged["shards"] == ["1/2", "2/2"]


@pytest.mark.parametrize(
    ("start", "seconds", "expected"),
    [
        ("echo no such option >&2; exit 3", "60", "the server ended before it responded at base-url"),
        ("sleep 60", "1", "no response at base-url after 1 s"),
    ],
)
def test_the_action_says_why_there_is_no_server(
    start: str, seconds: str, expected: str, runner: Path
) -> None:
    given = {"base-url": f"http://127.0.0.1:{_free_port()}/", "start": start, "wait-seconds": seconds}
    script, variables = _step("Test the server", given, runner)
    done = _bash(script, runner, **variables)
    assert done.returncode == 2
    assert done.stdout.startswith(f"::error::start: {expected}")
    log = (runner / "temp" / "callr-sms-reports" / "server.log").read_text("utf-8")
    assert log == ("no such option\n" if "echo" in start else "")


def test_the_action_passes_the_exit_code_on_and_starts_an_emulator(runner: Path) -> None:
    script, variables = _step("Test the server", {"options": f"{QUICK} --webhooks off"}, runner)
    done = _bash(script, runner, **variables)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    script, variables = _step("Test the server", {"options": "--profile none"}, runner)
    assert _bash(script, runner, **variables).returncode == 2


def test_a_cancelled_job_has_its_reports(runner: Path) -> None:
    """The runner signals the shell; its server, which is in another process group, ends, too."""
    program = runner / "temp" / "callr-sms-contract" / "bin" / "callr-sms-contract"
    _program(program, sys.executable, "-m", "callr_sms_contract")  # a signal has to reach it
    port = _free_port()
    given = {"base-url": f"http://127.0.0.1:{port}/rest/v1.1", "login": "emulator", "password": "emulator"}
    given["start"] = f"callr-sms-emulator serve --port {port} --database :memory:"
    script, variables = _step("Test the server", given | {"options": "--max-seconds 900"}, runner)
    with subprocess.Popen(  # noqa: S603 - what the recipe says
        [*SHELL, script],
        cwd=runner,
        env=_environment(runner) | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("contract tests of ")
        account = CallrEmulator(given["base-url"], given["login"], given["password"])
        while not account.requests.list(limit=1):
            time.sleep(0.05)
        process.terminate()
        assert "incomplete, interrupted by SIGTERM" in process.stdout.read()
    assert process.returncode in {2, 143}
    assert _is_stopped(port)
    reports = runner / "temp" / "callr-sms-reports"
    assert json.loads((reports / "contract.json").read_text("utf-8"))["is_complete"] is False


def test_the_action_uploads_in_any_case_and_uses_versions() -> None:
    steps = ACTION["runs"]["steps"]
    assert (steps[-1]["uses"], steps[-1]["if"]) == ("actions/upload-artifact@v4", "always()")
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", each["uses"]) for each in steps if "uses" in each)
    assert all(each["shell"] == "bash" for each in steps if "run" in each)
    assert steps[-1]["with"]["path"] == "${{ runner.temp }}/callr-sms-reports"
    described = set(re.findall(r"^\| (.+?) \|", _section("GitHub Actions: the action"), re.MULTILINE))
    assert _words(described) == ACTION["inputs"].keys()


def test_the_examples_of_the_action_name_its_inputs() -> None:
    one, many = _examples("action")
    for document in (one, many):
        for job in document["jobs"].values():
            (used,) = [each for each in job["steps"] if each["uses"] == "OWNER/REPOSITORY@REF"]
            assert used["with"].keys() <= ACTION["inputs"].keys()
    shards = many["jobs"]["contract"]["strategy"]["matrix"]["shard"]
    assert shards == [f"{number}/{len(shards)}" for number in range(1, len(shards) + 1)]


def _section(title: str) -> str:
    page = (ROOT / "docs" / "contract-tests" / "ci.md").read_text("utf-8")
    return page.partition(f"## {title}\n")[2].partition("\n## ")[0]


def _words(cells: set[str]) -> set[str]:
    return {name for cell in cells for name in re.findall(r"`([a-z-]+)`", cell)}


# ---- GitLab ----


def _job(name: str, given: dict[str, str | int]) -> tuple[str, dict[str, str]]:
    """Return the script of a job of the template, and its variables, with the inputs filled in."""
    inputs = {each: settings.get("default") for each, settings in SPEC["spec"]["inputs"].items()} | given

    def filled(text: object) -> str:
        return re.sub(r"\$\[\[ inputs\.([a-z-]+) \]\]", lambda found: str(inputs[found[1]]), str(text))

    job = TEMPLATE[name]
    variables = {each: filled(value) for each, value in job.get("variables", {}).items()}
    return "\n".join(map(filled, job["script"])), variables


def test_the_jobs_of_the_template_run(tmp_path: Path) -> None:
    (example,) = _examples("template")
    given = example["include"][0]["inputs"]
    assert given.keys() <= SPEC["spec"]["inputs"].keys()
    described = set(re.findall(r"^\| (.+?) \|", _section("GitLab: the template"), re.MULTILINE))
    assert _words(described) == SPEC["spec"]["inputs"].keys()
    assert example["include"][0]["file"] == "templates/contract-tests.yml"
    port = _free_port()
    given |= {
        "base-url": f"http://127.0.0.1:{port}/rest/v1.1",
        "start": f"callr-sms-emulator serve --port {port} --database :memory:",
        "options": QUICK,
    }
    _program(tmp_path / "bin" / "callr-sms-contract", *command("callr_sms_contract"))
    _program(tmp_path / "bin" / "pip", "test", "-n")
    script, variables = _job("contract-tests", given)
    for number in ("1", "2"):
        node = {"CI_NODE_INDEX": number, "CI_NODE_TOTAL": "2", "CI_PIPELINE_ID": "9"}
        done = _bash(script.replace("pip install --quiet", "pip"), tmp_path, **variables, **node)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert _is_stopped(port)
    script, variables = _job("contract-report", given)
    done = _bash(script.replace("pip install --quiet", "pip"), tmp_path, **variables)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert (tmp_path / "contract-reports" / "contract.html").exists()
    script, variables = _job("contract-tests", given | {"start": "exit 3"})
    node = {"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "1", "CI_PIPELINE_ID": "9"}
    done = _bash(script.replace("pip install --quiet", "pip"), tmp_path, **variables, **node)
    assert done.returncode == 2
    assert "start: the server ended before it responded" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_cancelled_job_of_the_template_waits_for_its_reports(number: int, tmp_path: Path) -> None:
    """With a program in place of the tests, which have tests of their own, that takes a moment to end."""
    end = "sleep 0.2; echo written > contract-reports/report; exit 2"
    line = f"trap '{end}' TERM; echo begun; while :; do sleep 0.02; done"
    _program(tmp_path / "bin" / "callr-sms-contract", "sh", "-c", line, "sh")
    _program(tmp_path / "bin" / "pip", "true")
    script, variables = _job("contract-tests", {"toolkit": "x", "base-url": "http://127.0.0.1:1"})
    node = {"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "1", "CI_PIPELINE_ID": "9"}
    with subprocess.Popen(  # noqa: S603 - what the recipe says
        [*SHELL, script],
        cwd=tmp_path,
        env=_environment(tmp_path) | variables | node,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(number)
        assert process.wait(60) == 2
    assert (tmp_path / "contract-reports" / "report").read_text("utf-8") == "written\n"


# ---- pre-commit ----


HOOKS = {each["id"]: each for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}


@pytest.mark.parametrize(
    ("hook", "module"), [("callr-generator-check", "generator"), ("callr-contract-lint", "openapi.lint")]
)
def test_a_hook_runs_its_check_in_the_folder_of_the_user(hook: str, module: str, tmp_path: Path) -> None:
    """With a make and a Python that note what they are asked: the checks have tests of their own."""
    entry = HOOKS[hook]["entry"]
    toolkit = tmp_path / "toolkit"
    place = toolkit / entry
    place.parent.mkdir(parents=True)
    place.write_bytes((ROOT / entry).read_bytes())
    place.chmod((ROOT / entry).stat().st_mode)
    note = 'printf "%s\\n" "$PWD: $0 $*" >> "$NOTES"'
    _program(tmp_path / "bin" / "make", "sh", "-c", note, "make")
    _program(toolkit / ".venv" / "bin" / "python", "sh", "-c", note, "python")
    user = tmp_path / "user"
    user.mkdir()
    done = subprocess.run(  # noqa: S603 - the hook
        [place, "--contract", "my openapi.yaml"],
        cwd=user,
        env={"PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}", "NOTES": str(tmp_path / "notes")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    made, run = (tmp_path / "notes").read_text("utf-8").splitlines()
    assert made.startswith(f"{user}: make --directory {toolkit} --no-print-directory setup")
    verb = " check" if module == "generator" else ""
    assert run == f"{user}: python -m {module}{verb} --contract my openapi.yaml"


def test_the_hooks_are_those_of_the_example_and_their_targets_exist() -> None:
    (example,) = _examples("pre-commit")
    assert {each["id"] for each in example["repos"][0]["hooks"]} == HOOKS.keys()
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for hook in HOOKS.values():
        assert hook["language"] == "script"
        text = (ROOT / hook["entry"]).read_text("utf-8")
        (targets,) = re.findall(r"--no-print-directory (.+) >&2", text)
        assert all(
            re.search(rf"(^|:= ){re.escape(target)}", makefile, re.MULTILINE) for target in targets.split()
        )
