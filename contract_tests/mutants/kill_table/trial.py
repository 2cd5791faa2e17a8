"""One trial: our suite against one wrong server, in its own process, with a time limit."""

import multiprocessing
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Final

from callr_sms_contract.emulator import ACCOUNT, start_emulator
from callr_sms_contract.oracle import INSPECTIONS
from callr_sms_contract.run import Outcome, run_suite
from callr_sms_contract.settings import EXPECTED, PHASES, PROFILES, Settings
from mutants.proxy import LyingProxy, truth
from mutants.registry import MUTANTS

_RUN_SECONDS: Final = 900
"""Longer than any run takes: the time of a trial is limited from outside."""
_HOOK_SECONDS: Final = 15
"""The right server tries again after ten."""
TRUTH: Final = ""
"""The name of no mutant: the proxy before the right server tells the truth."""


@dataclass(frozen=True)
class Plan:
    """The settings of a trial."""

    profile: str = "quick"
    seconds: float = 30
    workers: int = 2
    phases: tuple[str, ...] = PHASES


@dataclass(frozen=True)
class Finding:
    """The result of a trial."""

    mutant: str
    seed: int
    check: str = ""
    """The check that noticed; empty when none did."""
    phase: str = ""
    seconds: float = 0
    requests: int = 0
    trouble: str = ""
    """What kept the suite from judging."""

    @property
    def is_killed(self) -> bool:
        """Whether the suite found the server wrong."""
        return bool(self.check)


def run_trials(trials: Iterable[tuple[str, int]], plan: Plan) -> Iterator[Finding]:
    """Run trials of these mutants with these seeds, several at a time; yield their results in order."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])

    def one(trial: tuple[str, int]) -> Finding:
        with ExitStack() as takedown:
            upstream = start_emulator(takedown)
            return _in_process(context, upstream, *trial, plan)

    with ThreadPoolExecutor(plan.workers) as pool:
        yield from pool.map(one, trials)


def _in_process(
    context: multiprocessing.context.ForkServerContext, upstream: str, mutant: str, seed: int, plan: Plan
) -> Finding:
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(theirs, upstream, mutant, seed, plan))
    process.start()
    theirs.close()
    try:
        if ours.poll(plan.seconds):
            found: Finding = ours.recv()
            return found
        return Finding(mutant, seed, seconds=plan.seconds, trouble="no verdict in time")
    except EOFError:
        return Finding(mutant, seed, trouble="the suite ended without a word")
    finally:
        process.kill()
        process.join()
        ours.close()


def _child(pipe: Connection, upstream: str, mutant: str, seed: int, plan: Plan) -> None:
    pipe.send(hold(upstream, mutant, seed, plan))


def hold(upstream: str, mutant: str, seed: int, plan: Plan) -> Finding:
    """Run the contract tests on `mutant` in front of `upstream` until the first failure."""
    started = time.monotonic()
    lie = MUTANTS[mutant].make() if mutant else truth
    login, password = ACCOUNT
    with LyingProxy(upstream, lie).listening() as proxy:
        settings = Settings(
            proxy.base_url,
            login,
            password,
            profile=PROFILES[plan.profile],
            # Several trials share this machine; each makes the requests that it would make alone.
            max_seconds=_RUN_SECONDS,
            seed=seed,
            phases=plan.phases,
            fail_fast=True,
            webhooks=EXPECTED,
            webhooks_seconds=_HOOK_SECONDS,
        )
        try:
            outcome = run_suite(settings)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs in the table
            return Finding(mutant, seed, trouble=f"{type(error).__name__}: {error}")
    if proxy.breakdowns:
        return Finding(mutant, seed, trouble=f"the lie broke down: {proxy.breakdowns[0]}")
    return _finding(mutant, seed, outcome, time.monotonic() - started)


def _finding(mutant: str, seed: int, outcome: Outcome, seconds: float) -> Finding:
    tally = outcome.tally
    phases = [phase for _, phase in tally.requests]  # in the order in which they were first met
    checks = sorted({failure.check for failure in tally.failures.values()}, key=_own_first)
    return Finding(
        mutant,
        seed,
        check=checks[0] if checks else "",
        phase=phases[-1] if phases else "",
        seconds=seconds,
        requests=sum(tally.requests.values()),
        trouble="; ".join(tally.errors),
    )


def _own_first(check: str) -> tuple[bool, str]:
    """Sort our checks before those of schemathesis, because ours name the rule."""
    return check not in INSPECTIONS, check
