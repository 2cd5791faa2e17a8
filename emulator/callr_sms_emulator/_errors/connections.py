"""Messages of errors before a request reaches its endpoint: size, time, host, origin."""

from callr_sms_emulator._errors.tree import (
    ApiError,
    ForbiddenError,
    HeadTooLargeError,
    InvalidRequestError,
    RequestTimeoutError,
    TargetTooLongError,
    show,
)


def target_too_long(limit: int, *, is_control: bool = False) -> ApiError:
    """Of the control API the document has one status for all that is wrong with parameters."""
    message = f"REQUEST_FORMAT_ERROR [request target]: too long: expected a URL of at most {limit} bytes"
    if is_control:
        return InvalidRequestError(message)
    return TargetTooLongError(f"{message}; POST /sms takes its parameters in the body")


def head_too_large(limit: int) -> ApiError:
    return HeadTooLargeError(
        f"REQUEST_FORMAT_ERROR [request headers]: too large: expected at most {limit} bytes"
    )


def too_slow(part: str, seconds: float) -> ApiError:
    expected = "all of it" if part == "head" else "at least 500 bytes each second"
    return RequestTimeoutError(
        f"REQUEST_TIMEOUT [request {part}]: came too slowly: expected {expected} within {seconds:g} s; "
        "nothing was done"
    )


def other_host(target: str, host: str) -> ApiError:
    return InvalidRequestError(
        f"REQUEST_FORMAT_ERROR [Host]: {show(host)} is not the host of the request target, {show(target)}: "
        "expected the same host in both"
    )


def bad_host(values: list[bytes]) -> ApiError:
    found = "missing" if not values else show(", ".join(each.decode("latin-1") for each in values))
    return InvalidRequestError(
        f"REQUEST_FORMAT_ERROR [Host]: {found}: expected one header with a host name or an address, "
        "and maybe a port"
    )


def host_not_allowed(host: str) -> ApiError:
    return ForbiddenError(
        f"HOST_NOT_ALLOWED [Host]: {show(host)} is not a name of this emulator, so the request may come from "
        "a foreign web page: expected localhost or the address that the emulator listens on; to allow this "
        f"name, start the emulator with --allow-host {_bare(host)}"
    )


def origin_not_allowed(origin: str) -> ApiError:
    hint = f"--cors {origin}" if _is_origin(origin) else "--cors and the origin of your page"
    return ForbiddenError(
        f"ORIGIN_NOT_ALLOWED [Origin]: {show(origin)} is another web site, and nothing was done: expected a "
        "request from a program or from a page of the emulator; to allow this site, start the emulator with "
        f"{hint}"
    )


def site_not_allowed(name: str, value: str) -> ApiError:
    return ForbiddenError(
        f"ORIGIN_NOT_ALLOWED [{name}]: {show(value)}: a browser was sent here by another web site, and "
        "nothing was done: expected a request from a program, an address typed by a person, or a script "
        "of an origin that --cors allows"
    )


def _bare(host: str) -> str:
    """Return the name to pass to a flag; not more of what a stranger sent than a name can be."""
    name = host.partition(":")[0].lower()
    is_name = name.isascii() and all(each.isalnum() or each in "-._" for each in name)
    return name if name and is_name and len(name) < 100 else "NAME"  # noqa: PLR2004 - any length will do


def _is_origin(origin: str) -> bool:
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789-.:/[]")
    return origin.startswith(("http://", "https://")) and set(origin) <= allowed
