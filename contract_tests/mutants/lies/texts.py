"""Servers that change texts, or the STOP number in them."""

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from mutants.builders import (
    SENDS,
    Maker,
    Mutant,
    accepts_raw,
    on_sms,
    put_parts,
    sender_of,
    split,
    text_of,
    units,
)
from mutants.lies.encodings import BASIC, forced
from mutants.messages import (
    LIST,
    SEND_BY_QUERY,
    Forward,
    Json,
    Lie,
    Request,
    Response,
    message_of,
    with_message,
)

_STOP: Final = "%STOPNUM%"


def _text(change: Callable[[str], str], *operations: str) -> Maker:
    """Change the text of each SMS."""
    return on_sms(lambda sms: sms.update(text=change(sms["text"])), *operations)


def _mojibake(text: str) -> str:
    return text.encode().decode("cp1252", "replace")


def _converted(sms: Json) -> None:
    if forced(sms) == "GSM":
        plain = unicodedata.normalize("NFKD", sms["text"])
        sms["text"] = "".join(each for each in plain if each in BASIC)


def _literal_plus(request: Request) -> Request:
    """Read an escaped plus as a space."""
    return replace(request, target=request.target.replace("body=%2B", "body=%20"))


def _decoded_twice(request: Request) -> Request:
    start, mark, query = request.target.partition("?")
    pairs = [
        re.sub("%25([0-9A-Fa-f]{2})", r"%\1", pair) if pair.startswith("body=") else pair
        for pair in query.split("&")
    ]
    return replace(request, target=start + mark + "&".join(pairs))


def _plus_kept(request: Request) -> Request:
    start, mark, query = request.target.partition("?")
    pairs = [pair.replace("+", "%2B") if pair.startswith("body=") else pair for pair in query.split("&")]
    return replace(request, target=start + mark + "&".join(pairs))


def _plus_lost(request: Request) -> Request:
    start, mark, query = request.target.partition("?")
    pairs = [re.sub("%2[Bb]", "%20", pair) if pair.startswith("body=") else pair for pair in query.split("&")]
    return replace(request, target=start + mark + "&".join(pairs))


TEXTS = (
    Mutant("text-trimmed", "texts", "a text is shown trimmed", _text(str.strip)),
    Mutant(
        "text-without-last-space",
        "texts",
        "spaces at the end of a text are lost",
        _text(lambda v: v.rstrip(" ")),
    ),
    Mutant("spaces-joined", "texts", "several spaces become one", _text(lambda v: re.sub(" +", " ", v))),
    Mutant(
        "text-composed", "texts", "a text is shown in NFC", _text(lambda v: unicodedata.normalize("NFC", v))
    ),
    Mutant(
        "text-decomposed", "texts", "a text is shown in NFD", _text(lambda v: unicodedata.normalize("NFD", v))
    ),
    Mutant("nul-dropped", "texts", "NUL in a text is dropped", _text(lambda v: v.replace("\0", ""))),
    Mutant("text-ends-at-nul", "texts", "a text ends at NUL", _text(lambda v: v.partition("\0")[0])),
    Mutant("line-ends-changed", "texts", "CR LF becomes LF", _text(lambda v: v.replace("\r\n", "\n"))),
    Mutant(
        "mark-dropped",
        "texts",
        "a byte order mark at the start of a text is dropped",
        _text(lambda v: v.removeprefix("\ufeff")),
    ),
    Mutant(
        "joiners-dropped", "texts", "zero-width joiners are dropped", _text(lambda v: v.replace("\u200d", ""))
    ),
    Mutant(
        "bidi-dropped",
        "texts",
        "marks of writing direction are dropped",
        _text(lambda v: re.sub("[\u202a-\u202e\u200e\u200f]", "", v)),
    ),
    Mutant("tab-as-space", "texts", "a tab becomes a space", _text(lambda v: v.replace("\t", " "))),
    Mutant("mojibake", "texts", "UTF-8 is read as Windows-1252", _text(_mojibake)),
    Mutant(
        "astral-as-question-mark",
        "texts",
        "an emoji becomes a question mark",
        _text(lambda v: re.sub("[^\0-\uffff]", "?", v)),
    ),
    Mutant(
        "escapes-shown",
        "texts",
        "characters beyond ASCII are shown as \\u escapes",
        _text(lambda v: v.encode("ascii", "backslashreplace").decode()),
    ),
    Mutant("text-as-html", "texts", "a text is shown as HTML", _text(html.escape)),
    Mutant("text-cut-at-160", "texts", "a text is cut at 160 characters", _text(lambda v: v[:160])),
    Mutant("text-cut-at-1600", "texts", "a text is cut at 1,600 characters", _text(lambda v: v[:1600])),
    Mutant(
        "list-cuts-texts", "texts", "a listed text is cut at 30 characters", _text(lambda v: v[:30], LIST)
    ),
    Mutant(
        "text-as-converted", "texts", "a text that is forced to GSM is shown converted", on_sms(_converted)
    ),
    Mutant(
        "plus-as-space",
        "texts",
        "an escaped plus in a query is read as a space",
        accepts_raw(_plus_lost, SEND_BY_QUERY),
    ),
    Mutant(
        "plus-kept", "texts", "a plus for a space in a query is kept", accepts_raw(_plus_kept, SEND_BY_QUERY)
    ),
    Mutant(
        "query-decoded-twice",
        "texts",
        "the query of a send is decoded twice",
        accepts_raw(_decoded_twice, SEND_BY_QUERY),
    ),
    Mutant(
        "stop-text-added",
        "texts",
        "a line with the STOP number is added to texts that have a sender",
        on_sms(lambda sms: sms.update(text=f"{sms['text']}\nSTOP 36111") if sms["from"] else None),
    ),
    Mutant("backslash-lost", "texts", "backslashes are lost", _text(lambda v: v.replace("\\", ""))),
    Mutant("quotes-doubled", "texts", "single quotes are doubled", _text(lambda v: v.replace("'", "''"))),
    Mutant(
        "ellipsis-spelled",
        "texts",
        "an ellipsis becomes three dots, a curly quote a straight one",
        _text(lambda v: v.replace("\u2026", "...").replace("\u2019", "'")),
    ),
    Mutant(
        "hard-space-as-space",
        "texts",
        "a no-break space becomes a space",
        _text(lambda v: v.replace("\u00a0", " ")),
    ),
    Mutant(
        "carriage-return-lost", "texts", "carriage returns are lost", _text(lambda v: v.replace("\r", ""))
    ),
    Mutant(
        "selectors-dropped",
        "texts",
        "variation selectors are dropped",
        _text(lambda v: v.replace("\ufe0f", "")),
    ),
    Mutant("text-cut-at-10000", "texts", "a text is cut at 10,000 characters", _text(lambda v: v[:10000])),
)


