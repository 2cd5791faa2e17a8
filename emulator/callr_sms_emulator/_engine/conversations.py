"""Conversations: the SMS of an account by the number of the other side, in memory.

They are made when somebody asks first, from the SMS in the store, and afterwards follow what is new there.
What an account had when somebody first asked counts as read; what was read since is in its state.
"""

from __future__ import annotations

import asyncio
from array import array
from bisect import bisect_left, bisect_right
from decimal import Decimal
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

import msgspec

from callr_sms_emulator._sms import SmsRow, SmsScan
from callr_sms_emulator._storage import ReadMarks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from callr_sms_emulator._accounts import Account, Accounts
    from callr_sms_emulator._storage import AccountState, Store

_STEP = 1000
_NEWEST = 2**63 - 1
# They are in the state of the account, which is read often. The oldest give way: those are unread again.
_MOST_MARKS = 1000


class _Entry(msgspec.Struct):
    """What a conversation needs of an SMS."""

    type: str
    hash: str
    sender: str = msgspec.field(name="from")
    to: str
    parts: int
    debit: str = msgspec.field(name="b_customer_debit")


_read = msgspec.json.Decoder(_Entry).decode


class Conversation:
    """The SMS with one number.

    Attributes:
        number: The number of the other side.
        rows: The numbers of its SMS in the store, ascending.
        last: The hash of the newest.
        parts: The parts that were sent, in all.
        debit: What they cost, in cents.
        read: The row up to which it was read.
    """

    __slots__ = ("debit", "last", "number", "parts", "read", "rows")

    def __init__(self, number: str) -> None:
        self.number = number
        self.rows = array("q")
        self.last = ""
        self.parts = 0
        self.debit = Decimal(0)
        self.read = 0

    @property
    def is_unread(self) -> bool:
        """Whether its newest SMS was not read."""
        return self.rows[-1] > self.read

    @property
    def unread(self) -> int:
        """How many of its SMS were not read."""
        return len(self.rows) - bisect_right(self.rows, self.read)

    def add(self, row: int, entry: _Entry) -> None:
        """Add its newest SMS."""
        self.rows.append(row)
        self.last = entry.hash
        if entry.type == "OUT":
            self.parts += entry.parts
            self.debit += Decimal(entry.debit)

    def window(self, offset: int, limit: int) -> list[int]:
        """Return the rows of up to `limit` SMS, after leaving out the `offset` newest."""
        end = max(0, len(self.rows) - offset)
        return [*self.rows[max(0, end - limit) : end]]


