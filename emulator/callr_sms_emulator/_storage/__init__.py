"""Storage: the interface of a store, and the stores behind it."""

from callr_sms_emulator._storage.account_state import AccountState, ReadMarks, decode_state, encode_state
from callr_sms_emulator._storage.exchange import Exchange, Message
from callr_sms_emulator._storage.export_lines import (
    MAX_LINE,
    AccountLine,
    AnyLine,
    EventLine,
    Hash,
    SmsLine,
    SubscriptionLine,
    TransferStore,
    UnsubscribedLine,
)
from callr_sms_emulator._storage.opening import open_store
from callr_sms_emulator._storage.outbox import (
    Attempt,
    AttemptResult,
    Delivery,
    DeliveryChain,
    DeliveryState,
    DueQuery,
    OutboxStore,
    Subscription,
)
from callr_sms_emulator._storage.private_files import make_file, make_folder, make_private
from callr_sms_emulator._storage.sqlite.connections import MEMORY
from callr_sms_emulator._storage.sqlite.files import explain
from callr_sms_emulator._storage.sqlite.store import SqliteStore
from callr_sms_emulator._storage.store import (
    HashTakenError,
    Store,
    StoredAccount,
    StoreError,
    StoreGoneError,
    StoreUnreachableError,
    Unsubscribed,
    UnsubscribedStore,
    Usage,
)

__all__ = [
    "MAX_LINE",
    "MEMORY",
    "AccountLine",
    "AccountState",
    "AnyLine",
    "Attempt",
    "AttemptResult",
    "Delivery",
    "DeliveryChain",
    "DeliveryState",
    "DueQuery",
    "EventLine",
    "Exchange",
    "Hash",
    "HashTakenError",
    "Message",
    "OutboxStore",
    "ReadMarks",
    "SmsLine",
    "SqliteStore",
    "Store",
    "StoreError",
    "StoreGoneError",
    "StoreUnreachableError",
    "StoredAccount",
    "Subscription",
    "SubscriptionLine",
    "TransferStore",
    "Unsubscribed",
    "UnsubscribedLine",
    "UnsubscribedStore",
    "Usage",
    "decode_state",
    "encode_state",
    "explain",
    "make_file",
    "make_folder",
    "make_private",
    "open_store",
]
