"""SMS as the API shows them, each a different one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

_BEGIN = datetime(2024, 3, 19, tzinfo=UTC)
_LIFE = ("CREATED", "PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED")


def envelope(data: object) -> bytes:
    """The body of an answer, without spaces as servers write it."""
    return json.dumps({"status": "success", "data": data}, separators=(",", ":")).encode()


def make_sms(number: int) -> dict[str, Any]:
    """A delivered SMS; every second one has options."""
    begin = _BEGIN + timedelta(seconds=37 * number)
    times = [(begin + timedelta(seconds=step)).strftime("%Y-%m-%d %H:%M:%S") for step in range(5)]
    return {
        "type": "OUT",
        "hash": f"{number:08X}",
        "from": "My Shop",
        "to": f"+336{number:08d}",
        "text": f"Your code is {number:06d}. Do not share it with anybody.",
        "options": {"nature": "ALERTING", "user_data": f"order {number}"} if number % 2 else None,
        "encoding": "GSM",
        "user_data": f"order {number}" if number % 2 else "",
        "b_customer_mode": "PREPAID",
        "b_customer_debit": "7.80",
        "network": "20801",
        "status": "RECEIVED",
        "status_error": "",
        "parts": 1,
        "nature": "ALERTING",
        "date_creation": times[0],
        "date_update": times[4],
        "date_sent": times[2],
        "date_received": times[4],
        "status_history": [
            {"old_status": old, "new_status": new, "updated_at": f"{times[step]}.{number % 1000:03d}"}
            for step, (old, new) in enumerate(pairwise(_LIFE))
        ],
    }
