"""The recipient of a request; rules may select requests by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._storage import Store


class _Sent(msgspec.Struct):
    to: str


async def recipient_of(store: Store, account: Account, sms_hash: str) -> str | None:
    """Return the recipient of an SMS of the account; None if it has no such SMS."""
    found = await store.get(account.login, sms_hash)
    return None if found is None else recipient_in(found.head + found.tail)


def recipient_in(sms: bytes) -> str | None:
    """Return the `to` of a JSON object; None if it has none or is something else."""
    try:
        return msgspec.json.decode(sms, type=_Sent).to
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
