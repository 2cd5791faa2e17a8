"""The reference page: a finished file beside this module, where one was built, served as it is.

The emulator is written from the facts of the API and never reads the contract. What people want to look up
beside it is the page that the contract's own tools make (`make docs`).
"""

from functools import cache
from pathlib import Path

from callr_sms_emulator import _errors
from callr_sms_emulator._http import Response

PATH = "/_emulator/docs"
FILE = Path(__file__).with_name("reference.html")

# The page needs nothing but itself; whatever it should hold by mistake loads and runs nothing.
_POLICY = (
    b"default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = [
    (b"content-type", b"text/html; charset=utf-8"),
    # A page that was built anew is seen at the next look.
    (b"cache-control", b"no-cache"),
    (b"content-security-policy", _POLICY),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]


def is_built() -> bool:
    """Tell whether this installation has the page."""
    return FILE.is_file()


def read_reference() -> Response:
    """Give the page.

    Raises:
        NotFoundError: The page was not built.
    """
    try:
        return Response(200, [*_HEADERS], _read(FILE))
    except OSError:
        raise _errors.no_reference(PATH) from None


@cache
def _read(file: Path) -> bytes:
    """Read it once; that it could not be read is not remembered, so that it may be built meanwhile."""
    return file.read_bytes()
