"""Tests a user's webhook receiver: pushes events as CALLR does, and judges the responses."""

import http.client
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import SplitResult, urlsplit

from callr_sms_contract.contract import Contract
from callr_sms_contract.guard import Guard, install, is_loopback
from callr_sms_contract.oracle import ALGORITHMS
from callr_sms_contract.receiver.pushes import REFUSED, TAKEN, Case, Pushes, Step
from callr_sms_contract.receiver.repro_script import line, script
from callr_sms_contract.results import HIDDEN, CheckCount, Fault, Record, RequestCount, ResponseCount, summed
from callr_sms_contract.settings import SettingError, addresses_of
from callr_sms_contract.wire import http_connection

SECRET: Final = "CALLR_WEBHOOK_SECRET"  # noqa: S105 - the name of it
"""The variable that holds the receiver's secret."""
ANSWERED: Final = "every_push_is_answered"
RECEIVER_CHECKS: Final = (
    "event_is_taken",
    "large_event_is_taken",
    "replay_is_taken",
    "late_event_is_taken",
    "unknown_is_taken",
    "forged_event_is_refused",
    ANSWERED,
)
"""The checks of a receiver, by the names that reports use."""
_PHASE: Final = "receiver"
_LONGEST_ANSWER: Final = 2000
_CLASSES: Final = {TAKEN: 2, REFUSED: 4}
_WHY: Final = {
    TAKEN: "CALLR counts any 2xx as received, and retries after any other status for hours",
    REFUSED: "an event that CALLR did not sign may be forged: a 2xx accepts it, a 5xx reports a crash",
}


@dataclass(frozen=True)
class Target:
    """The receiver, and how genuine events are signed."""

    url: str
    secret: str = field(default="", repr=False)
    algorithm: str = "SHA256"
    seconds: float = 10
    may_be_remote: bool = False

    def __post_init__(self) -> None:
        _check_url(self.url)
        if self.algorithm not in ALGORITHMS:
            known = ", ".join(ALGORITHMS)
            raise SettingError(f"--algorithm: {self.algorithm!r} is unknown; expected one of {known}")
        if not 0 < self.seconds < float("inf"):
            raise SettingError(
                f"--timeout: {self.seconds:g} is not a timeout; expected a number of seconds, more than 0"
            )

    @property
    def parts(self) -> SplitResult:
        """Return the parts of the URL."""
        return urlsplit(self.url)

    @property
    def shown(self) -> str:
        """Return the URL without its query, which may hold a key: reports show this one."""
        return self.parts._replace(query="").geturl()


@dataclass(frozen=True)
class PushResponse:
    """The response to a push; its status is 0 when there was none."""

    status: int
    body: bytes = b""


def _check_url(url: str) -> None:
    expected = "expected http:// or https://, a host and a path, without credentials and fragment"
    try:
        found = urlsplit(url)
        is_right = found.scheme in {"http", "https"} and bool(found.hostname) and not found.fragment
        is_right = is_right and found.port != 0 and url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        raise SettingError(f"URL: it cannot be parsed; {expected}") from None
    if found.username is not None or found.password is not None:  # they must not be repeated here
        raise SettingError(f"URL: it contains credentials; {expected}")
    if not is_right:
        raise SettingError(f"URL: {url!r} is not the URL of a receiver; {expected}")


class ReceiverRun:
    """The test of one receiver; what it has found can be reported at any time."""

    def __init__(self, target: Target, contract: Contract) -> None:
        """Prepare it. Nothing is pushed yet."""
        self._target, self._contract, self._session = target, contract, _Session(target)
        self._began, self._started = time.monotonic(), datetime.now(UTC)

    def execute(self, takedown: ExitStack) -> Record:
        """Push every case and return the record.

        Raises SettingError without a receiver that may be called.
        """
        target, addresses = self._target, _addresses(self._target)
        takedown.callback(install(Guard(None, takedown.close, lambda peer: _is_one(peer, addresses))))
        _connect(target)
        for case in Pushes(self._contract, target.secret, target.algorithm).cases():
            self._session.hold(case)
        return self.record()

    def record(self, stopped: str = "") -> Record:
        """Return what was found until now; `stopped` says in words why the run ends before its time."""
        info = self._contract.document["info"]
        return Record(
            is_complete=not stopped,
            stopped=stopped,
            base_url=self._target.shown,
            contract=f"{info['title']} {info['version']}",
            profile=_PHASE,
            seeds=(),
            shards=(),
            is_live=False,
            started=self._started.isoformat(timespec="seconds").replace("+00:00", "Z"),
            seconds=round(time.monotonic() - self._began, 1),
            requests=summed(RequestCount(label, _PHASE, n) for label, n in self._session.requests.items()),
            answers=summed(
                ResponseCount(wanted, str(got), n) for (wanted, got), n in self._session.answers.items()
            ),
            checks=summed(
                CheckCount(label, check, n if passed else 0, 0 if passed else n)
                for (label, check, passed), n in self._session.checks.items()
            ),
            faults=tuple(self._session.faults[key] for key in sorted(self._session.faults)),
            notes=()
            if self._target.secret
            else (f"receiver: no forged events were pushed, because {SECRET} is not set",),
        )


