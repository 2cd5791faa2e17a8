"""Texts that servers often change: each has to come back unchanged."""

from collections.abc import Mapping
from typing import Final

from callr_sms_contract.contract import BASIC

TEXTS: Final[Mapping[str, str]] = {
    "spaces around": "  x  ",
    "a line feed alone": "\n",
    "a zero alone": "0",
    "a tab and line ends": "\ta\r\nb\n",
    "spaces within": "a    b",
    "NUL within": "a\x00b",
    "control characters": "\x01\x1b\x7f\x85",
    "a no-break space at the end": "x\u00a0",
    "accents composed": "\u00e9t\u00e9 \u1e69",
    "an accent in pieces": "e\u0301",
    "accents in pieces": "e\u0301te\u0301 s\u0323\u0307",
    "a compatibility form": "\ufb01 \uff21 \u2460",
    "right to left": "\u202e\u05e9\u05dc\u05d5\u05dd\u202c \u2067abc\u2069",
    "joined signs": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1eb\U0001f1f7 \U0001f44d\U0001f3fd",
    "marks that are not seen": "a\u00adb\u200bc\u2060",
    "signs of nobody": "\ue000 \uf8ff",
    "a mark of byte order": "\ufeffx",
    "characters of no use": "\ufffd\ufffe\uffff\U0010ffff",
    "line separators": "a\u2028b\u2029c",
    "HTML": "<b>5 &lt; 6 &amp; &#233;</b>",
    "escapes of a URL": "a+b %2B %41 100% ?x=1&y=2#z",
    "escapes of JSON": '\\u00e9 \\n "x" /',
    "what typographers write": "\u2026 \u2019\u00ab\u00a0\u00bb \u2013",
    "a variation selector": "\u2764\ufe0f",
    "a grave accent alone": "`",
    "a letter with a cedilla": "\u00e7",
    "a link": "https://example.com/?a=1",
    "quotes of SQL": "'; DROP TABLE sms; --",
    "JSON": '{"b":1, "a": [ 2.0 ]}',
    "places to fill": "{name} {{x}} ${y} %s %1$d",
    "a word that is null": "null",
    "a number": "4711",
    "a number with zeros before it": "007",
    "letters whose case is odd": "\u0130\u0131\u00df\u1e9e",
    "all of the basic set": BASIC,
    "160 of the basic set": (BASIC * 2)[:160],
    "161 of the basic set": (BASIC * 2)[:161],
    "a space after 160": "a" * 160 + " ",
    "a space before 160": " " + "a" * 160,
    "a line feed after 160": "a" * 160 + "\n",
    "a letter outside the set after 160 inside": "a" * 160 + "\u00ea",
    "the euro sign alone": "\u20ac",
    "brackets": "[{^}]~\\|",
    "one letter outside the set": "\u00ea",
    "two STOP numbers": "%STOPNUM% or %STOPNUM%",
    "a STOP number in small letters": "%stopnum%",
    "half a STOP number": "%STOPNUM %STOPNUM%% STOPNUM%",
    "a STOP number at the end of a part": "a" * 151 + "%STOPNUM%",
    "a STOP number that makes one part of two": "a" * 153 + "%STOPNUM%",
    "a pair after 69": "\u00ea" * 69 + "\U0001f44d",
    "a pair after 68": "\u00ea" * 68 + "\U0001f44d",
    **{
        f"{length} of {unit!r}": unit * length
        for unit, lengths in (
            ("a", (159, 160, 161, 305, 306, 307, 459, 460)),
            ("\u20ac", (69, 70, 71, 133, 134, 135, 201, 202)),
            ("\U0001f44d", (35, 36, 66, 67, 99, 100)),
            ("e\u0301", (35, 36)),
        )
        for length in lengths
    },
}
"""Texts that have to come back unchanged; those with a STOP number are also sent with a sender."""

NON_GSM_CHARACTERS: Final = (
    "[]{}^~\\|\f"  # the extension table, without the euro sign
    "\u00c1\u00e1\u00c0\u00c2\u00e2\u00e3\u00e7\u00c8\u00ca\u00eb\u00cd\u00ed\u00ee\u00ef\u00d3\u00f3\u00f4\u00f5\u00d9\u00da\u00fa\u00fb\u0151\u1e9e"
    "\t\0\x1b\x7f\u00a0\u200b\u200d`\u00b4\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u00ab\u00bb\u00a2\u00a9\u00ac\u00b0\u00b5\u00b7\u00d7\u2022\u2126"
    "\u0391\u0392\u0395\u03bb\u03c0\u0410\u0435"
)
"""Characters that some tables count as GSM: each of them makes a text UNICODE."""