class _Book:
    """The conversations of one account, the one with the newest SMS last."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.known: dict[str, Conversation] = {}
        self.last = self.count = 0
        self.marks: ReadMarks | None = None
        self.lock = asyncio.Lock()

    def add(self, row: int, entry: _Entry) -> None:
        number = entry.to if entry.type == "OUT" else entry.sender
        found = self.known.pop(number, None)
        if found is None:
            found = Conversation(number)
            if self.marks is not None:
                found.read = max(self.marks.until, self.marks.numbers.get(number, 0))
        self.known[number] = found
        found.add(row, entry)
        self.last = row
        self.count += 1

    def apply(self, marks: ReadMarks) -> None:
        """Take over what was read, here or in another process."""
        if marks != self.marks:
            self.marks = marks
            for each in self.known.values():
                each.read = max(marks.until, marks.numbers.get(each.number, 0))

    def forget(self) -> None:
        """Forget the SMS, but not what was read."""
        self.known, self.last, self.count = {}, 0, 0


class ConversationPage(NamedTuple):
    """Some conversations of an account, the newest first, and how many there are."""

    conversations: list[Conversation]
    total: int
    unread: int
    sms: int


class Conversations:
    """The conversations of all accounts that somebody has asked for in this process."""

    def __init__(self, store: Store, accounts: Accounts) -> None:
        self._store = store
        self._accounts = accounts
        self._books: WeakKeyDictionary[Account, _Book] = WeakKeyDictionary()

    async def page(self, account: Account, offset: int, limit: int, *, unread: bool) -> ConversationPage:
        """Return up to `limit` conversations, after leaving out the `offset` newest; `unread`: only those."""
        book = await self._refresh(account)
        fresh = [each for each in reversed(book.known.values()) if each.is_unread]
        found: Iterable[Conversation] = fresh if unread else reversed(book.known.values())
        total = len(fresh) if unread else len(book.known)
        return ConversationPage([*islice(found, offset, offset + limit)], total, len(fresh), book.count)

    async def find(self, account: Account, number: str) -> Conversation | None:
        """Return the conversation with a number, or None."""
        return (await self._refresh(account)).known.get(number)

    async def position(self, account: Account, number: str, row: int) -> int:
        """Return how many SMS of a conversation are newer than one of them."""
        found = await self.find(account, number)
        return 0 if found is None else len(found.rows) - 1 - bisect_left(found.rows, row)

    async def mark_read(self, account: Account, number: str | None) -> None:
        """Mark a conversation as read, or all of them."""
        book = await self._refresh(account)
        found = [*book.known.values()] if number is None else [book.known.get(number)]
        new = {each.number: each.rows[-1] for each in found if each is not None and each.is_unread}
        if not new:
            return
        is_all = all(each.number in new or not each.is_unread for each in book.known.values())

        def keep(state: AccountState) -> None:
            before = state.read or ReadMarks(0)
            numbers = sorted((before.numbers | new).items(), key=itemgetter(1))[-_MOST_MARKS:]
            state.read = ReadMarks(book.last) if is_all else ReadMarks(before.until, dict(numbers))

        await self._accounts.change(account, keep)

    async def read_rows(self, account: Account, conversation: Conversation, rows: list[int]) -> list[SmsRow]:
        """Return some of the SMS of a conversation, oldest first, as they were last written."""
        if not rows:
            return []
        scan = SmsScan(account.login, below=rows[-1] + 1, above=rows[0] - 1)
        number, limit = conversation.number, len(rows)
        sent, _ = await self._store.scan(scan._replace(type="OUT", to=number), _all, limit, limit)
        came, _ = await self._store.scan(scan._replace(type="IN", sender=number), _all, limit, limit)
        return sorted(sent + came)

    def forget(self, account: Account) -> None:
        """Called when SMS of an account were removed."""
        if account in self._books:
            self._books[account].forget()

    async def _refresh(self, account: Account) -> _Book:
        """Return the book of an account, with all that is in the store."""
        book = self._books.get(account)
        if book is None:
            book = self._books[account] = _Book(account)
        async with book.lock:
            await self._follow(book)
            if book.count > await self._store.accounts.count(account.login):  # another process removed some
                book.forget()
                await self._follow(book)
            await self._begin(book)
        return book

    async def _begin(self, book: _Book) -> None:
        """Mark what is there at first as read; numbers of rows that were removed may be used again."""
        marks, last = book.account.state.read, book.last
        if marks is None or max(marks.until, *marks.numbers.values(), 0) > last:

            def keep(state: AccountState) -> None:
                before = state.read or ReadMarks(last)
                numbers = {each: min(row, last) for each, row in before.numbers.items() if each in book.known}
                state.read = ReadMarks(min(before.until, last), numbers)

            await self._accounts.change(book.account, keep)
        book.apply(book.account.state.read or ReadMarks(last))

    async def _follow(self, book: _Book) -> None:
        while not await self._store.index():
            pass
        found: list[tuple[int, _Entry]] = []
        below: int | None = _NEWEST
        scan = SmsScan(book.account.login, above=book.last)
        while below is not None:
            rows, below = await self._store.scan(scan._replace(below=below), _all, _STEP, _STEP)
            found += [(row.id, _read(row.sms)) for row in rows]
        for row, entry in reversed(found):
            book.add(row, entry)


def _all(_: bytes) -> bool:
    return True
