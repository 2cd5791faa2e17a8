"""Pages: all items of a list that is read page by page, with a cursor."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import TypeVar

from .._errors import ProtocolError

P = TypeVar("P")
T = TypeVar("T")
C = TypeVar("C")


def iterate_pages(
    load: Callable[[C | None], P], read: Callable[[P], tuple[Sequence[T] | None, C | None]]
) -> Iterator[T]:
    """Yield the items of all pages.

    Args:
        load: Loads the page of a cursor; the first one for None.
        read: Returns the items of a page and the cursor of the next one, None or empty at the end.

    Raises:
        ProtocolError: A page names itself as the next one, which would never end.
    """
    cursor: C | None = None
    while True:
        items, following = read(load(cursor))
        yield from items or ()
        if not following:
            return
        cursor = _next(cursor, following)


async def iterate_pages_async(
    load: Callable[[C | None], Awaitable[P]], read: Callable[[P], tuple[Sequence[T] | None, C | None]]
) -> AsyncIterator[T]:
    """Yield the items of all pages, as `iterate_pages` does."""
    cursor: C | None = None
    while True:
        items, following = read(await load(cursor))
        for item in items or ():
            yield item
        if not following:
            return
        cursor = _next(cursor, following)


def _next(cursor: C | None, following: C) -> C:
    if cursor == following:
        raise ProtocolError("a page has itself as the next one, so that the list never ends")
    return following
