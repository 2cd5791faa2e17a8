"""Runs a program once for each kind of break, and counts what the emulator received."""

import base64
import http.client
import json
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Final
from urllib.parse import urlsplit

from callr_sms_contract.client_check import program
from callr_sms_contract.client_check.breaks import BREAKS, Break, Stage
from callr_sms_contract.client_check.findings import Findings, Trial, Verdict, verdict_of
from callr_sms_contract.client_check.outside import Outside
from callr_sms_contract.client_check.program import Ended
from callr_sms_contract.client_check.proxy import BreakingProxy
from callr_sms_contract.emulator import start_emulator
from callr_sms_contract.settings import SettingError

NO_BREAK: Final = "no-break"
MOST_JOBS: Final = 16
_SECONDS: Final = 30


class CheckError(RuntimeError):
    """The program cannot be tested."""


@dataclass(frozen=True)
class Plan:
    """What to run, and how."""

    command: list[str]
    seconds: float = 60
    """The time limit of a run."""
    jobs: int = 1
    """How many runs are made at once."""
    names: tuple[str, ...] = ()
    """The breaks to try; all of them when empty."""
    shows_output: bool = False
    """Whether the output of the program goes to standard error."""

    def __post_init__(self) -> None:
        if not self.command:
            raise SettingError(
                "COMMAND: it is missing; expected a program after --, such as `-- python send.py`"
            )
        if not 0 < self.seconds < float("inf"):
            raise SettingError(
                f"--time-limit: {self.seconds:g} is not a time; expected a number of seconds, more than 0"
            )
        if not 1 <= self.jobs <= MOST_JOBS:
            raise SettingError(f"--jobs: {self.jobs} is out of range; expected 1 to {MOST_JOBS}")
        known = [each.name for each in BREAKS]
        for name in self.names:
            if name not in known:
                raise SettingError(f"--only: {name!r} is unknown; expected one of {', '.join(known)}")

    @property
    def breaks(self) -> tuple[Break, ...]:
        """Return the breaks to try, in their order."""
        return tuple(each for each in BREAKS if not self.names or each.name in self.names)


@dataclass(frozen=True)
class _Account:
    """An account of the emulator, for one run."""

    login: str
    password: str = field(repr=False)


