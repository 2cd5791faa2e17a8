"""The reference page: a file next to this module, served unchanged if it was built.

The emulator is written from the facts of the API and never reads the contract. The page for people to look
things up is made by the contract's own tools (`make docs`).
"""

import re
from functools import cache
from pathlib import Path

from callr_sms_emulator import _errors
from callr_sms_emulator._http import Response

REFERENCE_PATH = "/_emulator/docs"
FILE = Path(__file__).with_name("reference.html")

# The page needs nothing else, so nothing that gets into it by mistake may load or run: of scripts only that
# whose hash the head of the page names.
_POLICY = (
    b"default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SCRIPT = re.compile(rb"""content="[^"]*(script-src 'sha256-[A-Za-z0-9+/]{43}=');""")
_HEAD = 1000
_HEADERS = [
    (b"content-type", b"text/html; charset=utf-8"),
    # A page that was built again is shown at the next request.
    (b"cache-control", b"no-cache"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]


def is_reference_built() -> bool:
    """Return whether this installation has the page."""
    return FILE.is_file()


def read_reference() -> Response:
    """Return the page.

    Raises:
        NotFoundError: The page was not built.
    """
    try:
        page = _read(FILE)
    except OSError:
        raise _errors.no_reference(REFERENCE_PATH) from None
    script = _SCRIPT.search(page, 0, _HEAD)
    policy = b"; ".join([_POLICY, script[1]]) if script else _POLICY
    return Response(200, [*_HEADERS, (b"content-security-policy", policy)], page)


@cache
def _read(file: Path) -> bytes:
    """Return the content, read once. A failure is not cached, so the page can be built later."""
    return file.read_bytes()
