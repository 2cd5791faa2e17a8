"""The recipient that a request names, which faults can be for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._storage import Store


class _Sent(msgspec.Struct):
    to: str


async def recipient_of(store: Store, account: Account, sms_hash: str) -> str | None:
    """Give the recipient of an SMS that an account has."""
    found = await store.get(account.login, sms_hash)
    return None if found is None else recipient_in(found.head + found.tail)


def recipient_in(sms: bytes) -> str | None:
    """Give the recipient that a JSON object names; None where it names none, or is none."""
    try:
        return msgspec.json.decode(sms, type=_Sent).to
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
