"""The phase of webhooks: sends SMS with our own receiver as their endpoint, and judges the pushed events.

Only events that arrive can be wrong. Missing events are reported, but they are a failure only with
`--webhooks expect`: a server may push nothing, be unable to reach us, or retry in an hour. A server that
retried one event soon is expected to retry another one as soon.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from queue import Empty
from secrets import token_hex
from typing import Any, Final
from urllib.parse import urlsplit

from callr_sms_contract import events
from callr_sms_contract.oracle import OK, Sms, SmsEvents
from callr_sms_contract.phases.phase import Phase, RunContext
from callr_sms_contract.phases.webhook_judge import STATUS_UPDATE, EventJudge, hash_in
from callr_sms_contract.phases.webhook_messages import MESSAGES, Message
from callr_sms_contract.settings import EXPECTED, OFF, WEBHOOKS_PHASE, Settings
from callr_sms_contract.wire import Listener, Push, Request

_NOT_FOUND: Final = 404
_FIRST_SECONDS: Final = 3
"""For the events that arrive immediately."""
_LOOK_SECONDS: Final = 0.25
"""How often an SMS without new events is read."""
_LONG_SECONDS: Final = 30
"""A run that waits longer rejects events several times."""
_LINGER_SECONDS: Final = 0.1
"""How long to wait for surplus events after the last expected one."""
_PATIENCE: Final = 4
"""How many times as long as that of another event a second attempt may take,"""
_LEAST_PATIENCE_SECONDS: Final = 3
"""plus these seconds."""
_SETTLED_SECONDS: Final = 1.0
"""How long ago a change must have been seen before its event counts as missing."""


@dataclass
class WebhookSms:
    """One SMS with our endpoint, and its state."""

    message: Message
    course: SmsEvents
    sent: Request | None = None
    shown: dict[int, float] = field(default_factory=dict)
    """By number of changes: when a read first showed that many."""
    is_final: bool = False
    """Whether no further change can come."""
    judged: int = 0
    """Pushes that were judged."""

    @property
    def changes(self) -> int:
        """Return how many changes of status reads or events have shown."""
        told = (event.change or 0 for event in self.course.events)
        return max([0, *self.shown, *told])

    @property
    def changes_without_event(self) -> list[int]:
        """Return the changes without an event."""
        return [number for number in range(1, self.changes + 1) if not self.course.of_change(number)]

    @property
    def unacknowledged(self) -> list[Push]:
        """Return the last push of each event that has to be retried."""
        return [event.pushes[-1] for event in self.course.events if not event.is_acknowledged]

    @property
    def is_caught_up(self) -> bool:
        """Return whether all changes have an event, except those behind an event that has to be retried."""
        return (
            self.sent is None
            or bool(self.unacknowledged)
            or (self.is_final and not self.changes_without_event)
        )

    @property
    def is_done(self) -> bool:
        """Return whether no further event is due."""
        return self.is_caught_up and not self.unacknowledged


class Webhooks(Phase):
    """Sends SMS, and judges the events that arrive until the run ends."""

    name = counted_as = WEBHOOKS_PHASE
    ends_in_time = False  # it reads its SMS also during other phases, and after them

    def __init__(self, context: RunContext) -> None:
        super().__init__(context)
        self._hooks: dict[str, WebhookSms] = {}
        self._tries: dict[str, list[int]] = {}
        self._listener = Listener(self._response)
        self._deadline = 0.0
        """When missing events are no longer waited for."""

    def reason_to_skip(self) -> str | None:
        """See `reason_to_skip_webhooks`."""
        if STATUS_UPDATE not in {webhook.id for webhook in self._context.contract.webhooks}:
            return f"because the contract has no webhook {STATUS_UPDATE}"
        return reason_to_skip_webhooks(self._settings, is_live=self._context.is_live)

    def run(self) -> None:
        """Send, and judge the first events; later ones are judged during the following phases."""
        contract = self._context.contract
        self._judge = EventJudge(contract, self._context.emit, self._settings.excluded)
        self._final = frozenset(contract.final_statuses)
        self._context.takedown.enter_context(self._listener.listening())
        self._context.takedown.enter_context(closing(self._client))
        seconds = min(self._context.schedule.left, _FIRST_SECONDS)
        self._send()
        now = time.monotonic()
        self._deadline = now + self._settings.seconds_for_webhooks
        self._wait(lambda hook: hook.is_caught_up, min(now + seconds, self._deadline))
        self._context.stream.subscribe(events.BetweenRequests, lambda _: self._take_what_came())

    def _take_what_came(self) -> None:
        if not self._listener.pushes.empty():
            self._take_all(0)

    def finish(self) -> None:
        """Wait for the remaining events as long as the settings say, and note what is missing."""
        self._wait(lambda hook: hook.is_done, self._deadline)
        self._take_all(_LINGER_SECONDS)
        for hook in self._hooks.values():
            told = max([0, *(event.change or 0 for event in hook.course.events)])
            for number in hook.changes_without_event:
                if number < told:
                    self._miss(hook, "event-for-each-change", f"there is no event for change {number}")
        if not self._context.is_over:
            if self._settings.webhooks == EXPECTED:
                self._expect()
            else:
                self._expect_the_same_of_all()
        for note in self._unseen():
            self._context.emit(events.NoteTaken(note))

    def _wait(self, is_enough: Callable[[WebhookSms], bool], deadline: float) -> None:
        while not (self._context.is_over or all(map(is_enough, self._hooks.values()))):
            left = deadline - time.monotonic()
            if left <= 0:
                return
            self._take_all(min(left, _LOOK_SECONDS))
            for hook in self._hooks.values():
                if not hook.is_final:
                    self._look_at(hook)

    # --- sending and responding -------------------------------------------------------------------------

    def _send(self) -> None:
        run = token_hex(8)
        for number, message in enumerate(MESSAGES):
            path = f"/{run}/{number}"
            course = SmsEvents(f"{self._listener.url}{path}{message.tail}", message.secret, message.algorithm)
            hook = self._hooks[path] = WebhookSms(message, course)
            exchange = self._ask("POST", "/sms", document=message.document(course.endpoint))
            if exchange is not None and exchange.hash is not None:
                hook.course.hash, hook.sent = exchange.hash, exchange.request

    def _response(self, request: Request) -> int:
        """Return the status of the message for this attempt; pushes arrive while SMS are still being sent."""
        path = urlsplit(request.url).path
        number = int(path.rpartition("/")[2]) if path.rpartition("/")[2].isdecimal() else -1
        if not 0 <= number < len(MESSAGES):
            return _NOT_FOUND
        is_full = self._settings.seconds_for_webhooks > _LONG_SECONDS
        return MESSAGES[number].status_for(request.body, self._tries.setdefault(path, []), is_full=is_full)

    # --- judging ----------------------------------------------------------------------------------------

    def _take_all(self, seconds: float) -> None:
        """Judge the events that have arrived or arrive within `seconds`; each SMS is read first."""
        pushes = list(self._come(seconds))
        touched = {id(hook): hook for push in pushes if (hook := self._hook_of(push)) is not None}
        for hook in touched.values():
            self._look_at(hook)
        for push in pushes:
            hook = self._hook_of(push)
            if hook is not None and hook.sent is not None and not self._is_of_another(push, hook):
                lost = self._listener.has_lost
                self._judge.take(push, hook.course, hook.sent, may_have_missed=lost)
                hook.judged += 1

    def _come(self, seconds: float) -> Iterator[Push]:
        try:
            if seconds > 0:
                yield self._listener.pushes.get(timeout=seconds)
            while True:
                yield self._listener.pushes.get_nowait()
        except Empty:
            return

    def _hook_of(self, push: Push) -> WebhookSms | None:
        """Return the SMS to whose endpoint it was pushed; None for an endpoint of another run."""
        return self._hooks.get(urlsplit(push.request.url).path)

    def _is_of_another(self, push: Push, hook: WebhookSms) -> bool:
        """Return whether it reports another SMS of the endpoint: schemathesis reuses options."""
        found = hash_in(push.request.body)
        if found in {None, hook.course.hash}:
            return False
        options = (self._get(str(found)) or {}).get("options")
        webhook = options.get("webhook") if isinstance(options, dict) else None
        return isinstance(webhook, dict) and webhook.get("endpoint") == hook.course.endpoint

    def _look_at(self, hook: WebhookSms) -> None:
        data = self._get(hook.course.hash) if hook.sent is not None else None
        if data is None:
            return
        sms = Sms(data)
        hook.course.sms = data
        hook.is_final = sms.word("status") in self._final
        hook.shown.setdefault(len(sms.history or ()), time.monotonic())

    def _get(self, wanted: str) -> Mapping[str, Any] | None:
        """Return the SMS of that hash; None when it is not found."""
        exchange = self._read(wanted)
        found = exchange is not None and exchange.response.status == OK and isinstance(exchange.data, dict)
        return exchange.data if exchange is not None and found else None

    # --- missing events ---------------------------------------------------------------------------------

    def _expect(self) -> None:
        now = time.monotonic()
        settled = min(_SETTLED_SECONDS, self._settings.seconds_for_webhooks / 2)
        for hook in self._hooks.values():
            late = [push for push in hook.unacknowledged if push.timing.received <= now - settled]
            if late:
                seconds = now - late[0].timing.received
                response = late[0].status or "nothing"
                reason = f"the response was {response}, and it was not retried within {seconds:.0f} s"
                self._miss(hook, "event-retried", reason)
            elif not hook.unacknowledged:
                for number in hook.changes_without_event:
                    if self._since(hook, number) <= now - settled:
                        reason = f"getSms shows change {number}, and there is no event for it"
                        self._miss(hook, "event-for-each-change", reason)

    def _expect_the_same_of_all(self) -> None:
        """Expect a retry as soon as other events were retried."""
        events = [(hook, event) for hook in self._hooks.values() for event in hook.course.events]
        delays = [
            event.pushes[1].timing.received - event.pushes[0].timing.sent
            for _, event in events
            if len(event.pushes) > 1 and not event.pushes[0].is_acknowledged
        ]
        now, patience = time.monotonic(), _LEAST_PATIENCE_SECONDS + _PATIENCE * max(delays, default=math.inf)
        for hook, event in events:
            seconds = now - event.pushes[-1].timing.sent
            if len(event.pushes) == 1 and not event.is_acknowledged and seconds > patience:
                reason = (
                    f"the response was {event.pushes[0].status or 'nothing'}, and it was not retried within "
                    f"{seconds:.0f} s; another event was retried after {max(delays):.1f} s"
                )
                self._miss(hook, "event-retried", reason)

    def _miss(self, hook: WebhookSms, rule: str, reason: str) -> None:
        if hook.sent is not None:
            self._judge.missed(rule, reason, hook.sent)

    @staticmethod
    def _since(hook: WebhookSms, number: int) -> float:
        return min(
            (moment for length, moment in hook.shown.items() if length >= number), default=time.monotonic()
        )

    def _unseen(self) -> Iterator[str]:
        hooks = [hook for hook in self._hooks.values() if hook.sent is not None]
        if not hooks or self._settings.webhooks == EXPECTED:
            return
        if not any(hook.judged for hook in hooks):
            yield (
                f"webhooks: not judged, because no event arrived for the {len(hooks)} SMS with an endpoint; "
                "with --webhooks expect that is a failure"
            )
            return
        changes_without_event = sum(len(hook.changes_without_event) for hook in hooks)
        unacknowledged = sum(len(hook.unacknowledged) for hook in hooks)
        going = sum(1 for hook in hooks if not hook.is_final)
        if changes_without_event or unacknowledged or going:
            yield (
                f"webhooks: judged by the events that arrived; {changes_without_event} changes had no event, "
                f"{unacknowledged} events were not retried, {going} SMS had no final status; "
                "a higher --webhooks-seconds waits longer"
            )


def reason_to_skip_webhooks(settings: Settings, *, is_live: bool) -> str | None:
    """Return why the phase of webhooks is skipped, or None; an empty string when it was not selected."""
    if is_live:
        return "because the server is not on this machine and cannot reach a receiver here"
    if settings.webhooks == OFF:
        return "as requested by --webhooks off"
    is_first = settings.shard is None or settings.shard.number == 1
    is_whole = not settings.operations or {"sendSms", "getSms"} <= set(settings.operations)
    return None if WEBHOOKS_PHASE in settings.phases and is_first and is_whole else ""
