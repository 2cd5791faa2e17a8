"""One run of the contract tests' busy parts: `python -m benchmarks._suite WHOSE SEED [PHASES]`.

WHOSE is `plain` for schemathesis alone, with all of its checks; `values` for that with our values and
requests; `ours` for that with our checks, too; `machine` for the state machine. The first three
have the same settings and the same phases: all, or the first PHASES. It starts an emulator of its own and
prints how many requests were made, and the seconds that they took.
"""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Final

import schemathesis
from schemathesis.checks import load_all_checks
from schemathesis.engine import events, from_schema

from callr_sms_contract import Settings
from callr_sms_contract.contract import Contract
from callr_sms_contract.emulator import ACCOUNT, start_emulator
from callr_sms_contract.generation import STRATEGIES
from callr_sms_contract.oracle import Inspector, Judge
from callr_sms_contract.phases import (
    Engine,
    RunContext,
    StateMachine,
    add_edge_cases,
    configuration,
    longest_query,
)
from callr_sms_contract.settings import ENGINE_PHASES
from callr_sms_contract.time_budget import TimeBudget

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SECONDS: Final = 3600
"""Longer than any of them takes."""


def _run(contract: Contract, settings: Settings) -> RunContext:
    judge = Judge(contract, settings.base_url, settings.login, settings.password)
    return RunContext(settings, contract, Inspector(judge), TimeBudget(_SECONDS))


def _counted(context: RunContext) -> int:
    if context.tally.failures or context.tally.errors:
        raise SystemExit("the emulator was accused")
    return sum(context.tally.requests.values())


def _ours(contract: Contract, settings: Settings) -> tuple[int, float]:
    context = _run(contract, settings)
    began = time.perf_counter()
    Engine(context).run()
    return _counted(context), time.perf_counter() - began


def _plain(contract: Contract, settings: Settings, *, has_values: bool) -> tuple[int, float]:
    began = time.perf_counter()
    load_all_checks()
    words = configuration(settings, is_live=False)
    slowest = words["checks"]["max_response_time"]
    config = schemathesis.Config.from_dict(words | {"checks": {"max_response_time": slowest}})
    if has_values:
        for name, strategy in STRATEGIES.items():
            schemathesis.openapi.format(name, strategy())
    schema = schemathesis.openapi.from_dict(dict(contract.document), config=config)
    if has_values:
        add_edge_cases(schema, longest_query(settings))
    stream = from_schema(schema).execute()
    scenarios = [event.recorder for event in stream if isinstance(event, events.ScenarioFinished)]
    return sum(len(each.interactions) for each in scenarios), time.perf_counter() - began


def _machine(contract: Contract, settings: Settings) -> tuple[int, float]:
    context = _run(contract, settings)
    machine = StateMachine(context)
    machine.prepare()
    began = time.perf_counter()
    machine.run()
    return _counted(context), time.perf_counter() - began


def main(whose: str, seed: int, phases: int = len(ENGINE_PHASES)) -> None:
    """Run and print."""
    contract = Contract.load()
    with ExitStack() as takedown:
        settings = Settings(start_emulator(takedown), *ACCOUNT, seed=seed, phases=ENGINE_PHASES[:phases])
        count, seconds = _RUNS[whose](contract, settings)
    print(count, seconds)  # noqa: T201 - the process that started it reads this


_RUNS: Final[Mapping[str, Callable[[Contract, Settings], tuple[int, float]]]] = {
    "ours": _ours,
    "plain": partial(_plain, has_values=False),
    "values": partial(_plain, has_values=True),
    "machine": _machine,
}


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
