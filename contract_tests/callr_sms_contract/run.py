"""One run from start to end: install the guard, go through the phases, clean up."""

import gc
import gzip
import json
import os
import shutil
import ssl
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.internal.charmap import charmap_file

from callr_sms_contract import events
from callr_sms_contract.contract import Contract
from callr_sms_contract.guard import Allowance, Guard, RateLimit, Reads, install, is_loopback
from callr_sms_contract.oracle import Inspector, Judge
from callr_sms_contract.phases import ALL_PHASES, Phase, RunContext, RunStopped, misplaced, require_account
from callr_sms_contract.results import (
    COMPLETE,
    CUT,
    STARVED,
    Coverage,
    DriftObserver,
    PhaseCount,
    Record,
    RunDetails,
    Tally,
    record_of,
)
from callr_sms_contract.settings import SettingError, Settings, reaches_only_loopback
from callr_sms_contract.time_budget import Schedule, TimeBudget
from callr_sms_contract.wire import Pace, open_socket, paced, presenting

_CONNECT_SECONDS: Final = 5
_PLAIN_HTTP: Final = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST")
"""The reasons of OpenSSL when a server does not speak TLS."""
_NO_FOLDER: Final = Path(os.devnull, "hypothesis")
_UTF_8: Final[tuple[list[tuple[int, int]], list[int]]] = ([(0, 0xD7FF), (0xE000, 0x10FFFF)], [])
"""The characters that it encodes, and those that it does not decode as they were."""
_PROXY_VARIABLES: Final = ("http_proxy", "https_proxy", "all_proxy")


class UnreachableError(RuntimeError):
    """No connection to the base URL."""


@dataclass(frozen=True)
class Outcome:
    """The result of a run."""

    tally: Tally
    is_live: bool
    """Whether the server is on another machine; then only the two reads and paid sends were called."""
    record: Record
    """The results as data without secrets."""

    @property
    def holds(self) -> bool:
        """Return whether the server kept the contract in everything that was tested."""
        return not self.tally.failures and not self.tally.errors


class Run:
    """One run; what it has found can be reported at any time."""

    def __init__(
        self,
        settings: Settings,
        contract: Contract | None = None,
        *,
        is_local: Callable[[object], bool] = is_loopback,
        takedown: ExitStack | None = None,
        on_event: Callable[[events.Event, Tally], None] | None = None,
    ) -> None:
        """Prepare it; see `run_suite`. Nothing is requested yet."""
        contract = contract or Contract.load()
        is_live = not (reaches_only_loopback(settings.base_url) and is_local(("127.0.0.1", 0)))
        self._is_local, self._takedown = is_local, takedown or ExitStack()
        judge = Judge(contract, settings.base_url, settings.login, settings.password, settings.shortcodes)
        seconds = settings.max_seconds or settings.profile.seconds
        budget = TimeBudget(seconds, extra=settings.extra_seconds)
        self._context = RunContext(
            settings, contract, Inspector(judge, settings.excluded), budget, is_live, self._takedown
        )
        self._pace = Pace(
            RateLimit(settings.rate).wait if settings.rate else lambda: None,
            lambda: self._context.seconds_for_waits,
            self._context.limit,
            self._context.still_has_sms,
        )
        self._observer = DriftObserver(contract, settings.base_path)
        self._coverage = Coverage(
            contract, settings.base_path, is_live=is_live, has_shortcodes=bool(settings.shortcodes)
        )
        self._observer.listen_to(self._context.stream)
        self._coverage.listen_to(self._context.stream)
        if on_event is not None:
            tally = self._context.tally
            self._context.stream.subscribe(events.Event, lambda event: on_event(event, tally))

    @property
    def schedule(self) -> Schedule:
        """Return the time of its phases."""
        return self._context.schedule

    def execute(self) -> Outcome:
        """Make the requests of all phases and return what was found; see `run_suite`."""
        try:
            self._request_everything()
        finally:
            set_hypothesis_home_dir(None)
        return self.outcome()

    def _request_everything(self) -> None:
        context, settings = self._context, self._context.settings
        with self._takedown as stack:
            paid = Allowance(settings.recipients, settings.max_sends) if settings.recipients else None
            reads = Reads(settings.host, settings.base_path, paid) if context.is_live else None
            pace = RateLimit(settings.live_rate).wait
            stack.callback(install(Guard(reads, stack.close, self._is_local, pace)))
            stack.callback(gc.unfreeze)  # what the inspector froze, for this process may go on
            _leave_no_traces(stack)
            _use_no_proxies(stack)
            stack.enter_context(paced(self._pace))
            _present(settings.client_certificate, stack)
            _connect(settings)
            problem = misplaced(settings, require_account(settings))
            if problem is not None:
                context.watch.stop(problem)
                return
            with suppress(RunStopped):
                run_phases(context)
                context.watch.settle()
                context.accidents.settle()

    def outcome(self, stopped: str = "") -> Outcome:
        """Return what was found until now, and end the run: nothing that happens later is counted.

        `stopped` says in words why the run ends before its time.
        """
        context = self._context
        stopped = stopped or context.watch.reason
        if not stopped and context.tally.limited and not context.tally.verdicts:
            stopped = (
                "the server responded to every request with 429 or 503 and Retry-After, so that nothing was "
                "judged; expected a higher limit of the account, or a lower --rate"
            )
        if stopped:
            for event in [event for found in list(context.unreported.values()) for event in found]:
                context.emit(event)
            context.unreported.clear()
        context.accidents.conclude()
        context.stream.close()
        tally, budget = context.tally, context.budget
        self._coverage.add_to(tally)
        unfinished = ["the time was over before everything was tested"] * budget.was_cut
        if context.account.found_again:
            tally.notes.append(
                f"account: {context.account.found_again:,} SMS were found after a read had not found them, "
                "as behind a load balancer whose back ends do not have the same data"
            )
        if context.account.removed:
            tally.notes.append(
                f"account: the server removed {context.account.removed:,} SMS of others, from the oldest on"
            )
        unfinished += self._unjudged() + tally.unjudged_accidents
        tally.notes += unfinished
        if self._pace.limited:
            tally.notes.append(self._waits())
        if not self._pace.reuses_connections:
            tally.notes.append(
                "connections: the server closed one without `Connection: close` when it was used again; from "
                "then on each request had its own"
            )
        if self._pace.vague:
            tally.notes.append(
                f"rate limit: {self._pace.vague:,} responses with 429 had no Retry-After, so that nobody "
                "knows how long to wait; expected it, or a lower --rate"
            )
        circumstances = RunDetails(
            budget.spent, context.is_live, not (unfinished or stopped), stopped, self._phases()
        )
        record = record_of(
            tally, context.settings, context.contract, circumstances, self._observer, context.account
        )
        return Outcome(tally, context.is_live, record)

    def _phases(self) -> tuple[PhaseCount, ...]:
        phases = list(self._context.schedule.phases.values())
        if self._context.settings.fail_fast and self._context.tally.failures:
            phases = [phase for phase in phases if phase.is_finished]  # nobody wanted the others
        return tuple(
            PhaseCount(
                phase.name,
                STARVED if phase.is_starved else CUT if phase.was_cut or not phase.is_finished else COMPLETE,
                phase.requests,
                phase.minimum,
                round(phase.seconds, 1),
            )
            for phase in phases
        )

    def _unjudged(self) -> list[str]:
        count = self._context.tally.limited
        return [f"rate limit: {count:,} requests were not judged, because the server only asked to wait"] * (
            count > 0
        )

    def _waits(self) -> str:
        counts = ", ".join(f"{count:,} with {status}" for status, count in sorted(self._pace.limited.items()))
        return (
            f"rate limit: {self._pace.limited.total():,} responses asked to wait ({counts} and Retry-After), "
            f"{self._pace.waited:.1f} s in all; that is no failure"
        )


