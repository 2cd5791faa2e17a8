"""The end of an SMS before its time: delivered at once, or failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callr_sms_emulator import _errors
from callr_sms_emulator._sms import AT_ONCE, read_tail

if TYPE_CHECKING:
    from callr_sms_emulator._accounts import Account
    from callr_sms_emulator._engine.engine import Engine


async def end_sms(engine: Engine, account: Account, sms_hash: str, status: str) -> None:
    """Let an SMS end at once with this status; one that is delivered goes through those before it.

    Raises:
        NotFoundError: The account has no SMS with this hash.
        InvalidRequestError: Its status is final.
    """
    await engine.write_due_changes(account)
    async with account.changes_lock:
        stored = await engine.store.get(account.login, sms_hash)
        if stored is None:
            raise _errors.unknown_hash(sms_hash, "hash")
        current = read_tail(stored.tail).status
        if current in AT_ONCE:
            raise _errors.final_status(sms_hash, current)
        await engine.store.set_outcome(account.login, sms_hash, AT_ONCE[status], account.clock.now())
    await engine.write_due_changes(account)
