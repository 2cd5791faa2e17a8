"""Request targets that are not just a path: absolute URLs, `*`, and what is no target at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httptools

from callr_sms_emulator import _errors

if TYPE_CHECKING:
    from collections.abc import Iterable

UNKNOWN_PATH = b"/*"
"""A path that does not exist."""


def find_path(target: bytes, method: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the path of a target that does not begin with one.

    It may be an absolute URL, as for a proxy, whose host the `Host` header repeats (RFC 9112, 3.2.2).

    Raises:
        InvalidRequestError: `Host` names another host.
    """
    authority = target
    path = UNKNOWN_PATH
    if target != b"*" and method != b"CONNECT":
        authority = target.partition(b"://")[2].partition(b"/")[0]
        try:
            path = httptools.parse_url(target).path or b"/"
        except httptools.HttpParserInvalidURLError:
            authority = target
    hosts = [value for name, value in headers if name == b"host"]
    if target != b"*" and hosts and _without_port(hosts[0].strip()) != _without_port(authority):
        raise _errors.other_host(authority.decode("latin-1"), hosts[0].decode("latin-1"))
    return path


def _without_port(authority: bytes) -> bytes:
    """Return a host in lower case, without the port of HTTP, which may be left out."""
    return authority.lower().removesuffix(b":80")
