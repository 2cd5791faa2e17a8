"""The examples for CI are documents that parse, and their command lines run."""

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import RunningEmulator
from tests.contract_tests.test_cli import environment
from tests.docs.pages import run_by
from tests.preloaded import command

GITHUB, GITLAB = (block.text for block in run_by("tests/contract_tests/test_ci.py"))


def _github(job: str) -> list[dict[str, Any]]:
    document = yaml.safe_load(GITHUB)
    assert document[True] == ["push"]  # YAML 1.1 reads `on` as a boolean; GitHub does not
    steps: list[dict[str, Any]] = document["jobs"][job]["steps"]
    return steps


def _commands(steps: list[dict[str, Any]]) -> list[str]:
    return [step["run"] for step in steps if "run" in step]


def test_every_action_of_github_has_a_version() -> None:
    for job in ("contract", "report"):
        used = [step["uses"] for step in _github(job) if "uses" in step]
        assert used
        assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", each) for each in used)


def test_what_is_installed_is_there() -> None:
    root = Path(__file__).parents[2]
    gitlab = yaml.safe_load(GITLAB)["contract"]["script"]
    installs = [line for line in (*_commands(_github("contract")), *gitlab) if line.startswith("pip ")]
    assert len(installs) == 2
    for line in installs:
        folder = line.removeprefix("pip install ")
        assert (root / folder / "pyproject.toml").exists()


def _run(line: str, folder: Path, emulator: RunningEmulator, **more: str) -> int:
    """With few requests: the options and the files count here."""
    words = shlex.split(line) if "$" not in line else []
    program = shlex.join(command("callr_sms_contract"))
    line = line.replace("callr-sms-contract", program, 1).replace("--profile full", "")
    if " merge " not in line:
        line += " --phase examples --operation listSms --max-seconds 900"
    account = environment(emulator.login, emulator.password)
    done = subprocess.run(  # noqa: S602 - a line for a shell
        line,
        shell=True,
        cwd=folder,
        env=account | {"BASE_URL": emulator.base_url} | more,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stderr == "", (line, words)
    return done.returncode


def test_the_github_jobs_run(emulator: RunningEmulator, tmp_path: Path) -> None:
    contract = _commands(_github("contract"))[1]
    for shard in _matrix():
        line = contract.replace("${{ matrix.shard }}", str(shard))
        assert "${{" not in line
        assert _run(line, tmp_path, emulator, GITHUB_RUN_ID="17") == 0
    assert sorted(os.listdir(tmp_path)) == [f"contract-{shard}.json" for shard in _matrix()]  # noqa: PTH208 - names
    page = tmp_path / "page"
    assert _run(_commands(_github("report"))[1], tmp_path, emulator, GITHUB_STEP_SUMMARY=str(page)) == 0
    assert (tmp_path / "contract.xml").exists()
    assert (tmp_path / "contract.html").exists()
    assert "the contract holds" in page.read_text("utf-8")


def _matrix() -> list[int]:
    document = yaml.safe_load(GITHUB)
    shards: list[int] = document["jobs"]["contract"]["strategy"]["matrix"]["shard"]
    return shards


def test_the_shards_of_github_are_as_many_as_they_say() -> None:
    contract = _commands(_github("contract"))[1]
    found = re.search(r"--shard \S+ \S+ \S+/(\d+)", contract)
    assert found is not None
    assert _matrix() == list(range(1, int(found[1]) + 1))


@pytest.mark.parametrize("index", [1, 3])
def test_the_gitlab_job_runs(index: int, emulator: RunningEmulator, tmp_path: Path) -> None:
    job = yaml.safe_load(GITLAB)["contract"]
    nodes = {"CI_NODE_INDEX": str(index), "CI_NODE_TOTAL": str(job["parallel"]), "CI_PIPELINE_ID": "9"}
    assert _run(job["script"][1], tmp_path, emulator, **nodes) == 0
    assert {path.name for path in tmp_path.iterdir()} == {f"contract-{index}.json", f"contract-{index}.xml"}
    assert job["artifacts"]["reports"]["junit"] == "contract-*.xml"
