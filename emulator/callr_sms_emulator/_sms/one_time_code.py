"""The one-time code in a text.

A text may declare it: the last line `@host #code` of origin-bound codes (WICG). Otherwise it is
the candidate that stands nearest to a word for such a code, else the first one. A candidate is a number of 4
to 8 digits (also as `123 456`, `123-456`, `G-123456`) or 5 to 8 capitals and digits mixed, and no part of a
phone number, date, time, amount or address.
"""

import re

_BOUND = re.compile(r"^@[^\s#]+ #(?P<code>\S+)(?: @\S+)?\Z", re.MULTILINE)
_CANDIDATE = re.compile(
    r"""
    (?<![\w+.,:/@\#=&%€$£-])
    (?:[A-Z]{1,3}-(?=\d))?
    (?P<code>
        \d{3}[ -]\d{3} | \d{4,8}
      | (?=[A-Z]*\d)(?=\d*[A-Z])[A-Z\d]{5,8}
    )
    (?!\w | [.,:/-]\w | [ ]?[€$£%@])
    """,
    re.VERBOSE | re.ASCII,
)
# Words for a code in the languages that most SMS are written in, as they begin.
_WORD = re.compile(
    r"""
    \b(?:code|kode|kod|c[oó]digo|codice|koodi|otp|pin|tan|token|passcode|password|passwort|kennwort
      |mot\ de\ passe|contraseñ|senha|verif|confirm|bestätig|authenti|log-?in|sign-?in|connexion)
    | код | парол | κωδικ | קוד | رمز | 验证码 | 驗證碼 | 認証 | コード | 인증
    """,
    re.VERBOSE | re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
# A word after the code counts as further away than one before it: "your code is 1234, log in with it".
_BEHIND = 20


def find_code(text: str) -> str | None:
    """Return the one-time code without blanks or dashes, or None when the text has none."""
    bound = _BOUND.search(text)
    if bound:
        return bound["code"]
    words = [(found.start(), found.end()) for found in _WORD.finditer(text)]
    candidates = [found for found in _CANDIDATE.finditer(text) if words or not _YEAR.fullmatch(found["code"])]
    if not candidates:
        return None
    best = min(candidates, key=lambda found: _distance(found, words))
    return re.sub(r"[ -]", "", best["code"])


def _distance(found: re.Match[str], words: list[tuple[int, int]]) -> tuple[bool, int]:
    """Return how far a candidate is from the nearest word; a year comes after all others."""
    start, end = found.span()
    distances = [
        start - word_end if word_end <= start else word_start - end + _BEHIND
        for word_start, word_end in words
    ]
    return bool(_YEAR.fullmatch(found["code"])), min((abs(each) for each in distances), default=start)
