"""Realistic values for the formats of the contract.

A generator alone makes strings that match the pattern but mean nothing. These values do: phone numbers
reserved for fiction, the ends of the calendar, texts in many scripts and of the exact length of parts.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import strategies as st

from callr_sms_contract.generation.texts import TEXTS

_DATETIME_FORM: Final = "%Y-%m-%d %H:%M:%S"

_FICTION: Final = (
    ("+3363998", 4),  # France, ARCEP: 06 39 98 is kept for fiction
    ("+447700900", 3),  # United Kingdom, Ofcom: 07700 900000 to 900999
    ("+1202555010", 1),  # United States, NANPA: 555-0100 to 0199
    ("+6149157", 4),  # Australia, ACMA: 0491 57x xxx
)
_NUMBER_EDGES: Final = ("+1234567", "+999999999999999")
"""7 and 15 digits: the shortest and longest numbers that the contract allows."""

_SENDERS: Final = ("SMS", "", "My Shop", "A", "ACME-24_7", "ABCDEFGHIJK", "0a", "a 1", "-a", "12345", "36111")

_CALENDAR_EDGES: Final = (
    "0001-01-01 00:00:00",
    "1970-01-01 00:00:00",
    "2000-02-29 23:59:59",
    "2024-02-29 00:00:00",
    "2024-12-31 23:59:59",
    "2038-01-19 03:14:08",
    "9999-12-31 23:59:59",
)

_SAMPLES: Final = (
    "Your code is 4711.",
    "Réponds %STOPNUM% pour ne plus recevoir.",
    "Ça coûte 5 € [soldes]",
    "Привет, мир!",
    "中文短信",
    "مرحبا بالعالم",
    "שלום עולם",
    "नमस्ते दुनिया",
    "สวัสดีชาวโลก",
    "Shall we still meet at 8? 👍",
    "👨\u200d👩\u200d👧\u200d👦 🇫🇷 👍🏽",
    "e\u0301 a\u0300\u0301\u0302",
    "\u202eabc\u202c",
    "  leading and trailing  ",
    "line\r\nbreak\n",
    "\x00",
    "\t",
    "\ufeffmark",
    "\uffff",
    "𐀀",
    "null",
    "true",
    "<b>&amp;</b>",
    "'; --",
    '{"to": 1}',
    "%41+%2B",
)

_UNITS: Final = (("a", (160, 161, 306, 307)), ("ê", (70, 71, 134, 135)), ("😀", (35, 36, 66, 67)))
"""Characters, with the lengths at which a text of them needs another part: GSM, UNICODE, surrogate pairs."""

_LIMITS: Final = (("a", 255 * 153), ("ê", 255 * 67), ("😀", 255 * 33))
"""Characters, with the length of the longest text of them that fits in 255 parts."""


def numbers() -> st.SearchStrategy[str]:
    """Return E.164 numbers from ranges reserved for fiction, and the shortest and longest ones allowed."""
    fiction = st.sampled_from(_FICTION).flatmap(
        lambda entry: st.text("0123456789", min_size=entry[1], max_size=entry[1]).map(
            lambda tail: entry[0] + tail
        )
    )
    return st.one_of(fiction, st.sampled_from(_NUMBER_EDGES))


def senders() -> st.SearchStrategy[str]:
    """Return senders of every kind: names, shortcodes, an empty one."""
    letters = st.from_regex(r"[0-9 _-]{0,5}[A-Za-z][A-Za-z0-9 _-]{0,5}", fullmatch=True)
    return st.one_of(st.sampled_from(_SENDERS), letters, st.text("0123456789", min_size=1, max_size=11))


def recent_datetimes() -> st.SearchStrategy[str]:
    """Return datetimes within hours of now: a live server is not asked for the SMS of years."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return st.integers(-3600, 2 * 3600).map(
        lambda seconds: (hour + timedelta(seconds=seconds)).strftime(_DATETIME_FORM)
    )


def datetimes() -> st.SearchStrategy[str]:
    """Return datetimes around now, when the SMS of a run are created, and the ends of the calendar."""
    # Around the day and not the second, so that a seed gives the same values when it is replayed.
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    near = st.integers(-86400, 2 * 86400).map(
        lambda seconds: (today + timedelta(seconds=seconds)).strftime(_DATETIME_FORM)
    )
    window = st.sampled_from(
        [(today + timedelta(days=days)).strftime(_DATETIME_FORM) for days in (-1, 0, 1, 2)]
    )
    return st.one_of(window, near, st.sampled_from(_CALENDAR_EDGES))


def short_texts() -> st.SearchStrategy[str]:
    """Return texts in many scripts, of any characters, and of the lengths at which parts begin and end."""
    arbitrary = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
    edges = (unit * length for unit, lengths in _UNITS for length in lengths)
    return st.one_of(st.sampled_from((*_SAMPLES, *TEXTS.values(), *edges)), arbitrary)


def texts() -> st.SearchStrategy[str]:
    """Return short texts, and the longest ones allowed."""
    # Made once: schemathesis draws from it thousands of times, to throw most of it away.
    common = short_texts()
    longest = st.sampled_from([unit * (length + more) for unit, length in _LIMITS for more in (0, 1)])
    # The longest are slow to send: one in about forty is enough, and the directed requests hold them too.
    return st.integers(0, 39).flatmap(lambda die: longest if die == 39 else common)  # noqa: PLR2004


def hashes() -> st.SearchStrategy[str]:
    """Return well-formed hashes; those of existing SMS come from the links."""
    return st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=8)


def endpoints() -> st.SearchStrategy[str]:
    """Return absolute http and https URLs of hosts that do not exist (RFC 2606)."""
    hosts = st.sampled_from(
        ["example.com", "hooks.example.org", "callr.invalid", "192.0.2.1", "[2001:db8::1]"]
    )
    tails = st.sampled_from(["", "/", "/callr/events", "/a%20b?x=1&y=%2F", ":8443/sms", "?q", "/#part"])
    return st.builds("{}://{}{}".format, st.sampled_from(["http", "https", "HTTPS"]), hosts, tails)


STRATEGIES: Final = {
    "callr-datetime": datetimes,
    "callr-hash": hashes,
    "callr-phone-number": numbers,
    "callr-sender": senders,
    "callr-text": texts,
    "uri": endpoints,
}
"""The formats of requests, each with the strategy that makes its values."""
