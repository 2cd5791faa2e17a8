"""The address of a PostgreSQL database, and what is wrong with it: in words, and without its password."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from callr_sms_emulator._log import describe
from callr_sms_emulator._storage.store import StoreError

_HOSTS = re.compile(r"(?:[^:,\[\]]*|\[[0-9A-Fa-f:.%]+\])(?::[0-9]*)?(?:,[^,]+)*")
_EXPECTED = "expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with special characters as %XX"
_RESTORE = "restore it from a copy, or drop the schema callr_sms_emulator to start anew"

# Classes of SQLSTATE (PostgreSQL, appendix A), and codes of their own: what to do.
_CURES = {
    "28": "the server rejects the user or the password: correct them, or set PGPASSWORD",
    "3D000": "the server has no database of this name: create it with createdb, or correct the name",
    "42501": "this user may not do that: let its owner run GRANT CREATE ON DATABASE … TO …",
    "42704": "the server knows no parameter of this name: take it out of the URL",
    "22023": "a parameter of the URL has a value that the server does not take: correct it",
    "53100": "the disk of the server is full: free some space",
    "53300": "the server has no connection left: end other programs, or raise its max_connections",
    "57P03": "the server is starting or stopping: try again in a moment",
    "25006": "the server takes no writes: expected the primary and not a standby",
    "42P01": f"a table is missing: {_RESTORE}",
    "42703": f"a column is missing: {_RESTORE}",
}
# Not of one statement: while it lasts, nothing works on this server.
_OUTAGES = ("08", "25006", "53", "57P", "28", "3D000")


def show(url: str) -> str:
    """Return a URL without password and parameters, in one of which a password may be, too."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "postgresql://…"
    user, at, hosts = parts.netloc.rpartition("@")
    # A password with a / or a # that is not escaped ends in the wrong part.
    if (
        "@" in f"{parts.path}{parts.query}{parts.fragment}"
        or ":" in parts.path
        or not _HOSTS.fullmatch(hosts)
    ):
        return "postgresql://…"
    return f"postgresql://{user.partition(':')[0]}{at}{hosts}{parts.path}"


def check(url: str) -> None:
    """Check the form of a URL.

    Raises:
        StoreError: It has none that can be used; the message does not repeat it.
    """
    if show(url) == "postgresql://…":
        message = f"cannot use the database postgresql://…: the URL cannot be read: {_EXPECTED}"
        raise StoreError(message)


def code_of(error: BaseException) -> str:
    """Return the SQLSTATE of an error of the server; empty if it is another error."""
    found = getattr(error, "sqlstate", None)
    return found if isinstance(found, str) else ""


def is_outage(error: BaseException) -> bool:
    """Return whether an error means that the server does not work, or cannot be reached."""
    code = code_of(error)
    if code:
        return code.startswith(_OUTAGES)
    # Without a code: a lost connection is an error of asyncpg's interface, in whatever state it was found.
    return isinstance(error, OSError | TimeoutError) or type(error).__name__ in {
        "InterfaceError",
        "InternalClientError",
        "ConnectionDoesNotExistError",
    }


def explain(error: BaseException) -> str:
    """Return what is wrong and what to do; nothing of the URL, and no message that could quote it."""
    code = code_of(error)
    cure = _CURES.get(code) or _CURES.get(code[:2])
    if str(error).endswith("rejected SSL upgrade"):  # asyncpg has no class for it
        cure = "the server speaks no TLS: switch it on there, or take sslmode out of the URL"
    if cure is not None:
        return cure
    if isinstance(error, TimeoutError):
        return "the server does not respond: check host and port, and whether it is overloaded"
    if isinstance(error, OSError):
        return f"the server cannot be reached ({_reason(error)}): start it, or correct host and port"
    if is_outage(error):
        return "the connection to the server was lost: start it, or try again in a moment"
    if isinstance(error, ValueError):
        return f"the URL cannot be read: {_EXPECTED}"
    return f"{describe(error)}{f', SQLSTATE {code}' if code else ''}"


def _reason(error: OSError) -> str:
    """Return the reason of the system, without the address that asyncio adds to it."""
    if isinstance(error, ConnectionRefusedError):
        return "Connection refused"
    text = error.strerror or ""
    return text if text and "(" not in text and "'" not in text else type(error).__name__
