"""The SMS object of the API, and how it is written.

An SMS is kept as two pieces of JSON text that only have to be put side by side: the head with what never
changes, and the tail with its progress. So reading and listing build no objects, and a change of status
rewrites the tail alone.
"""

from typing import Literal

import msgspec

from callr_sms_emulator import _dates

Direction = Literal["IN", "OUT"]


class Message(msgspec.Struct, frozen=True):
    """What is known of an SMS when it is made, and stays. The names are those on the wire (capture)."""

    type: Direction
    hash: str
    sender: str = msgspec.field(name="from")
    to: str
    text: str
    options: dict[str, object] | None
    encoding: str
    user_data: str
    b_customer_mode: str
    b_customer_debit: str
    network: str
    parts: int
    nature: str
    date_creation: str


class Change(msgspec.Struct, frozen=True):
    """One entry of `status_history`; `updated_at` has milliseconds (capture)."""

    old_status: str
    new_status: str
    updated_at: str


class Progress(msgspec.Struct):
    """What changes in the life of an SMS."""

    status: str
    date_update: str
    status_error: str = ""
    date_sent: str = _dates.ZERO
    date_received: str = _dates.ZERO
    status_history: list[Change] = msgspec.field(default_factory=list)


_encode = msgspec.json.Encoder().encode
_decode_progress = msgspec.json.Decoder(Progress).decode


def write_head(message: Message) -> bytes:
    """Write the part that stays: a JSON object that is open at its end."""
    return _encode(message)[:-1] + b","


def write_tail(progress: Progress) -> bytes:
    """Write the part that changes: what closes the object that `write_head` opened."""
    return _encode(progress)[1:]


def read_tail(tail: bytes) -> Progress:
    """Read what `write_tail` wrote."""
    return _decode_progress(b"{" + tail)
