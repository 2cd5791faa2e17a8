"""The files of the page, and the headers that let a browser do nothing with them but what the page needs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from callr_sms_emulator import _errors
from callr_sms_emulator._http import Response

if TYPE_CHECKING:
    from callr_sms_emulator._http import Headers

_FOLDER = Path(__file__).with_name("static")
_INDEX = "index.html"
_VIEWS, _FILES = b"/view/", b"/page/"
_TYPES = {".html": b"text/html", ".css": b"text/css", ".js": b"text/javascript"}
# The texts of SMS are hostile input. Even if one became markup, it could load, run and send nothing.
_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    b"base-uri 'self'; form-action 'none'; frame-ancestors 'none'; "
    b"require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS: Headers = [
    (b"cache-control", b"no-cache"),
    (b"content-security-policy", _POLICY),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]
_BASE = b'<base href="/">'
_PUBLISHED = b'name="published-account" content=""'


def is_page(path: bytes) -> bool:
    """Return whether a path is one of the page: its start, a view, or a file."""
    return path == b"/" or path.startswith((_VIEWS, _FILES))


def read_page(method: str, path: bytes, prefix: str, published: str) -> Response:
    """Return a file of the page.

    Args:
        method: The method of the request.
        path: The path without the prefix. Every view is the same file: the page reads its address itself.
        prefix: What every path of the emulator begins with.
        published: The account whose password is no secret, `login:password`; the page opens it. Empty: none.

    Raises:
        MethodNotAllowedError: The method is not GET or HEAD.
        NotFoundError: There is no such file.
    """
    if method not in {"GET", "HEAD"}:
        # POST is for the JSON-RPC API, which former SDKs call at the start of the page.
        raise _errors.method_not_allowed(method, "GET", "HEAD", *(["POST"] if path == b"/" else []))
    name = path.removeprefix(_FILES).decode("latin-1") if path.startswith(_FILES) else _INDEX
    files = _read_all()
    if name not in files:
        raise _errors.no_page_file(name)
    body = files[name]
    if name == _INDEX:
        body = body.replace(_BASE, b'<base href="%b/">' % prefix.encode())
        body = body.replace(_PUBLISHED, _PUBLISHED[:-1] + published.encode() + b'"')
    kind = _TYPES[Path(name).suffix] + b"; charset=utf-8"
    return Response(200, [(b"content-type", kind), *_HEADERS], body)


@cache
def _read_all() -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in _FOLDER.iterdir() if each.suffix in _TYPES}
