"""Builds the record of a run from its tally, without what may not be shown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from callr_sms_contract.contract import Contract, Lines
from callr_sms_contract.events import Failure
from callr_sms_contract.oracle import Account, RuleStatus
from callr_sms_contract.results.drift import DriftObserver
from callr_sms_contract.results.faults import Fault
from callr_sms_contract.results.merging import summed
from callr_sms_contract.results.privacy import (
    is_private,
    shown_answer,
    shown_cause,
    shown_error,
    shown_message,
    without_credentials,
)
from callr_sms_contract.results.record import (
    AccidentCount,
    CheckCount,
    CoverageCount,
    LinkCount,
    OperationTime,
    PhaseCount,
    Record,
    RequestCount,
    ResponseCount,
    RuleCount,
)
from callr_sms_contract.results.repro_script import script
from callr_sms_contract.results.tally import Tally
from callr_sms_contract.settings import Settings
from callr_sms_contract.wire import curl

_PRIVATE_STEP = "# a request that may contain a text or a phone number: it is not shown"


@dataclass(frozen=True)
class RunDetails:
    """What a record says about a run, apart from counts."""

    seconds: float
    is_live: bool
    is_complete: bool = True
    stopped: str = ""
    """Why the run ended before its time."""
    phases: tuple[PhaseCount, ...] = ()


def record_of(  # noqa: PLR0913, PLR0917 - what a run leaves behind
    tally: Tally,
    settings: Settings,
    contract: Contract,
    circumstances: RunDetails,
    observer: DriftObserver,
    account: Account,
) -> Record:
    """Return the record of a run."""
    info = contract.document["info"]
    started = datetime.now(UTC) - timedelta(seconds=circumstances.seconds)
    is_live = circumstances.is_live
    lines = Lines(contract)
    excluded = tuple(sorted(_kind_of(name, contract) for name in settings.excluded))
    return Record(
        base_url=settings.base_url,
        contract=f"{info['title']} {info['version']}",
        profile=settings.profile_name,
        seeds=(settings.seed,),
        shards=(str(settings.shard),) if settings.shard else (),
        is_live=is_live,
        started=started.isoformat(timespec="seconds").replace("+00:00", "Z"),
        seconds=round(circumstances.seconds, 1),
        is_complete=circumstances.is_complete,
        allows_incomplete=settings.allow_incomplete,
        phases=circumstances.phases,
        contract_file=lines.file,
        times=summed(OperationTime(name, round(1000 * took)) for name, took in tally.seconds.items()),
        excluded=excluded,
        requests=summed(RequestCount(*key, count) for key, count in tally.requests.items()),
        answers=summed(ResponseCount(expected, str(got), n) for (expected, got), n in tally.verdicts.items()),
        links=summed(LinkCount(link, count) for link, count in tally.links.items()),
        checks=summed(
            CheckCount(operation, check, count if passed else 0, 0 if passed else count)
            for (operation, check, passed), count in tally.checks.items()
        ),
        rules=summed(_rules(tally, contract)),
        coverage=summed(CoverageCount(*key, count) for key, count in tally.coverage.items()),
        drift=summed(observer.rows(tally)),
        faults=tuple(
            sorted(
                (
                    replace(
                        _fault(key[2], _with_results(each, account), settings, is_live=is_live),
                        follows=tally.follows.get(key, ""),
                        line=_line(each, key[2], lines),
                    )
                    for key, each in tally.failures.items()
                ),
                key=lambda fault: (fault.operation, fault.check, fault.title),
            )
        ),
        errors=tuple(shown_error(error, settings, is_live=is_live) for error in tally.errors),
        spent=tuple(tally.spent),
        accidents=summed(
            AccidentCount(operation, what, count) for (operation, what, _), count in tally.accidents.items()
        ),
        notes=(*tally.notes, *(f"excluded by --exclude: {each}" for each in excluded)),
        stopped=circumstances.stopped,
    )


def _line(failure: Failure, cause: str, lines: Lines) -> int:
    """Return the line of the contract that says what should have been."""
    expected = re.search(r", expected (\d{3})", failure.title)
    status = expected[1] if expected else str(failure.status or "")
    return lines.line(failure.operation, failure.rule or "", status, cause)


def _kind_of(name: str, contract: Contract) -> str:
    if name in {operation.id for operation in contract.operations}:
        return f"operation {name}"
    return f"rule {name}" if name in contract.rules else f"check {name}"


def _with_results(failure: Failure, account: Account) -> Failure:
    """Return the failure with the hashes of its sends, which a script replaces by its own."""
    if len(failure.steps) < 2:  # noqa: PLR2004 - what is alone follows from nothing
        return failure
    sent = [(found, origin.request) for found in account.sent() if (origin := account.origin(found))]
    results = tuple(next((found for found, request in sent if request == step), "") for step in failure.steps)
    dates = {found: moment for found in results if found and (moment := account.creation(found))}
    return replace(failure, results=results, creations=dates)


def _rules(tally: Tally, contract: Contract) -> Iterator[RuleCount]:
    for operation in (*contract.operations, *contract.webhooks):
        for rule in operation.rules:
            yield RuleCount(operation.label, rule, 0, 0, 0)
    for (label, rule, status), count in tally.rules.items():
        counts = {each.value: 0 for each in RuleStatus} | {status: count}
        yield RuleCount(label, rule, counts["kept"], counts["broken"], counts["open"])


def _fault(cause: str, failure: Failure, settings: Settings, *, is_live: bool) -> Fault:
    private = is_live and any(map(is_private, failure.steps))
    account = settings.login, settings.password
    lines = tuple(
        _PRIVATE_STEP if is_live and is_private(step) else curl(step, *account) for step in failure.steps
    )
    return Fault(
        operation=failure.operation,
        check=failure.check,
        cause=shown_cause(cause, settings, is_live=is_live),
        # Titles of our own checks contain nothing that a server sent.
        title=failure.title if failure.is_ours else without_credentials(failure.title, settings),
        message=shown_message(failure, settings, is_live=is_live),
        count=failure.count,
        status=failure.status,
        answer=shown_answer(failure, settings, is_live=is_live),
        rule=failure.rule or "",
        curl=lines,
        script=""
        if private or not (lines and failure.has_script)
        else script(failure, settings.base_url, *account),
    )
