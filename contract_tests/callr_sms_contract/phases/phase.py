"""What a phase is, and what the phases of one run share."""

from abc import ABC, abstractmethod
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Unpack
from urllib.parse import quote

from callr_sms_contract import events
from callr_sms_contract.contract import Contract
from callr_sms_contract.oracle import Account, Exchange, Inspector
from callr_sms_contract.phases.recorder import Recorder
from callr_sms_contract.results import Tally
from callr_sms_contract.settings import Settings
from callr_sms_contract.time_budget import TimeBudget
from callr_sms_contract.wire import Client, Options, Pairs, Reply


@dataclass
class RunContext:
    """One run: its settings, what is known of the account, and the stream that its phases emit events to."""

    settings: Settings
    contract: Contract
    inspector: Inspector
    budget: TimeBudget
    is_live: bool = False
    takedown: ExitStack = field(default_factory=ExitStack)
    """Closed when the run ends: a phase that opens something for longer than itself leaves it here."""
    stream: events.EventStream = field(default_factory=events.EventStream)
    tally: Tally = field(default_factory=Tally)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.tally.listen_to(self.stream)
        self.recorder = Recorder(self.inspector, self.stream)

    @property
    def account(self) -> Account:
        """The model of the account."""
        return self.inspector.account

    @property
    def is_over(self) -> bool:
        """Whether the run ends at its first failure, and has one."""
        return self.settings.fail_fast and bool(self.tally.failures)

    def emit(self, event: events.Event) -> None:
        """Emit an event to all who listen."""
        self.stream.emit(event)

    def record(self, phase: str, operation: str, reply: Reply) -> Exchange | None:
        """Judge the reply to a request; None when there was no answer."""
        return self.recorder.record(phase, operation, reply)

    def new_client(self) -> Client:
        """A client with the account's credentials."""
        return Client(self.settings.base_url, self.settings.login, self.settings.password)


class Phase(ABC):
    """Requests of one kind. A run goes through its phases in their order."""

    name: str
    counted_as: str
    """The name under which reports count its requests."""

    def __init__(self, context: RunContext) -> None:
        self._context, self._settings, self._account = context, context.settings, context.account
        self._client = context.new_client()

    def reason_to_skip(self) -> str | None:
        """Why the run goes without this phase: an empty string when nobody needs to read it; else None."""
        return None

    @abstractmethod
    def run(self) -> None:
        """Make the requests."""

    def _ask(
        self,
        method: str,
        path: str,
        query: Pairs | str | None = None,
        label: str = "",
        **options: Unpack[Options],
    ) -> Exchange | None:
        """Send a request and judge it; `label` names the operation where the path is not the contract's."""
        reply = self._client.send(method, path, query, **options)
        return self._context.record(self.counted_as, label or f"{method} {path}", reply)

    def _read(self, wanted: str, query: Pairs | None = None) -> Exchange | None:
        """Read the SMS of that hash."""
        return self._ask("GET", f"/sms/{quote(wanted, safe='')}", query, "GET /sms/{hash}")

    def finish(self) -> None:  # noqa: B027 - most phases have nothing left to do
        """Called once all phases have run, when this one did."""