def _addresses(target: Target) -> frozenset[str]:
    """Return the addresses of the receiver's host that are not loopback."""
    found = addresses_of("URL", target.parts)
    remote = frozenset(str(address[0]) for address in found if not is_loopback(address))
    if remote and not target.may_be_remote:
        raise SettingError(
            f"URL: {target.parts.hostname!r} is not this machine; expected a receiver on loopback, "
            "or --allow-remote"
        )
    return remote


def _connect(target: Target) -> None:
    port = target.parts.port or (443 if target.parts.scheme == "https" else 80)
    try:
        socket.create_connection((str(target.parts.hostname), port), target.seconds).close()
    except OSError as error:
        raise SettingError(
            f"URL: no connection to {target.shown!r}; expected a running receiver ({error})"
        ) from None


def _is_one(peer: object, addresses: frozenset[str]) -> bool:
    return is_loopback(peer) or (isinstance(peer, tuple) and bool(peer) and str(peer[0]) in addresses)


@dataclass
class _Session:
    """One test of a receiver: pushes the cases and counts the responses."""

    target: Target
    requests: Counter[str] = field(default_factory=Counter)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    checks: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    faults: dict[tuple[str, str, str], Fault] = field(default_factory=dict)

    def hold(self, case: Case) -> None:
        """Push the events of a case; judge the response to the last one, or to each if pushed at once."""
        if case.at_once:
            with ThreadPoolExecutor(len(case.steps)) as pool:
                for step, reply in zip(case.steps, pool.map(self._push, case.steps), strict=True):
                    self._judge(case, (step,), reply)
            return
        for number, step in enumerate(case.steps, 1):
            reply = self._push(step)
            if number == len(case.steps):
                self._judge(case, case.steps, reply)
            else:
                self._count(case, reply)

    def _count(self, case: Case, reply: PushResponse) -> None:
        self.requests[case.webhook.label] += 1
        self.answers[case.wanted, reply.status] += 1
        self.checks[case.webhook.label, ANSWERED, bool(reply.status)] += 1

    def _judge(self, case: Case, steps: tuple[Step, ...], reply: PushResponse) -> None:
        self._count(case, reply)
        if not reply.status:
            title = f"The receiver did not respond to {case.name}"
            self._fault(case, steps, reply, ANSWERED, title, f"within {self.target.seconds:g} seconds")
            return
        is_right = reply.status // 100 == _CLASSES[case.wanted]
        self.checks[case.webhook.label, case.check, is_right] += 1
        if not is_right:
            verb = "accept" if case.wanted == TAKEN else "reject"
            title = f"The receiver did not {verb} {case.name}: {reply.status}, expected {case.wanted}"
            asks_for_secret = case.check == "event_is_taken" and bool(self.target.secret)
            hint = f"; is {SECRET} the secret of the receiver?" if asks_for_secret else ""
            self._fault(case, steps, reply, case.check, title, _WHY[case.wanted] + hint)

    def _fault(  # noqa: PLR0913, PLR0917 - what a fault has
        self, case: Case, steps: tuple[Step, ...], reply: PushResponse, check: str, title: str, message: str
    ) -> None:
        fault = Fault(
            operation=case.webhook.label,
            check=check,
            cause=case.name,
            title=title,
            message=message,
            count=1,
            status=reply.status,
            answer=self._shown(reply.body),
            curl=tuple(line(step, self.target.url) for step in steps),
            script=script(title, steps, self.target.url, case.wanted),
        )
        known = self.faults.get(fault.key)
        self.faults[fault.key] = fault if known is None else replace(known, count=known.count + 1)

    def _shown(self, body: bytes) -> str:
        text = body[:_LONGEST_ANSWER].decode("utf-8", "replace")
        return HIDDEN if self.target.secret and self.target.secret in text else text

    def _push(self, step: Step) -> PushResponse:
        """Push once; a failed push is not retried."""
        url = self.target.parts
        connection = http_connection(url, self.target.seconds)
        try:
            target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
            connection.request("POST", target, step.body, step.headers)
            response = connection.getresponse()
            return PushResponse(response.status, response.read(_LONGEST_ANSWER))
        except (OSError, http.client.HTTPException):
            return PushResponse(0)
        finally:
            connection.close()