def run_suite(
    settings: Settings,
    contract: Contract | None = None,
    *,
    is_local: Callable[[object], bool] = is_loopback,
    takedown: ExitStack | None = None,
    on_event: Callable[[events.Event, Tally], None] | None = None,
) -> Outcome:
    """Test whether the server of `settings` keeps the contract.

    `is_local` returns whether a connected address belongs to this machine, so that SMS may be sent to it. The
    caller may close `takedown` to clean up early, as the guard does before it ends the process. `on_event` is
    called with each event. Raises SettingError for an unknown host, UnreachableError without a connection and
    CredentialsError when the server rejects the account.
    """
    return Run(settings, contract, is_local=is_local, takedown=takedown, on_event=on_event).execute()


def run_phases(context: RunContext) -> None:
    """Go through all phases; none starts when the run is over."""
    finished: list[Phase] = []
    phases = [kind(context) for kind in ALL_PHASES]
    context.schedule.plan(
        name for phase in phases if phase.reason_to_skip() is None for name in phase.parts()
    )
    for phase in phases:
        reason = phase.reason_to_skip()
        if reason is None and not context.is_over:
            context.emit(events.PhaseStarted(phase.name))
            phase.run()
            context.emit(events.PhaseFinished(phase.name))
            finished.append(phase)
        elif reason:
            context.emit(events.PhaseSkipped(phase.name, reason))
    for phase in finished:
        phase.finish()


def _present(certificate: str, stack: ExitStack) -> None:
    try:
        if certificate:
            stack.enter_context(presenting(certificate))
    except OSError as error:  # of which SSLError is one
        raise SettingError(
            f"--client-certificate: {certificate!r} cannot be used ({error.strerror or error}); expected a "
            "PEM file with a certificate and its key, without a passphrase"
        ) from None


def _connect(settings: Settings) -> None:
    try:
        open_socket(urlsplit(settings.base_url), _CONNECT_SECONDS).close()
    except ssl.SSLError as error:
        expected = "a trusted certificate, or REQUESTS_CA_BUNDLE set to the file of its certificate authority"
        if error.reason in _PLAIN_HTTP:
            expected = "a server that speaks TLS on this port, or http:// in place of https://"
        raise UnreachableError(
            f"--base-url: TLS with {settings.base_url!r} failed; expected {expected} ({error})"
        ) from None
    except OSError as error:
        raise UnreachableError(
            f"--base-url: no connection to {settings.base_url!r}; expected a running server ({error})"
        ) from None


def _leave_no_traces(stack: ExitStack) -> None:
    """Let Hypothesis write to a temporary folder, which is removed at the end.

    After that it has no folder at all: threads that a signal left running must not write to the current one.
    """
    folder = tempfile.mkdtemp(prefix="contract-tests-")
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    stack.callback(set_hypothesis_home_dir, _NO_FOLDER)
    set_hypothesis_home_dir(folder)
    # Hypothesis would spend a second on finding out what UTF-8 can encode: all but surrogates.
    table = charmap_file("codec-v2-utf-8")
    table.parent.mkdir(parents=True, exist_ok=True)
    table.write_bytes(gzip.compress(json.dumps(_UTF_8).encode()))


def _use_no_proxies(stack: ExitStack) -> None:
    """Connect to the server directly: with a proxy on this machine every host would look like loopback."""
    stack.callback(os.environ.update, dict(os.environ))
    stack.callback(os.environ.clear)
    for name in [name for name in os.environ if name.lower() in _PROXY_VARIABLES]:
        del os.environ[name]
    os.environ["NO_PROXY"] = "*"
    os.environ["NETRC"] = os.devnull  # a request without credentials must stay one
