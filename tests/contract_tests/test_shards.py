"""Shards: disjoint shares that make up the whole, whose records merge."""

import json
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from callr_sms_contract import PROFILES, Settings, run_suite
from callr_sms_contract.contract.document import Contract
from callr_sms_contract.phases.engine import configuration, operations_of_shard
from callr_sms_contract.settings import SettingError, Shard
from tests.contract_tests.lying_proxy import Proxy
from tests.contract_tests.test_cli import environment
from tests.preloaded import command

OPERATIONS = ("getSms", "listSms")


@pytest.mark.parametrize(("number", "of"), [(0, 2), (3, 2), (1, 0)])
def test_a_share_is_one_of_its_number(number: int, of: int) -> None:
    with pytest.raises(SettingError, match=r"^--shard: '\d/\d' is not a shard; expected one like 2/8"):
        Shard(number, of)


@pytest.mark.parametrize("of", [1, 2, 3, 8, 11])
def test_the_shares_of_an_amount_add_up(of: int) -> None:
    for amount in (0, 1, 60, 1500):
        assert sum(Shard(number, of).share(amount) for number in range(1, of + 1)) == amount


@pytest.mark.parametrize("of", [1, 2, 3, 8, 11])
def test_each_phase_of_an_operation_that_never_changes_is_in_one_shard(
    of: int, contract: Contract, settings: Settings
) -> None:
    done: Counter[tuple[str, str]] = Counter()
    for number in range(1, of + 1):
        left_out = {
            (entry["include-operation-id"], phase)
            for entry in operations_of_shard(contract, replace(settings, shard=Shard(number, of)))
            for phase in entry["phases"]
        }
        units = {(each.id, phase) for each in contract.operations for phase in ("examples", "coverage")}
        done.update(units - left_out)
    assert set(done.values()) == {1}
    assert len(done) == 2 * len(contract.operations)


def test_no_two_shards_make_up_the_same_requests(settings: Settings) -> None:
    seeds = {
        configuration(replace(settings, seed=seed, shard=Shard(number, 3)), is_live=False)["seed"]
        for seed in (0, 1, 2)
        for number in (1, 2, 3)
    }
    assert len(seeds) == 9


def _requests(settings: Settings, shard: Shard | None) -> Counter[tuple[str, str]]:
    with Proxy(settings.base_url).listening() as proxy:
        run_suite(
            replace(
                settings,
                base_url=proxy.base_url,
                shard=shard,
                phases=("coverage",),
                operations=OPERATIONS,
                profile=PROFILES["quick"],
            )
        )
    return Counter(
        (asked.method, asked.target)
        for asked in proxy.asked
        if asked.header("x-schemathesis-testcaseid") and not asked.header("x-schemathesis-probe")
    )


def test_together_the_shards_make_the_requests_of_the_whole(settings: Settings) -> None:
    whole = _requests(settings, None)
    first, second = (_requests(settings, Shard(number, 2)) for number in (1, 2))
    assert first
    assert second
    assert first + second == whole


def _cli(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own program
        [*command("callr_sms_contract"), *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_the_records_of_shards_merge_into_one_report(tmp_path: Path) -> None:
    for number in (1, 2):
        part = ("--seed", "7", "--shard", f"{number}/2", "--phase", "examples", "--json", f"{number}.json")
        result = _cli(tmp_path, *part)
        assert result.returncode == 0, result.stdout + result.stderr
    result = _cli(tmp_path, "merge", "1.json", "2.json", "--json", "all.json", "--html", "all.html")
    assert (result.returncode, result.stderr) == (0, "")
    assert "seed 7, shard 1/2, 2/2" in result.stdout
    parts = [json.loads((tmp_path / f"{number}.json").read_text("utf-8")) for number in (1, 2)]
    whole = json.loads((tmp_path / "all.json").read_text("utf-8"))

    def count(record: dict[str, list[dict[str, int]]]) -> int:
        return sum(row["count"] for row in record["requests"])

    assert count(whole) == sum(map(count, parts))
    assert (tmp_path / "all.html").exists()
    said = {("1.json",): "'2/2' missing, found '1/2'", ("1.json", "1.json"): "'1/2' more than once"}
    for given, words in said.items():
        result = _cli(tmp_path, "merge", *given)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == f"callr-sms-contract: shards: {words}; expected each shard of a run once\n"


def test_what_cannot_be_merged_is_2_and_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}", encoding="utf-8")
    result = _cli(tmp_path, "merge", "x.json")
    assert result.returncode == 2
    assert result.stderr == (
        "callr-sms-contract: x.json: not a record of version 1; expected a file that --json wrote\n"
    )
