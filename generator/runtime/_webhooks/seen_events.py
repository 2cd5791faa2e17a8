"""Which events are known already."""

from collections import OrderedDict
from threading import Lock

from .._errors import ConfigurationError

_USUAL_LIMIT = 10_000


class SeenEvents:
    """The events that came, by their identifier: one that comes again is a duplicate.

    For threads and tasks of one process. It keeps the newest ones and forgets the oldest, so its memory is
    bounded; where several processes receive, a table with a unique column does better.

    Args:
        limit: How many events it remembers, about 200 bytes each.

    Raises:
        ConfigurationError: The limit is not 1 or more.

    Example:
        ```python
        seen = webhooks.SeenEvents()
        if seen.add(event.event_id):
            try:
                handle(event)
            except Exception:
                seen.forget(event.event_id)  # it will be pushed again
                raise
        ```
    """

    def __init__(self, limit: int = _USUAL_LIMIT) -> None:
        if limit < 1:
            raise ConfigurationError("limit: expected 1 or more")
        self._limit = limit
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def add(self, event_id: str) -> bool:
        """Remember an event; True when it is new, False for a duplicate. Of two threads one gets True.

        Example:
            ```python
            print(seen.add(event.event_id))  # True
            print(seen.add(event.event_id))  # False
            ```
        """
        with self._lock:
            if event_id in self._seen:
                return False
            self._seen[event_id] = None
            if len(self._seen) > self._limit:
                self._seen.popitem(last=False)
            return True

    def forget(self, event_id: str) -> None:
        """Take an event for new again, because handling it failed.

        Example:
            ```python
            seen.add(event.event_id)
            seen.forget(event.event_id)
            print(event.event_id in seen)  # False
            ```
        """
        with self._lock:
            self._seen.pop(event_id, None)

    def __contains__(self, event_id: object) -> bool:
        with self._lock:
            return event_id in self._seen

    def __len__(self) -> int:
        with self._lock:
            return len(self._seen)
