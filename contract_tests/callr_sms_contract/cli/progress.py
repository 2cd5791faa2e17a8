"""The progress of a run: a line for each phase; on a terminal, also while it runs."""

import shutil
import sys
import time
from typing import Final

from callr_sms_contract import events
from callr_sms_contract.reports import plural
from callr_sms_contract.results import Tally
from callr_sms_contract.time_budget import PhaseTime, Schedule

_REFRESH_SECONDS: Final = 0.2
_CLEAR: Final = "\r\x1b[K"


class Progress:
    """Shows what a run is doing."""

    def __init__(self) -> None:
        self.schedule: Schedule | None = None
        """That of the run, once there is one."""
        self._is_live = sys.stdout.isatty()
        self._shown = 0.0
        self._responses = 0
        """To requests of the current phase."""

    def take(self, event: events.Event, tally: Tally) -> None:
        """Called with each event of the run."""
        if self.schedule is None:
            return
        if isinstance(event, events.PhaseStarted):
            self._responses = 0
        elif isinstance(event, events.ExchangeRecorded):
            self._responses += 1
        if isinstance(event, events.PhaseFinished) and event.phase in self.schedule.phases:
            self._write(f"{_finished(self.schedule.phases[event.phase], tally)}\n")
        elif self._is_live and isinstance(event, (events.RequestMade, events.ExchangeRecorded)):
            self._refresh(self.schedule, tally)

    def _refresh(self, schedule: Schedule, tally: Tally) -> None:
        now = time.monotonic()
        if not schedule.current or now - self._shown < _REFRESH_SECONDS:
            return
        self._shown = now
        # Those of schemathesis are counted at the end of an operation; their responses are recorded at once.
        requests = max(schedule.phases[schedule.current].requests, self._responses)
        line = f"{schedule.current}: {_counts(requests, tally)}, at most {schedule.left:.0f} s left"
        self._write(line[: shutil.get_terminal_size().columns - 1])

    def _write(self, text: str) -> None:
        sys.stdout.write(f"{_CLEAR}{text}" if self._is_live else text)
        sys.stdout.flush()


def _counts(requests: int, tally: Tally) -> str:
    return f"{requests} requests, {plural(tally.causes, 'failure') if tally.causes else 'no failures'} so far"


def _finished(phase: PhaseTime, tally: Tally) -> str:
    state = ", too little time" if phase.is_starved else ", cut short" if phase.was_cut else ""
    return f"{phase.name}: {_counts(phase.requests, tally)}, {phase.seconds:.1f} s{state}"
