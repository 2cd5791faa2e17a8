"""What this process has done since its start, in numbers: for all accounts together, without their names."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Counters:
    """Numbers of what has happened. Every one of them only grows.

    Attributes:
        requests: Requests by the name of their endpoint and the status of the response; None where one is
            missing.
        sms: SMS that came to a status, by type and status.
        attempts: Attempts of deliveries by the state of the delivery after them.
    """

    requests: Counter[tuple[str | None, int | None]] = field(default_factory=Counter)
    sms: Counter[tuple[str, str]] = field(default_factory=Counter)
    attempts: Counter[str] = field(default_factory=Counter)
