"""Resolves host names with a timeout, which the resolver of the system does not have."""

import socket
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread

_Result = list[str] | OSError


def resolve(host: str, port: int, seconds: float | None) -> list[str]:
    """Return the addresses of a host, one or more.

    A name is looked up in another thread. After a timeout that thread continues until the resolver of the
    system gives up.

    Raises:
        TimeoutError: The resolver takes longer than `seconds`.
        OSError: The host is unknown.
    """
    if _is_address(host):
        return [host]
    results: SimpleQueue[_Result] = SimpleQueue()
    try:
        Thread(target=_look_up, args=(host, port, results), daemon=True).start()
    except RuntimeError:  # no thread can start while the interpreter shuts down
        _look_up(host, port, results)
    try:
        result = results.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if isinstance(result, OSError):
        raise result
    return result


def _is_address(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        with suppress(OSError):
            socket.inet_pton(family, host)
            return True
    return False


def _look_up(host: str, port: int, results: SimpleQueue[_Result]) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        results.put(list(dict.fromkeys(str(address[0]) for *_, address in found)))
    except OSError as caught:
        results.put(caught)
    except Exception as caught:  # noqa: BLE001 - the waiting thread must get a result
        results.put(OSError(type(caught).__name__))
