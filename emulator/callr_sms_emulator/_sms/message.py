"""The SMS object of the API, and its JSON.

The JSON of an SMS is stored in two pieces that only have to be joined: the head with what never changes, and
the tail with its progress. So reading and listing build no objects, and a change of status rewrites the tail
alone.
"""

from typing import Literal

import msgspec

from callr_sms_emulator._clock import ZERO_DATETIME

Direction = Literal["IN", "OUT"]


class Message(msgspec.Struct, frozen=True):
    """The properties of an SMS that never change. The names are those on the wire (capture)."""

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
    """The properties of an SMS that change with its status."""

    status: str
    date_update: str
    status_error: str = ""
    date_sent: str = ZERO_DATETIME
    date_received: str = ZERO_DATETIME
    status_history: list[Change] = msgspec.field(default_factory=list)


_encode = msgspec.json.Encoder().encode
_decode_progress = msgspec.json.Decoder(Progress).decode


def write_head(message: Message) -> bytes:
    """Return the JSON of what stays: an object without its end."""
    return _encode(message)[:-1] + b","


def write_tail(progress: Progress) -> bytes:
    """Return the JSON of what changes: the end of the object that `write_head` started."""
    return _encode(progress)[1:]


def read_tail(tail: bytes) -> Progress:
    """Return the progress that `write_tail` wrote."""
    return _decode_progress(b"{" + tail)
