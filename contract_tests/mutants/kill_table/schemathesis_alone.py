"""The command line of schemathesis against the same wrong servers, for comparison."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from callr_sms_contract.contract import CONTRACT_PATH
from callr_sms_contract.emulator import ACCOUNT, start_emulator
from callr_sms_contract.settings import PROFILES
from mutants.proxy import LyingProxy, truth
from mutants.registry import MUTANTS

SURVIVES: Final = "**survives**"
_EXAMPLES: Final = PROFILES["quick"].max_examples
"""Examples for each operation: as many as our quick run makes, independent of the machine's load."""
_LONGEST: Final = 300
"""Seconds after which a run hangs."""
_SEEDS_OF_THE_RIGHT: Final = 5
"""What it says of the right server depends on the seed: what any of so many says is accepted."""


class Plain:
    """Runs of schemathesis alone, and its findings on the right server."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder, self._seed = folder, seed
        self._accepted = folder / "accepted.json"

    def learn(self) -> None:
        """Remember the findings on the right server."""
        for number in range(_SEEDS_OF_THE_RIGHT):
            self._run("", self._seed + number, "--baseline", str(self._accepted), "--baseline-update")

    def verdict(self, mutant: str) -> str:
        """Return the name of the finding on a wrong server that is not one on the right server."""
        accepted = ("--baseline", str(self._accepted)) if self._accepted.exists() else ()
        found = self._run(mutant, self._seed, *accepted, "--max-failures", "1")
        names = sorted({failure["type"] for failure in found["failures"]})
        return f"`{names[0]}`" if names else SURVIVES

    def _run(self, mutant: str, seed: int, *options: str) -> dict[str, list[dict[str, str]]]:
        lie = MUTANTS[mutant].make() if mutant else truth
        report = self._folder / f"{mutant or 'truth'}-{seed}.json"
        with ExitStack() as takedown:
            proxy = takedown.enter_context(LyingProxy(start_emulator(takedown), lie).listening())
            subprocess.run(  # noqa: S603 - the program in the folder of this interpreter
                [*_command(proxy.base_url, seed), "--report-json-path", str(report), *options],
                cwd=self._folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_LONGEST,
                check=False,
            )
        found: dict[str, list[dict[str, str]]] = json.loads(report.read_text("utf-8"))
        return found


def _command(base_url: str, seed: int) -> list[str]:
    program = str(Path(sys.executable).with_name("schemathesis"))
    flags = ("--continue-on-failure", "--generation-database=none", "--no-color")
    how = (f"--url={base_url}", f"--auth={':'.join(ACCOUNT)}", "--checks=all", "--report=json")
    return [program, "run", str(CONTRACT_PATH), *how, *flags, f"--seed={seed}", f"--max-examples={_EXAMPLES}"]


def run_plain(names: list[str], workers: int, seed: int) -> Iterator[tuple[str, str]]:
    """Yield the finding of schemathesis alone on each mutant, in order."""
    with tempfile.TemporaryDirectory(prefix="plain-") as folder, ThreadPoolExecutor(workers) as pool:
        plain = Plain(Path(folder), seed)
        plain.learn()
        yield from zip(names, pool.map(plain.verdict, names), strict=True)