def _guarded(guard: str, when: Callable[[Json, Request], bool]) -> Maker:
    """Do not insert the STOP number where `when` is true: `guard` hides the placeholder on its way."""

    def make() -> Lie:
        show = on_sms(lambda sms: sms.update(text=sms["text"].replace(guard, _STOP)))()

        def lie(request: Request, forward: Forward) -> Response:
            message = message_of(request) if request.operation in SENDS else None
            if message is not None and _STOP in text_of(message) and when(message, request):
                request = with_message(request, {**message, "body": text_of(message).replace(_STOP, guard)})
            return show(request, forward)

        return lie

    return make


_GUARD: Final = "%STOPNUm%"
"""As long as the true one, so that parts are counted as if it stood there."""


class _Remembering:
    """Remembers which message got which hash."""

    def __init__(self, change: Callable[[Json, Json], None]) -> None:
        self._sent: dict[str, Json] = {}
        self._change = on_sms(lambda sms: change(sms, self._sent.get(sms["hash"], {})))()

    def __call__(self, request: Request, forward: Forward) -> Response:
        if request.operation not in SENDS:
            return self._change(request, forward)
        reply = forward(request)
        message = message_of(request)
        if isinstance(reply.result, str) and message is not None:
            self._sent[reply.result] = message
        return reply


def remembering(change: Callable[[Json, Json], None]) -> Maker:
    """Change each SMS in place, given the message that was sent."""

    def make() -> Lie:
        return _Remembering(change)

    return make


def _counted_before(sms: Json, message: Json) -> None:
    text = text_of(message)
    if _STOP in text and text != sms["text"]:
        put_parts(sms, split(len(text), 160, 153) if sms["encoding"] == "GSM" else split(units(text), 70, 67))


def _only_first(sms: Json, message: Json) -> None:
    text = text_of(message)
    if text.count(_STOP) > 1 and sender_of(message):
        start, _, rest = text.partition(_STOP)
        number = sms["text"].removeprefix(start).partition(rest.partition(_STOP)[0])[0]
        sms["text"] = f"{start}{number or '36111'}{rest}"


def _without_sender(sms: Json, message: Json) -> None:
    if not sender_of(message):
        sms["text"] = sms["text"].replace(_STOP, "36111")


def _shown_unreplaced(sms: Json, message: Json) -> None:
    if text_of(message):
        sms["text"] = text_of(message)


STOP = (
    Mutant(
        "stop-not-replaced", "stop number", "%STOPNUM% is never replaced", _guarded(_GUARD, lambda *_: True)
    ),
    Mutant(
        "stop-not-replaced-in-query",
        "stop number",
        "%STOPNUM% is not replaced in a send by query",
        _guarded(_GUARD, lambda _, request: request.operation == SEND_BY_QUERY),
    ),
    Mutant(
        "stop-not-for-sms",
        "stop number",
        "%STOPNUM% is not replaced when the sender is SMS",
        _guarded(_GUARD, lambda message, _: sender_of(message) == "SMS"),
    ),
    Mutant(
        "stop-without-sender",
        "stop number",
        "%STOPNUM% is replaced when the sender is empty",
        remembering(_without_sender),
    ),
    Mutant(
        "stop-shown-unreplaced",
        "stop number",
        "%STOPNUM% is replaced in what is sent and not in what is shown",
        remembering(_shown_unreplaced),
    ),
    Mutant(
        "stop-counted-before",
        "stop number",
        "parts are counted before %STOPNUM% is replaced",
        remembering(_counted_before),
    ),
    Mutant(
        "stop-only-first", "stop number", "only the first %STOPNUM% is replaced", remembering(_only_first)
    ),
    Mutant(
        "stop-in-any-case",
        "stop number",
        "%stopnum% is replaced too",
        remembering(
            lambda sms, message: (
                sms.update(text=sms["text"].replace("%stopnum%", "36111")) if sender_of(message) else None
            )
        ),
    ),
    Mutant(
        "stop-removed",
        "stop number",
        "%STOPNUM% is removed instead of replaced",
        remembering(
            lambda sms, message: (
                sms.update(text=text_of(message).replace(_STOP, ""))
                if _STOP in text_of(message) and sender_of(message)
                else None
            )
        ),
    ),
)
