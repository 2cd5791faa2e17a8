"""Detection of duplicate events."""

from collections import OrderedDict

from .._errors import ConfigurationError
from .._support import guard

_USUAL_LIMIT = 10_000


class SeenEvents:
    """The identifiers of the events that were received. An event that is received again is a duplicate.

    For the threads and tasks of one process. It forgets the oldest events, so its memory is bounded. Where
    several processes receive events, use a database table with a unique column instead.

    Args:
        limit: The number of events to remember, about 200 bytes each.

    Raises:
        ConfigurationError: The limit is no integer, or less than 1.

    Example:
        ```python
        seen = webhooks.SeenEvents()
        if seen.add(event.event_id):
            try:
                handle(event)
            except Exception:
                seen.forget(event.event_id)  # it will be delivered again
                raise
        ```
    """

    def __init__(self, limit: int = _USUAL_LIMIT) -> None:
        if not _is_limit(limit):
            raise ConfigurationError("limit: expected an integer of 1 or more")
        self._limit = limit
        self._seen: OrderedDict[str, None] = OrderedDict()

    def add(self, event_id: str) -> bool:
        """Remember an event. Return True when it is new and False for a duplicate.

        When two threads add the same event, one of them gets True.

        Example:
            ```python
            print(seen.add(event.event_id))  # True
            print(seen.add(event.event_id))  # False
            ```
        """
        with guard():
            if event_id in self._seen:
                return False
            self._seen[event_id] = None
            if len(self._seen) > self._limit:
                self._seen.popitem(last=False)
            return True

    def forget(self, event_id: str) -> None:
        """Forget an event whose handling failed, so that it counts as new when it is delivered again.

        Example:
            ```python
            seen.add(event.event_id)
            seen.forget(event.event_id)
            print(event.event_id in seen)  # False
            ```
        """
        with guard():
            self._seen.pop(event_id, None)

    def __contains__(self, event_id: object) -> bool:
        with guard():
            return event_id in self._seen

    def __len__(self) -> int:
        with guard():
            return len(self._seen)


def _is_limit(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
