"""One run, start to end: the guard goes up, schemathesis is driven, everything is taken down again."""

import os
import shutil
import socket
import ssl
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from hypothesis.configuration import set_hypothesis_home_dir

from callr_sms_contract.contract import Contract
from callr_sms_contract.guard import Allowance, Guard, Pace, Reads, install, is_loopback
from callr_sms_contract.oracle import Inspector, Judge
from callr_sms_contract.phases import (
    Aftermath,
    Collector,
    EventJudge,
    Hooks,
    Machine,
    Probes,
    event_stream,
    require_account,
    send_paid,
    why_left_out,
)
from callr_sms_contract.results import Circumstances, Coverage, Observer, Record, Tally, record_of
from callr_sms_contract.settings import ACCOUNT_PHASE, WEBHOOKS_PHASE, Settings, reaches_only_loopback
from callr_sms_contract.time_budget import Budget
from callr_sms_contract.wire import trusted_context

_CONNECT_SECONDS: Final = 5
_LEAST_SECONDS: Final = 3
"""For the state machine, when schemathesis has used up the time."""
_FIRST_SECONDS: Final = 3
"""For the events that come at once. Those that come later are judged while the run goes on."""
_PROXY_VARIABLES: Final = ("http_proxy", "https_proxy", "all_proxy")


class UnreachableError(RuntimeError):
    """No server answers at the base URL."""


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    tally: Tally
    is_live: bool
    """Whether the server is not on this machine, so that only the two reads and paid sends were called."""
    record: Record
    """The same as data that may be shown."""

    @property
    def holds(self) -> bool:
        """Whether the server kept the contract in all that was tried."""
        return not self.tally.failures and not self.tally.errors


def run_suite(
    settings: Settings,
    contract: Contract | None = None,
    *,
    is_local: Callable[[object], bool] = is_loopback,
    takedown: ExitStack | None = None,
    on_event: Callable[[object, Tally], None] = lambda *_: None,
) -> Outcome:
    """Hold the server of `settings` to the contract.

    `is_local` tells whether a connected address may be sent to freely. Whoever passes a `takedown` may close
    it to end the run's traces early; the guard does before it ends the process. Raises SettingError for an
    unknown host, UnreachableError when nothing answers and CredentialsError when the account is refused.
    """
    contract = contract or Contract.load()
    is_live = not _is_local_target(settings, is_local)
    budget = Budget(settings.max_seconds or settings.profile.seconds)
    with takedown or ExitStack() as stack:
        reads = _allowed(settings) if is_live else None
        stack.callback(install(Guard(reads, stack.close, is_local, Pace(settings.live_rate).wait)))
        _leave_no_traces(stack)
        _use_no_proxies(stack)
        _connect(settings)
        require_account(settings)
        inspector = Inspector(_judge(contract, settings))
        collector = Collector(inspector)
        aftermath = Aftermath(contract, settings, inspector.account, collector.own, is_live=is_live)
        observer = Observer(contract, settings.base_path)
        coverage = Coverage(
            contract, settings.base_path, is_live=is_live, has_shortcodes=bool(settings.shortcodes)
        )
        collector.tally.observers += [observer.take, coverage.take]
        watches = (observer.take_push, coverage.take_push)
        judge = EventJudge(contract, collector.tally, WEBHOOKS_PHASE, watches)
        hooks = Hooks(settings, contract, collector.own, judge)

        def is_over() -> bool:
            return settings.fail_fast and bool(collector.tally.failures)

        def is_over_now() -> bool:
            hooks.pump()
            return is_over()

        if not is_live and not settings.operations and (settings.shard is None or settings.shard.number == 1):
            Probes(settings, inspector.account, collector.own).ask(lambda: is_over() or budget.cut())

        skipped = why_left_out(settings, is_live=is_live)
        if skipped is None and not is_over():
            hooks.run(stack, is_over, min(budget.left, _FIRST_SECONDS))
        elif skipped:
            collector.tally.notes.append(f"webhooks: not tried, {skipped}")

        stream = event_stream(
            contract, settings, inspector, collector.seen, is_live=is_live, is_over=is_over, budget=budget
        )
        for event in collector.listen(stream) if not is_over() else ():
            hooks.pump()
            on_event(event, collector.tally)
        if not is_over() and not is_live and ACCOUNT_PHASE in settings.phases:
            # What the server does otherwise is known; writing it down again takes longer than a call.
            collector.tally.observers.remove(observer.take)
            machine = Machine(settings, inspector.account, collector.own)
            machine.run(is_over_now, max(_LEAST_SECONDS, budget.left))
        if not is_over():
            aftermath.ask()
            collector.tally.spent += send_paid(settings, collector.own)
        collector.tally.notes += hooks.finish(is_over)
        coverage.add_to(collector.tally)
    unfinished = ["the time was over before all was tried"] * budget.was_cut + collector.cut_short
    collector.tally.notes += unfinished
    circumstances = Circumstances(budget.spent, is_live, not unfinished)
    record = record_of(collector.tally, settings, contract, circumstances, observer, inspector.account)
    return Outcome(collector.tally, is_live, record)


def _allowed(settings: Settings) -> Reads:
    paid = Allowance(settings.recipients, settings.max_sends) if settings.recipients else None
    return Reads(settings.host, settings.base_path, paid)


def _judge(contract: Contract, settings: Settings) -> Judge:
    return Judge(contract, settings.base_url, settings.login, settings.password, settings.shortcodes)


def _is_local_target(settings: Settings, is_local: Callable[[object], bool]) -> bool:
    only_loopback = reaches_only_loopback(settings.base_url)
    return only_loopback and is_local(("127.0.0.1", 0))


def _connect(settings: Settings) -> None:
    url = urlsplit(settings.base_url)
    port = url.port or (443 if url.scheme == "https" else 80)
    host = str(url.hostname)
    try:
        with socket.create_connection((host, port), _CONNECT_SECONDS) as connection:
            if url.scheme == "https":
                trusted_context().wrap_socket(connection, server_hostname=host).close()
    except ssl.SSLError as error:
        raise UnreachableError(
            f"--base-url: no TLS with {settings.base_url!r}; expected a certificate that is trusted, or "
            f"REQUESTS_CA_BUNDLE with the file of its authority ({error})"
        ) from None
    except OSError as error:
        raise UnreachableError(
            f"--base-url: nothing answers at {settings.base_url!r}; expected a server ({error})"
        ) from None


def _leave_no_traces(stack: ExitStack) -> None:
    """Hypothesis keeps what it writes in a folder of its own, which goes at the end."""
    folder = tempfile.mkdtemp(prefix="contract-tests-")
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    set_hypothesis_home_dir(folder)
    stack.callback(set_hypothesis_home_dir, None)


def _use_no_proxies(stack: ExitStack) -> None:
    """Talk to the server itself: behind a proxy on this machine every host would look like loopback."""
    stack.callback(os.environ.update, dict(os.environ))
    stack.callback(os.environ.clear)
    for name in [name for name in os.environ if name.lower() in _PROXY_VARIABLES]:
        del os.environ[name]
    os.environ["NO_PROXY"] = "*"
    os.environ["NETRC"] = os.devnull  # a request without credentials must stay one