class ClientCheck:
    """The test of one program; what it has found can be reported at any time."""

    def __init__(self, plan: Plan) -> None:
        """Prepare it. Nothing is started yet."""
        self._plan, self._began = plan, time.monotonic()
        self._trials: list[Trial] = []
        self._stop = Event()
        self._accounts = [
            _Account(f"client-{number}", secrets.token_urlsafe(16)) for number in range(len(plan.breaks) + 1)
        ]

    def execute(self, takedown: ExitStack, on_trial: Callable[[Trial], None]) -> Findings:
        """Run the program, call `on_trial` with each result in its order, and return all of them.

        Raises CheckError, ProgramError or EmulatorError when it cannot be tested.
        """
        options = [f"--account={each.login}:{each.password}" for each in self._accounts]
        self._server = urlsplit(start_emulator(takedown, options=options))
        takedown.callback(self._stop.set)
        self._outside = Outside()
        takedown.callback(self._outside.close)
        first = self._run(None, self._accounts[0])
        _require_one_send(first, self._outside.hosts)
        self._note(first.trial, on_trial)
        with ThreadPoolExecutor(self._plan.jobs) as pool:
            waiting: list[Future[_Run]] = []
            try:
                for kind, account in zip(self._plan.breaks, self._accounts[1:], strict=True):
                    waiting.append(pool.submit(self._run, kind, account))
                for each in waiting:
                    self._note(each.result().trial, on_trial)
            except BaseException:
                self._stop.set()
                pool.shutdown(cancel_futures=True)
                raise
        return self.findings()

    def findings(self, stopped: str = "") -> Findings:
        """Return what was found until now; `stopped` says in words why it ends before its time."""
        name = Path(self._plan.command[0]).name
        seconds = time.monotonic() - self._began
        return Findings(name, tuple(self._trials), seconds, self._plan.seconds, stopped)

    def _note(self, trial: Trial, on_trial: Callable[[Trial], None]) -> None:
        self._trials.append(trial)
        on_trial(trial)

    def _run(self, kind: Break | None, account: _Account) -> "_Run":
        began = time.monotonic()
        proxy = BreakingProxy((self._server.hostname or "", self._server.port or 0), kind)
        proxy.start()
        try:
            settings = self._settings(proxy.origin, account)
            plan = self._plan
            ended = program.run(
                plan.command, settings, plan.seconds, self._stop, shows_output=plan.shows_output
            )
        finally:
            proxy.stop()
        if self._stop.is_set():
            raise CheckError("interrupted")
        if proxy.problem:
            raise CheckError(proxy.problem)
        delivered = self._delivered(account)
        return _Run(proxy, _trial(kind, proxy, ended, delivered, time.monotonic() - began))

    def _settings(self, origin: str, account: _Account) -> Mapping[str, str]:
        return {
            "CALLR_BASE_URL": f"{origin}{self._server.path}",
            "CALLR_LOGIN": account.login,
            "CALLR_PASSWORD": account.password,
            **self._outside.settings,
        }

    def _delivered(self, account: _Account) -> int:
        connection = http.client.HTTPConnection(self._server.netloc, timeout=_SECONDS)
        token = base64.b64encode(f"{account.login}:{account.password}".encode()).decode()
        try:
            connection.request("GET", "/_emulator/account", headers={"Authorization": f"Basic {token}"})
            return int(json.load(connection.getresponse())["data"]["sms"])
        except (OSError, http.client.HTTPException, ValueError, LookupError) as error:
            raise CheckError(f"the emulator did not respond ({type(error).__name__})") from None
        finally:
            connection.close()


@dataclass(frozen=True)
class _Run:
    proxy: BreakingProxy
    trial: Trial


def _trial(kind: Break | None, proxy: BreakingProxy, ended: Ended, delivered: int, seconds: float) -> Trial:
    if kind is None:
        verdict = verdict_of(ended, delivered, was_hit=True, is_possible=True)
        return Trial(NO_BREAK, "nothing is broken", delivered, 0, ended, seconds, verdict)
    was_hit = bool(proxy.hits) or kind.stage is Stage.LISTEN
    is_possible = not (kind.needs_a_body and proxy.had_no_body)
    verdict = verdict_of(ended, delivered, was_hit=was_hit, is_possible=is_possible)
    return Trial(kind.name, kind.words, delivered, proxy.hits, ended, seconds, verdict)


def _require_one_send(run: _Run, others: Iterable[str]) -> None:
    """Raise CheckError unless the program sends one SMS when nothing is broken; `others` are called hosts."""
    trial, ended = run.trial, run.trial.ended
    shown = "; --show-output shows what it prints"
    if trial.verdict is Verdict.UNENDED:
        what = "a process that it started was still running" if ended.left_processes else "it did not end"
        raise CheckError(
            f"without a break, {what} after the time limit; expected a program that sends one SMS and ends, "
            f"or a higher --time-limit{shown}"
        )
    if not run.proxy.connections and others:
        raise CheckError(
            f"the program called {', '.join(sorted(others))} ({ended.words}), which was refused; expected a "
            f"request to the URL in CALLR_BASE_URL{shown}"
        )
    if not run.proxy.connections:
        raise CheckError(
            f"the program made no request ({ended.words}); expected one to the URL in CALLR_BASE_URL{shown}"
        )
    if trial.delivered != 1:
        raise CheckError(
            f"without a break, the program made {run.proxy.requests} requests and {trial.delivered} SMS were "
            f"delivered ({ended.words}); expected exactly one, with the credentials in CALLR_LOGIN and "
            f"CALLR_PASSWORD{shown}"
        )
    if ended.code != 0:
        raise CheckError(
            f"without a break, the program ended with {ended.words} although the SMS was sent; "
            f"expected exit code 0{shown}"
        )
