"""Characters that act instead of being read: a report contains text of a server, and a terminal obeys it."""

import re
from typing import Final

_ACTING: Final = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, ESC and CSI among them, but no tab and no line feed
    "\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
    "\u2028\u2029\ud800-\udfff"
    "]"
)


def visible(text: str) -> str:
    r"""Return `text` with escapes such as `\x1b` and `\u202e` for controls and for invisible characters."""
    return _ACTING.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
