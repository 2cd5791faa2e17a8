"""`/_emulator/conversations`: the SMS by the number of the other side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from callr_sms_emulator import _errors
from callr_sms_emulator._control.request import respond

if TYPE_CHECKING:
    from callr_sms_emulator._control.request import ControlRequest
    from callr_sms_emulator._engine import Conversation
    from callr_sms_emulator._http import Response

_DEFAULT_LIMIT = 50
_BOOLEANS = {"true": True, "false": False}


class ReadMark(msgspec.Struct):
    """What was read: the SMS with this number, or all."""

    number: str | None = None


class ShownConversation(msgspec.Struct):
    """A conversation: how many SMS it has, the parts that were sent, what they cost, and the newest SMS."""

    number: str
    sms: int
    unread: int
    parts: int
    debit: str
    last: msgspec.Raw


class Page(msgspec.Struct):
    """A page of conversations, and how many there are, in all and unread."""

    conversations: list[ShownConversation]
    total: int
    unread: int
    sms: int


class Thread(msgspec.Struct):
    """A piece of a conversation, oldest first."""

    number: str
    sms: list[msgspec.Raw]
    total: int
    unread: int
    parts: int
    debit: str


async def list_(request: ControlRequest) -> Response:
    """Return a page of the conversations, the one with the newest SMS first."""
    found = request.query()
    await request.engine.write_due_changes(request.account)
    page = await request.engine.conversations.page(
        request.account,
        found.get("offset", 0),
        found.get("limit", _DEFAULT_LIMIT),
        unread=_BOOLEANS[found.get("unread", "false")],
    )
    shown = [await _shown(request, each) for each in page.conversations]
    return respond(Page([each for each in shown if each is not None], page.total, page.unread, page.sms))


async def read(request: ControlRequest) -> Response:
    """Return a piece of a conversation."""
    found = request.query()
    engine, account, number = request.engine, request.account, request.names["number"]
    await engine.write_due_changes(account)
    conversation = await engine.conversations.find(account, number)
    if conversation is None:
        raise _errors.unknown_number(number)
    wanted = conversation.window(found.get("offset", 0), found.get("limit", _DEFAULT_LIMIT))
    rows = await engine.conversations.read_rows(account, conversation, wanted)
    return respond(
        Thread(
            number=number,
            sms=[msgspec.Raw(row.sms) for row in rows],
            total=len(conversation.rows),
            unread=conversation.unread,
            parts=conversation.parts,
            debit=f"{conversation.debit:.2f}",
        )
    )


async def mark_read(request: ControlRequest) -> Response:
    """Mark a conversation as read, or all."""
    mark = await request.read(ReadMark)
    await request.engine.conversations.mark_read(request.account, mark.number)
    return respond(None)


async def _shown(request: ControlRequest, each: Conversation) -> ShownConversation | None:
    """Return a conversation; None if its newest SMS was removed meanwhile."""
    stored = await request.engine.store.get(request.account.login, each.last)
    if stored is None:
        return None
    last = msgspec.Raw(stored.head + stored.tail)
    return ShownConversation(each.number, len(each.rows), each.unread, each.parts, f"{each.debit:.2f}", last)
